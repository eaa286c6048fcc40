"""The source tables of the night as they lie on disk, and the grammar they share: names, groups, local times."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str]

ELECTION = "local.2023-05-04"
POLL_DATE = "2023-05-04"
COUNT_DAY = "2023-05-05"

_LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Sources:
    """Rows by what they are looked up with; the order of rows is the files'.

    ``candidates``: by council and ward slug. ``listed``: councillors of the list of 2022 by council. ``seats``: by
    council, then moment, then party group. ``reports``: of wards by council and plain name. ``called``: of councils.
    """

    councils: tuple[Row, ...]
    candidates: dict[str, dict[str, list[Row]]]
    unopposed: dict[str, list[Row]]
    listed: dict[str, list[Row]]
    seats: dict[str, dict[str, dict[str, int]]]
    reports: dict[tuple[str, str], Row]
    called: dict[str, Row]
    authorities: dict[str, Row]


def load(folder: Path) -> Sources:
    """All tables of a sources folder."""
    candidates: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(folder / "declarations-2023-south-east.csv"):
        row["party_code"] = party_code(row["council_slug"], row["party_code"])
        candidates[row["council_slug"]][row["ward_slug"]].append(row)
    unopposed: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "unopposed-2023-south-east.csv"):
        unopposed[row["council_slug"]].append(row)
    listed: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "councillors-2022-south-east.csv"):
        listed[row["council_slug"]].append(row)
    seats: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in _rows(folder / "council-seats-2023-south-east.csv"):
        seats[row["council_slug"]][row["moment"]][row["party_group"]] = int(row["seats"])
    reported = _rows(folder / "reported-2023-south-east.csv")
    return Sources(
        councils=tuple(
            sorted(_rows(folder / "councils-2023-south-east.csv"), key=lambda r: r["council_slug"])
        ),
        candidates=candidates,
        unopposed=unopposed,
        listed=listed,
        seats=seats,
        reports={(r["council_slug"], plain(r["ward"])): r for r in reported if r["level"] == "ward"},
        called={r["council_slug"]: r for r in reported if r["level"] == "council"},
        authorities={row["gss-code"]: row for row in _rows(folder / "local-authorities.csv")},
    )


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def party_code(council: str, code: str) -> str:
    """The code that a party has in the night: the handbook's, but GRN for GREEN and one code for one association.

    The handbook has Runnymede's residents' group once as RES and once as RAIC, which is Rother's association; the
    list of 2022 has both councillors, who were elected again, in the Runnymede Independent Residents' Group.
    """
    if (council, code) == ("runnymede", "RAIC"):
        return "RES"
    return "GRN" if code == "GREEN" else code


def plain(name: str) -> str:
    """A ward's name without capitals, ampersands and punctuation, to match names across sources."""
    kept = "".join(
        c if c.isalnum() else "" if c in "'’.()," else " " for c in name.lower().replace("&", " and ")
    )
    return " ".join(kept.split())


def council_id(slug: str) -> str:
    """Identifier of a council at this election (DR-38)."""
    return f"local.{slug}.{POLL_DATE}"


def ward_id(council: str, ward: str) -> str:
    """Identifier of a ward at this election (DR-38)."""
    return f"local.{council}.{ward}.{POLL_DATE}"


def slug(name: str) -> str:
    """A name as part of an identifier."""
    return plain(name).replace(" ", "-")


def on_count_day(clock: str) -> datetime:
    """An instant from a local time of 5 May 2023, HH:MM (DR-39)."""
    return datetime.fromisoformat(f"{COUNT_DAY}T{clock}").replace(tzinfo=_LONDON).astimezone(UTC)
