"""The ways in: producers, files and the desk put declarations into the log, once, and hear what became of them."""
