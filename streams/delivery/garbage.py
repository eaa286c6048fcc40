"""When a worker looks for garbage in cycles: seldom, and never in what lives for the whole night."""

import gc

#: New objects before a search among them, and searches before one among the older ones.  Python's own 700 and 10
#: mean a walk through every council of the night each few hundred declarations, in the middle of a headline.
THRESHOLDS = (20_000, 20, 50)


def seldom() -> None:
    """Search by the thresholds above from now on."""
    gc.set_threshold(*THRESHOLDS)


def leave_out_what_is_here() -> None:
    """Search what is here once more, and then no longer: the program, and the rows that recovery brought."""
    gc.collect()
    gc.freeze()
