"""Changes of seats across councils: one sum for each basis, over final councils that compare on it (DR-16, DR-18)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from schemas.council import RESERVED_CODES, BasisName
from schemas.standing import Changes

#: A basis as it is summed: councils whose last election was in another year are not mixed in.
Measure = tuple[BasisName, Literal["council", "seats_up"], int]

#: The order in which bases are told: house style first (DR-17).
_ORDER = ("last_election", "notional_last_election", "eve_of_poll", "notional_eve", "snapshot")

#: Of one council: its id, its changes, whether it is final, and its parties' keys by code.
Given = tuple[str, tuple[Changes, ...], bool, Mapping[str, str]]
Counted = tuple[str, Changes, Mapping[str, str]]


@dataclass(slots=True)
class Row:
    """A party's or family's seats then and now, and its change by council.

    ``councils``: how many of those counted tell it apart. ``new``: it existed in none of them on that basis (DR-27).
    """

    before: int = 0
    now: int = 0
    by_council: dict[str, int] = field(default_factory=dict)
    councils: int = 0
    new: bool = True

    @property
    def change(self) -> int:
        """Seats won or lost."""
        return self.now - self.before

    @property
    def up(self) -> int:
        """In how many councils it went up."""
        return sum(1 for change in self.by_council.values() if change > 0)

    @property
    def down(self) -> int:
        """In how many councils it went down."""
        return sum(1 for change in self.by_council.values() if change < 0)

    def add(self, council: str, before: int, now: int, new: bool) -> None:
        """Add one council."""
        self.before += before
        self.now += now
        self.by_council[council] = now - before
        self.new = self.new and new


@dataclass(slots=True)
class Shift:
    """The change on one basis; rows by party key or reserved code, by family beside."""

    measure: Measure
    version: int = 1
    councils: int = 0
    comparable: int = 0
    counted: int = 0
    pending: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    families: dict[str, Row] = field(default_factory=dict)
    bundled: bool = False


def shifts(given: Iterable[Given], families: Mapping[str, str]) -> tuple[Shift, ...]:
    """One shift for each basis that any council has. ``families``: by party key."""
    found: dict[Measure, Shift] = {}
    counted: dict[Measure, list[Counted]] = {}
    for council, all_changes, final, keys in given:
        for changes in all_changes:
            measure: Measure = (changes.basis, changes.scope, changes.as_of.year)
            shift = found.setdefault(measure, Shift(measure))
            shift.version = max(shift.version, changes.version)
            shift.councils += 1
            shift.comparable += changes.comparable
            if changes.comparable and final and changes.rows:
                counted.setdefault(measure, []).append((council, changes, keys))
    for measure, one_by_one in counted.items():
        _sum(found[measure], one_by_one, families)
    return tuple(
        sorted(found.values(), key=lambda shift: (_ORDER.index(shift.measure[0]), shift.measure[1:]))
    )


def _sum(shift: Shift, counted: list[Counted], families: Mapping[str, str]) -> None:
    shift.counted = len(counted)
    for council, changes, keys in counted:
        by_family: dict[str, list[tuple[int, int, bool]]] = {}
        for row in changes.rows:
            key = row.party if row.party in RESERVED_CODES else keys[row.party]
            shift.rows.setdefault(key, Row()).add(council, row.before, row.now, row.new)
            by_family.setdefault(families.get(key, key), []).append((row.before, row.now, row.new))
        for family, rows in by_family.items():
            before, now = sum(row[0] for row in rows), sum(row[1] for row in rows)
            shift.families.setdefault(family, Row()).add(council, before, now, all(row[2] for row in rows))
    apart = [_told_apart(changes, keys) for _, changes, keys in counted]
    shift.bundled = "OTHERS" in shift.rows
    shift.pending = shift.rows["PENDING"].now if "PENDING" in shift.rows else 0
    for key, total in shift.rows.items():
        total.councils = sum(1 for told in apart if told is None or key in told or key in RESERVED_CODES)
    for family, total in shift.families.items():
        members = {key for key in shift.rows if families.get(key, key) == family}
        total.councils = sum(
            1 for told in apart if told is None or members <= told or family in RESERVED_CODES
        )


def _told_apart(changes: Changes, keys: Mapping[str, str]) -> frozenset[str] | None:
    """The parties that a council's figures tell apart; None: all of them."""
    if not changes.named:
        return None
    return frozenset(keys.get(code, code) for code in changes.named)
