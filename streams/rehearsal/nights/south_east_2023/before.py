"""What a council was before the poll: seats not up, baselines by basis, control and its history."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from schemas.council import Baseline, BasisName, ControlBefore, ControlSpell, WardBaseline
from streams.rehearsal.nights.south_east_2023 import articles
from streams.rehearsal.nights.south_east_2023.parties import UNNAMED, VACANT, listed_code
from streams.rehearsal.nights.south_east_2023.sources import POLL_DATE, Row, Sources, plain

EVE = date(2023, 5, 3)
#: The list is of "after the elections of May 2022"; its day is not stated.
LIST_OF_2022 = date(2022, 5, 31)
LAST_ELECTION = date(2019, 5, 2)

_LIST = (
    "Open Council Data UK, list of councillors of 2022 (after the elections of May; the day is not stated)"
)
_LIBRARY = "House of Commons Library, Local election results 2023: composition after the elections of 2019"
_PRESS = "Reported just before the poll"

_GROUPS = ("CON", "LAB", "LD", "GRN", "UKIP")
_PRESS_GROUPS = ("CON", "LAB", "LD", "GRN")

#: Seats not up that had changed hands between the list of 2022 and the poll: from, to (docs/nights.md says why).
_MOVED = {"runnymede": ("REF", "CON"), "woking": ("IND", "LAB"), "worthing": ("IND", "LAB")}
#: The second seat of Worthing Central: not up by the list, but filled at this poll; all three of Central are Labour.
_FILLED_EARLY = {"worthing": "LAB"}

#: ward in the declarations -> ward in the list, where the list has another spelling of the same ward
_SPELLED = {
    ("crawley", "bewbush and north broadfield"): "bewbush and north",
    ("dartford", "darenth"): "darneth",
    ("dartford", "longfield new barn and southfleet"): "longfield new barm and southfleet",
    ("dover", "alkham and capel le ferne"): "alkham and capel le feme",
    ("horsham", "pulborough coldwaltham and amberley"): "putborough coldwaltham and amberley",
    ("rother", "bexhill sidley"): "bexhill sidney",
    ("surrey-heath", "town"): "town and crawley hill",
    ("wealden", "herstmonceux and pevensey levels"): "hertsmonceux and pevensey levels",
}


def by_thirds(council: Row) -> bool:
    """Whether a third of the council was up."""
    return council["seats_up"] == "THIRD"


def _seats(councillors: Iterable[Row]) -> Counter[str]:
    return Counter(listed_code(row) for row in councillors)


def _up(councillors: Iterable[Row], up: bool) -> list[Row]:
    return [row for row in councillors if (row["Next Election"] == POLL_DATE) == up]


def held(sources: Sources, council: Row) -> dict[str, int]:
    """Seats not up by party: from the list of 2022, with the moves that make held + won the published total."""
    slug = council["council_slug"]
    if not by_thirds(council):
        return {}
    seats = _seats(_up(sources.listed[slug], False))
    if slug in _FILLED_EARLY:
        seats[_FILLED_EARLY[slug]] -= 1
    if slug in _MOVED:
        source, target = _MOVED[slug]
        seats[source] -= 1
        seats[target] += 1
    return _ordered(seats)


def listed_parties(sources: Sources, council: Row) -> set[str]:
    """Codes of all parties that had seats on any basis given for the council."""
    slug = council["council_slug"]
    named = {group for seats in sources.seats[slug].values() for group in seats if group in _GROUPS}
    told = {*articles.EVE.get(slug, {}), *articles.OTHERS_OF_2019.get(slug, {})}
    return (named | told | set(_seats(sources.listed[slug])) | set(held(sources, council))) - {VACANT}


def unnamed(sources: Sources, council: Row, codes: Iterable[str]) -> set[str]:
    """Codes that the list of 2022 does not tell apart: independents and local parties it has no name for."""
    listed = sources.listed[council["council_slug"]]
    known = {listed_code(row) for row in listed if row["Party Name"] != UNNAMED}
    if not any(row["Party Name"] == UNNAMED for row in listed):
        return set()
    local = {code for code in codes if code in ("RAIC", "RES", "IND NET", "B & H IND")} - known
    return local | {"IND"} if local else set()


def baselines(sources: Sources, council: Row, codes: Iterable[str], up: int) -> tuple[Baseline, ...]:
    """Every basis that the sources give: 2019 (whole councils), the eve as reported, the list of 2022."""
    slug, seats = council["council_slug"], int(council["seats_2023"])
    moments, listed = sources.seats[slug], sources.listed[slug]
    apart = set(codes) - unnamed(sources, council, codes)
    found: list[Baseline] = []
    if "eve_reported" in moments:
        found.append(
            _grouped("eve_of_poll", moments["eve_reported"], _PRESS_GROUPS, codes, seats, EVE, _PRESS)
        )
    elif slug in articles.EVE:
        found.append(_eve_from_article(slug, seats))
    # Where thirds are usual, 2019 was not the last election (Mole Valley polled all of its seats in 2023).
    if not council["council_type"].endswith("T"):
        of_2019 = moments["after_2019"]
        others = _apart(slug, of_2019, _GROUPS)
        if others is None:
            found.append(_grouped("last_election", of_2019, _GROUPS, codes, seats, LAST_ELECTION, _LIBRARY))
        else:
            told = {group: count for group, count in of_2019.items() if group in _GROUPS} | others
            source = f"{_LIBRARY}; {articles.APART_SOURCE}"
            found.append(_grouped("last_election", told, tuple(told), codes, seats, LAST_ELECTION, source))
    # By thirds the list is only needed for the whole council where the eve, which has later moves, is not reported.
    if not (by_thirds(council) and found):
        found.append(_from_list("council", _seats(listed), apart, set(codes), seats))
    if by_thirds(council):
        defended = _seats(_up(listed, True))
        if slug in _FILLED_EARLY:
            defended[_FILLED_EARLY[slug]] += 1
        found.append(_from_list("seats_up", defended, apart, set(codes), up))
    return tuple(found)


def _eve_from_article(slug: str, now: int) -> Baseline:
    seats = Counter(articles.EVE[slug])
    bundled = articles.EVE_BUNDLED.get(slug, ())
    others = sum(seats.pop(code) for code in bundled)
    vacant = articles.EVE_VACANT.get(slug, 0)
    return Baseline(
        basis="eve_of_poll",
        scope="council",
        version=1,
        seats=_ordered(seats),
        vacant=vacant,
        others=others or None,
        named=tuple(sorted(seats)) if others else (),
        comparable=seats.total() + others + vacant == now,
        as_of=EVE,
        source=articles.EVE_SOURCE,
    )


def _apart(slug: str, groups: dict[str, int], told: tuple[str, ...]) -> dict[str, int] | None:
    """Who the others of 2019 were, where an article says so and adds up to the Library's others."""
    found = articles.OTHERS_OF_2019.get(slug)
    others = sum(seats for group, seats in groups.items() if group not in told)
    return found if found is not None and sum(found.values()) == others else None


