"""When a webhook is tried again: soon, then ever later, for hours, and never all at the same moment."""

import random

#: Seconds before each further attempt: about ten hours in all, longer than any outage of an election night (I-40).
DELAYS = (2.0, 5.0, 15.0, 60.0, 180.0, 600.0, 1_200.0, 2_400.0, 3_600.0, 5_400.0, 7_200.0, 7_200.0, 7_200.0)

#: A receiver may ask for more patience, but not for ever.
LONGEST_ASKED_SECONDS = 3_600.0


def delay_seconds(
    attempts: int, asked: float | None = None, draw: random.Random | None = None
) -> float | None:
    """Seconds to wait after so many failed attempts; None: no more. ``asked``: what the receiver asks for."""
    if attempts > len(DELAYS):
        return None
    spread = (draw or random).uniform(0.75, 1.25)
    wait = DELAYS[attempts - 1] * spread
    return max(wait, min(asked, LONGEST_ASKED_SECONDS)) if asked is not None else wait
