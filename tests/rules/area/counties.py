"""Invented counties for tests: several councils, what they give to their areas, and all that is said there."""

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.area import AreaEvent, Board, Contribution
from schemas.council import CouncilOpened
from schemas.headline import Headline
from schemas.reading import InputEvent, read, read_area_event
from streams.rules.area.take import AreaState, AreaTaken
from streams.rules.area.take import take as take_area
from streams.rules.council import Council
from streams.rules.take import take
from tests.rules.making import a_declaration, a_map, a_moment, a_ward, an_event, claims, dumps

SHIRE = {"id": "shire", "name": "Shire", "kind": "county", "parent": "marches"}
MARCHES = {"id": "marches", "name": "Marches", "kind": "region"}
SHIRE_KEY, MARCHES_KEY = "shire@local.2023-05-04", "marches@local.2023-05-04"

_HOME = "trumptonshire"


def moved(event: InputEvent, town: str) -> InputEvent:
    """The same event in another council: everything made up is made up for Trumptonshire."""
    council = event.model_dump_json().replace(f"local.{_HOME}.", f"local.{town.lower()}.")
    council = council.replace('"Trumptonshire', f'"{town}')
    return read(council.replace(f'"id":"{event.id}"', f'"id":"{town.lower()}-{event.id}"', 1).encode())


def council_id(town: str) -> str:
    return f"local.{town.lower()}.2023-05-04"


class Town:
    """A council with wards of one seat each, in which Conservatives, Labour and Greens stand everywhere."""

    def __init__(
        self, name: str, wards: int = 3, areas: Iterable[Mapping[str, Any]] = (SHIRE, MARCHES), **fields: Any
    ) -> None:
        self.name, self.wards, self.fields = name, wards, {"areas": [dict(a) for a in areas]} | fields
        self.home = self.a_home_map()

    def a_home_map(self, version: int = 1, **changed: Any) -> CouncilOpened:
        names = [f"Ward {n}" for n in range(1, self.wards + 1)]
        wards = [a_ward(name, 1, {"CON": 1, "LAB": 1, "GRN": 1, "RES": 1}) for name in names]
        return a_map(*wards, version=version, **(self.fields | changed))

    @property
    def map(self) -> InputEvent:
        return moved(self.home, self.name)

    def amended(self, version: int = 2, **changed: Any) -> InputEvent:
        return moved(self.a_home_map(version, **changed), self.name)

    def declares(self, ward: int, party: str, **fields: Any) -> InputEvent:
        return moved(a_declaration(self.home, f"Ward {ward}", {party: 1}, **fields), self.name)

    def all_to(self, *parties: str) -> list[InputEvent]:
        """Every ward declared, from the first on."""
        return [self.declares(n, party) for n, party in enumerate(parties, start=1)]

    def event(self, kind: str, id: str, **fields: Any) -> InputEvent:
        return moved(an_event(kind, id, **fields), self.name)


def given(*events: InputEvent) -> list[Contribution]:
    """What all councils give to all areas, in the order of the events."""
    councils: dict[str, Council] = {}
    found: list[Contribution] = []
    for event in events:
        taken = take(councils.get(event.council), event)
        assert taken.refusal is None, taken.refusal
        if taken.council is not None:
            councils[event.council] = taken.council
        found += taken.contributions
    return found


def a_hold(id: str = "hold", **fields: Any) -> AreaEvent:
    """A hold of the desk on Shire."""
    return _desk("AreaHeld", id, **({"scope": "area"} | fields))


def a_release(hold: str = "hold") -> AreaEvent:
    return _desk("AreaReleased", f"over-{hold}", hold=hold)


def a_review(id: str = "review") -> AreaEvent:
    return _desk("AreaReview", id)


def _desk(kind: str, id: str, **fields: Any) -> AreaEvent:
    common = {
        "schema_version": 1, "type": kind, "id": id, "mode": "rehearsal", "election": "local.2023-05-04",
        "area": "shire", "declared_at": a_moment("03:00"), "producer": "Test desk", "by": "Desk", "reason": "Checking",
    }  # fmt: skip
    return read_area_event(dumps(common | fields))


class Evening:
    """An evening of areas: events go in, and everything said of each area is kept."""

    def __init__(self, *events: AreaEvent) -> None:
        self.states: dict[str, AreaState] = {}
        self.headlines: list[Headline] = []
        self.taken: list[AreaTaken] = []
        for event in events:
            self.hear(event)

    def hear(self, event: AreaEvent) -> list[Headline]:
        """Take an event; gives the headlines that it caused."""
        taken = take_area(self.states.get(event.key), event)
        self.taken.append(taken)
        if taken.state is not None:
            self.states[event.key] = taken.state
        self.headlines += taken.headlines
        return list(taken.headlines)

    def board(self, key: str = SHIRE_KEY) -> Board:
        """The board of an area, its count of headlines left aside."""
        return self.states[key].board(1).model_copy(update={"n": 0})

    def of(self, *kinds: str, area: str = SHIRE_KEY) -> list[Headline]:
        """Headlines of an area, of these types or all, in order."""
        return [h for h in self.headlines if h.area == area and (not kinds or h.type in kinds)]

    def claims(self, area: str = SHIRE_KEY) -> dict[str, Any]:
        """What readers are left with."""
        return claims(self.of(area=area))