def _grouped(
    basis: BasisName,
    groups: dict[str, int],
    told: tuple[str, ...],
    codes: Iterable[str],
    now: int,
    as_of: date,
    source: str,
) -> Baseline:
    """A baseline from a source that tells only the larger parties apart and bundles the rest."""
    others = sum(seats for group, seats in groups.items() if group not in told)
    # Who did not exist yet had no seat: that is told apart too (DR-27).
    new = {"RAIC", "B & H IND"} & set(codes) if basis == "last_election" else set()
    return Baseline(
        basis=basis,
        scope="council",
        version=1,
        seats=_ordered({group: groups.get(group, 0) for group in told}),
        others=others or None,
        named=tuple(sorted((set(told) & set(codes)) | new)) if others else (),
        comparable=sum(groups.values()) == now,
        as_of=as_of,
        source=source,
    )


def _from_list(scope: str, seats: Counter[str], apart: set[str], codes: set[str], now: int) -> Baseline:
    others = sum(count for code, count in seats.items() if code not in apart | {VACANT})
    bundled = apart != codes and others
    return Baseline(
        basis="snapshot",
        scope=scope,  # type: ignore[arg-type]
        version=1,
        seats=_ordered({code: count for code, count in seats.items() if code in apart}),
        vacant=seats.get(VACANT, 0),
        others=others if bundled else None,
        named=tuple(sorted(apart)) if bundled else (),
        comparable=seats.total() == now,
        as_of=LIST_OF_2022,
        source=_LIST,
    )


def ward_baselines(
    sources: Sources, council: Row, codes: Iterable[str], ward: str, seats: int
) -> tuple[WardBaseline, ...]:
    """The ward's seats on the list of 2022, where ward, number of seats and parties compare (DR-18)."""
    slug, name = council["council_slug"], plain(ward)
    if council["boundary_change"] == "Y":
        return ()
    name = _SPELLED.get((slug, name), name)
    councillors = [row for row in sources.listed[slug] if plain(row["Ward Name"]) == name]
    if by_thirds(council):
        defended = _up(councillors, True)
        if len(defended) < seats and len(_seats(councillors)) == 1:
            defended = councillors[:seats]
        councillors = defended
    found = _seats(councillors)
    if len(councillors) != seats or VACANT in found or set(found) & unnamed(sources, council, codes):
        return ()
    return (WardBaseline(basis="snapshot", seats=_ordered(found)),)


def control_before(council: Row) -> ControlBefore:
    """Control on the eve of poll as reported, else by the list of 2022 (DR-05)."""
    if council["control_before_basis"] == "reported":
        return ControlBefore(
            control=council["control_before"],
            as_of=EVE,
            basis="eve_of_poll",
            source=council["control_eve_source"],
        )
    return ControlBefore(
        control=council["control_before"], as_of=LIST_OF_2022, basis="snapshot", source=_LIST
    )


def history(council: Row) -> tuple[ControlSpell, ...]:
    """Control since the elections of 2019. When a spell began is not known, only by which day it had.

    A spell's end is the day by which a later source has control otherwise.
    """
    won = "RES" if council["control_2019"] == "OTH" else council["control_2019"]
    steps = [
        (won, LAST_ELECTION, _LIBRARY),
        (council["control_snapshot_2022"], LIST_OF_2022, f"{_LIST}; changed by that day"),
        (
            council["control_before"],
            EVE,
            f"{council['control_eve_source'] or _LIST}; changed by the eve of poll",
        ),
    ]
    spells: list[ControlSpell] = []
    for control, known, source in steps:
        if spells and spells[-1].control == control:
            continue
        if spells:
            spells[-1] = spells[-1].model_copy(update={"until": known})
        spells.append(ControlSpell(control=control, since=None, until=None, source=source))
    return tuple(spells)


def _ordered(seats: Counter[str] | dict[str, int]) -> dict[str, int]:
    return {code: seats[code] for code in sorted(seats) if seats[code]}
