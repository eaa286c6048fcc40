"""How fast a night is replayed, as a person says it."""

from typing import Annotated

import typer

from streams.trouble import Trouble

Speed = Annotated[
    str,
    typer.Option(
        metavar="N|max",
        help="How many times faster than the night itself; max waits for nothing. Long gaps are cut.",
    ),
]

Seed = Annotated[
    int | None,
    typer.Option(help="Let declarations arrive in another order, the same one for the same number."),
]


def read_speed(speed: str) -> float | None:
    """Return the factor, None for "max"."""
    if speed == "max":
        return None
    try:
        factor = float(speed)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise Trouble(f"--speed is a number above 0, such as 120, or max; not {speed}.")
    return factor
