"""What the topics say and readers are not told: who holds something back, and in which words."""

import orjson

_SAID = {"by": "the desk", "reason": "held for checking"}


def discreet(raw: bytes) -> bytes:
    """A standing or board with holds as readers get it: that it is held, not by whom or why.

    A reason is a note from one person at the desk to another and may name a candidate or a suspicion. Nothing else
    changes, not even what a later release may have added.
    """
    picture = orjson.loads(raw)
    return orjson.dumps(picture | {"holds": [hold | _SAID for hold in picture["holds"]]})
