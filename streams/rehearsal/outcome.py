"""The published outcome of a night, ``expected.csv``: seats and control, council by council, at its checkpoints."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.contract import Contract, Instant, Slug
from streams.rehearsal.mistakes import Mistake

EXPECTED = "expected.csv"

#: Columns before those of the parties.
FIXED = ("checkpoint", "council", "before", "after", "outcome", "pending")
#: The column for all parties without a column of their own.
OTHERS = "OTH"

_COUNT = re.compile(r"[0-9]{1,5}")


class Checkpoint(Contract):
    """A moment whose outcome is published: it counts what was declared up to ``until``."""

    name: Slug
    until: Instant


@dataclass(frozen=True, slots=True)
class Expected:
    """A published outcome: seats by column of expected.csv, control before and after, seats still to be filled.

    ``after`` and ``outcome`` are empty where control was still open.
    """

    checkpoint: str
    council: str
    before: str
    after: str
    outcome: str
    pending: int
    seats: dict[str, int]


def outcome_of(before: str, after: str) -> str:
    """The outcome of a change of control (DR-04); empty while control is open."""
    if not after:
        return ""
    if not before:
        return "NEW COUNCIL"
    if after == "NOC":
        return "NO CHANGE" if before == "NOC" else "LOSE TO NOC"
    return "HOLD" if after == before else "GAIN"


def write_expected(expected: Iterable[Expected]) -> str:
    """The table as text; columns in the order of the first row."""
    expected = tuple(expected)
    columns = list(dict.fromkeys(column for row in expected for column in row.seats))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*FIXED, *columns])
    for row in expected:
        fixed = [row.checkpoint, row.council, row.before, row.after, row.outcome, row.pending]
        table.writerow([*fixed, *(row.seats.get(column, 0) for column in columns)])
    return text.getvalue()


def read_expected(
    raw: bytes, checkpoints: Iterable[Checkpoint]
) -> tuple[list[tuple[int, Expected]], list[Mistake]]:
    """The rows of the table with their lines, and what cannot be read."""
    rows: list[tuple[int, Expected]] = []
    mistakes: list[Mistake] = []
    try:
        table = csv.reader(io.StringIO(raw.decode(), newline=""), strict=True)
    except UnicodeDecodeError as bad:
        return [], [Mistake(EXPECTED, 0, "", f"is not UTF-8 text (byte {bad.start})")]
    named = {checkpoint.name for checkpoint in checkpoints}
    try:
        head = next(table, [])
        if tuple(head[: len(FIXED)]) != FIXED or len(set(head)) != len(head):
            return [], [
                Mistake(EXPECTED, 1, "", f"the head is {','.join(FIXED)} and a column for each party")
            ]
        for cells in table:
            line = table.line_num
            if len(cells) != len(head):
                mistakes.append(
                    Mistake(EXPECTED, line, "", f"{len(cells)} cells where the head has {len(head)}")
                )
                continue
            row = dict(zip(head, cells, strict=True))
            wrong = [Mistake(EXPECTED, line, *why) for why in _wrong(row, named)]
            mistakes += wrong
            if not wrong:
                rows.append((line, _row(row)))
    except csv.Error as refused:
        mistakes.append(Mistake(EXPECTED, table.line_num, "", f"is not CSV: {refused}"))
    return rows, mistakes


def _wrong(row: dict[str, str], named: set[str]) -> Iterator[tuple[str, str]]:
    if row["checkpoint"] not in named:
        yield "checkpoint", f"{row['checkpoint']!r} is not a checkpoint of night.json"
    for column in ("pending", *(column for column in row if column not in FIXED)):
        if not _COUNT.fullmatch(row[column]):
            yield column, f"{row[column]!r} is not a whole number of seats"


def _row(row: dict[str, str]) -> Expected:
    return Expected(
        checkpoint=row["checkpoint"],
        council=row["council"],
        before=row["before"],
        after=row["after"],
        outcome=row["outcome"],
        pending=int(row["pending"]),
        seats={column: int(cell) for column, cell in row.items() if column not in FIXED},
    )
