"""The two layouts of CSV: one candidate a line, or one ward a line. docs/files.md describes the columns."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from streams.trouble import Trouble

#: Columns about the ward, in both layouts.
WARD_COLUMNS = (
    "council ward id revision reason supersedes declared_at basis precision_seconds not_before not_after reported_at "
    "source tier link ballots rejected electorate turnout_percent declared_by sequence"
).split()
#: Columns about a candidate; in the layout of one ward a line they end in `_1`, `_2` and so on.
CANDIDATE_COLUMNS = "candidate party votes elected lot".split()
NEEDED = ("council", "ward", "declared_at")


@dataclass(frozen=True, slots=True)
class Written:
    """A declaration as it is written in a file: text by column. ``line`` is its first."""

    line: int
    ward: dict[str, str]
    candidates: list[dict[str, str]] = field(default_factory=list)


def read_rows(lines: Iterable[str]) -> Iterator[Written]:
    """Declarations in the order of the file; raises ``Trouble`` when the columns are not those of a layout."""
    reader = csv.DictReader(lines, strict=True)
    columns = [name.strip() for name in reader.fieldnames or []]
    _check(columns)
    rows = _rows(reader)
    if "candidate" in columns:
        return _by_candidate(rows)
    return _by_ward(rows)


def _rows(reader: "csv.DictReader[str]") -> Iterator[tuple[int, dict[str, str]]]:
    before = 1
    try:
        for row in reader:
            if None in row:
                raise Trouble(f"line {before + 1}: more fields than there are columns")
            yield before + 1, {(name or "").strip(): (value or "").strip() for name, value in row.items()}
            before = reader.line_num
    except csv.Error as wrong:
        raise Trouble(f"line {reader.line_num}: this is no CSV: {wrong}") from None


def _check(columns: list[str]) -> None:
    numbered = {f"{name}_{n}" for name in CANDIDATE_COLUMNS for n in range(1, 101)}
    known = {*WARD_COLUMNS, *CANDIDATE_COLUMNS, *numbered}
    if missing := [name for name in NEEDED if name not in columns]:
        raise Trouble(f"line 1: the column {', '.join(missing)} is missing; docs/files.md has the columns")
    if unknown := [name for name in columns if name not in known]:
        raise Trouble(f"line 1: nobody knows the column {', '.join(unknown)}; docs/files.md has the columns")
    if len(set(columns)) != len(columns):
        raise Trouble("line 1: a column is there twice")
    plain, with_numbers = (not names.isdisjoint(columns) for names in (set(CANDIDATE_COLUMNS), numbered))
    if plain == with_numbers or not {"candidate", "candidate_1"} & set(columns):
        raise Trouble(
            "line 1: a file has either the column candidate or the columns candidate_1, candidate_2, …"
        )


def _by_candidate(rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Written]:
    """Neighbouring lines of one ward and revision are one declaration; the first has its particulars."""
    for _, group in groupby(
        rows, lambda row: (row[1]["council"], row[1]["ward"], row[1].get("revision", ""))
    ):
        lines = list(group)
        number, first = lines[0]
        ward = {name: first.get(name, "") for name in WARD_COLUMNS}
        for later, row in lines[1:]:
            for name in WARD_COLUMNS:
                if row.get(name, "") not in ("", ward[name]):
                    raise Trouble(
                        f"line {later}: {name} is {row[name]!r}, and {ward[name]!r} in line {number}"
                    )
        yield Written(
            number, ward, [{name: row.get(name, "") for name in CANDIDATE_COLUMNS} for _, row in lines]
        )


def _by_ward(rows: Iterator[tuple[int, dict[str, str]]]) -> Iterator[Written]:
    for number, row in rows:
        ward = {name: row.get(name, "") for name in WARD_COLUMNS}
        numbers = sorted(int(name.rpartition("_")[2]) for name in row if name.startswith("candidate_"))
        each = [{name: row.get(f"{name}_{n}", "") for name in CANDIDATE_COLUMNS} for n in numbers]
        yield Written(number, ward, [one for one in each if one["candidate"]])
