"""The ways in: what is taken reaches the log, what is not is answered in words."""
