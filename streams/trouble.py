"""What ends a command early and is meant for the person who typed it; never a fault of the program."""


class Trouble(Exception):
    """One sentence: what is wrong, where, and what to do. The command prints it and ends with exit code 2."""
