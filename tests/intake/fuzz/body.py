"""A fuzz run on the body parser: python -m tests.intake.fuzz.body [FOLDER] [-max_total_time=600]. Needs atheris."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["schemas", "streams"]):
    from streams.intake.body import cut
    from streams.intake.checks import understand
    from streams.intake.problem import Problem

from schemas.reading import read

MANY = 500


def one(data: bytes) -> None:
    """Whatever the bytes, the answer is events or a problem; and what is taken is written the same again."""
    try:
        events, _ = cut(data)
        assert 1 <= len(events) <= MANY
        for raw in events:
            event, value = understand(raw)
            assert read(value) == event
            assert understand(value)[1] == value
    except Problem as refused:
        problem = refused
    else:
        return
    assert 400 <= problem.status < 500
    assert problem.detail


if __name__ == "__main__":
    sys.setrecursionlimit(1_000)
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True) if len(sys.argv) > 1 else None
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
