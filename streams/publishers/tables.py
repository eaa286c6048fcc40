"""Tables as CSV: every text quoted, and none that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs: a text that looks like a formula gets an apostrophe; numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA):
        return "'" + cell
    return cell


def table(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV table (RFC 4180), UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(heading)
    for row in rows:
        writer.writerow(["" if cell is None else safe(cell) for cell in row])
    return out.getvalue().encode()
