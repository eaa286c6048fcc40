"""The score of a night from the standings of its councils: control, seats, and changes that name their basis."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pydantic import BaseModel

from schemas.council import BasisName
from schemas.standing import Changes, Standing

#: Of parties that have no line of their own; also what sources give only together.
OTHERS = "OTHERS"
#: Rows of a table of changes that are nobody's seats.
_NOBODY = ("VACANT", "PENDING")
#: Bases in the order in which readers want them (DR-17).
BASES: tuple[BasisName, ...] = (
    "last_election",
    "notional_last_election",
    "eve_of_poll",
    "notional_eve",
    "snapshot",
)


class PartyLine(BaseModel):
    """A party's line: councils it controls, gains and losses of control, seats, and change on each basis.

    A change is None where no council tells the party apart on that basis; it is in the line of OTHERS then.
    """

    party: str
    name: str
    councils: int
    gains: int
    losses: int
    seats: int
    changes: dict[BasisName, int | None]


class BasisLine(BaseModel):
    """A basis: ``counted`` councils are final and can be compared on it, of ``councils``; ``years`` that it shows."""

    basis: BasisName
    counted: int
    councils: int
    years: list[int]


class Scoreboard(BaseModel):
    """The whole score. ``noc``: councils certain to be under no overall control, in the terms of a party's line."""

    councils: int
    councils_final: int
    councils_decided: int
    wards: int
    wards_declared: int
    seats: int
    seats_declared: int
    seats_pending: int
    seats_postponed: int
    bases: list[BasisLine]
    parties: list[PartyLine]
    noc: PartyLine


@dataclass(slots=True)
class _Line:
    councils: int = 0
    gains: int = 0
    losses: int = 0
    seats: int = 0
    changes: dict[BasisName, int] = field(default_factory=dict)
    told: set[BasisName] = field(default_factory=set)


def scoreboard(standings: Iterable[Standing], listed: Iterable[str]) -> Scoreboard:
    """Add up standings; parties that are not ``listed`` share the line OTHERS."""
    given = list(standings)
    own = set(listed)
    bundled = {basis: _bundled(given, basis) for basis in BASES}
    lines: dict[str, _Line] = {}
    names: dict[str, str] = {OTHERS: "Others", "NOC": "No overall control"}

    def line(code: str) -> _Line:
        return lines.setdefault(code if code in own or code == "NOC" else OTHERS, _Line())

    for standing in given:
        for party in standing.parties:
            names.setdefault(party.party, party.name)
            line(party.party).seats += party.seats
        _control(standing, line)
        for changes in _compared(standing):
            for row in changes.rows:
                if row.party in _NOBODY:
                    continue
                code = OTHERS if row.party in bundled[changes.basis] else row.party
                found = line(code)
                found.changes[changes.basis] = found.changes.get(changes.basis, 0) + row.change
    noc = lines.pop("NOC", _Line())
    bases = _bases(given)
    shown = [basis.basis for basis in bases]
    parties = [
        _party(code, names[code], found, shown, {b for b in shown if code not in bundled[b]})
        for code, found in lines.items()
        if found.seats or found.councils or found.losses or any(found.changes.values())
    ]
    parties.sort(key=lambda party: (party.party == OTHERS, -party.seats, party.party))
    return Scoreboard(
        councils=len(given),
        councils_final=sum(s.final for s in given),
        councils_decided=sum(s.control.after is not None for s in given),
        wards=sum(s.wards_expected for s in given),
        wards_declared=sum(s.wards_declared for s in given),
        seats=sum(s.seats.total for s in given),
        seats_declared=sum(p.seats for s in given for p in s.parties),
        seats_pending=sum(s.seats.pending for s in given),
        seats_postponed=sum(s.seats.postponed for s in given),
        bases=bases,
        parties=parties,
        noc=_party("NOC", "No overall control", noc, [], set()),
    )


def _party(code: str, name: str, line: _Line, bases: list[BasisName], told: set[BasisName]) -> PartyLine:
    return PartyLine(
        party=code,
        name=name,
        councils=line.councils,
        gains=line.gains,
        losses=line.losses,
        seats=line.seats,
        changes={basis: line.changes.get(basis, 0) if basis in told else None for basis in bases},
    )


def _control(standing: Standing, line: Callable[[str], _Line]) -> None:
    control = standing.control
    after, before = control.after, control.before
    if not control.reported:
        return
    if control.lost_for_certain and after is None and before is not None:
        line(before).losses += 1
    if after is None:
        return
    line(after).councils += 1
    if before is not None and before != after:
        line(after).gains += 1
        line(before).losses += 1


def _compared(standing: Standing) -> list[Changes]:
    """The changes of a final council that can be compared, the whole council before the seats that were up."""
    if not standing.final:
        return []
    chosen: dict[BasisName, Changes] = {}
    for changes in sorted(standing.changes, key=lambda c: c.scope != "council"):
        if changes.comparable and changes.rows:
            chosen.setdefault(changes.basis, changes)
    return list(chosen.values())


def _bundled(standings: list[Standing], basis: BasisName) -> set[str]:
    """Parties that some council counts among others on a basis, so that a figure of their own would be a part.

    A council with a bundle of others tells a party apart when it gives it a row; one that has seats and no row is in
    the bundle, and so is one that no such council ever gives a row.
    """
    with_others = [
        (standing, {str(row.party) for row in changes.rows})
        for standing in standings
        for changes in _compared(standing)
        if changes.basis == basis and any(row.party == OTHERS for row in changes.rows)
    ]
    if not with_others:
        return set()
    everyone = {party.party for standing in standings for party in standing.parties}
    ever = set.union(*(rows for _, rows in with_others))
    hidden = {p.party for s, rows in with_others for p in s.parties if p.seats and p.party not in rows}
    return (everyone - ever) | hidden


def _bases(standings: list[Standing]) -> list[BasisLine]:
    found = []
    for basis in BASES:
        having = [s for s in standings if any(c.basis == basis for c in s.changes)]
        counted = [c for s in standings for c in _compared(s) if c.basis == basis]
        years = sorted({c.as_of.year for s in having for c in s.changes if c.basis == basis})
        if having:
            found.append(BasisLine(basis=basis, counted=len(counted), councils=len(having), years=years))
    return found
