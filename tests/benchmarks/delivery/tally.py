"""A toy keeper with next to no rules, so that the cost of delivery can be told from the cost of the rules."""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from pydantic import Field, StringConstraints, TypeAdapter
from typing_extensions import TypedDict

from streams.delivery.keeper import Addressed, Judged, Output, Record

Code = Annotated[str, StringConstraints(min_length=9, max_length=9)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Candidate(TypedDict):
    """One who stood."""

    name: Name
    party: Name
    votes: Count
    elected: bool


class Declared(TypedDict):
    """A ward of the toy."""

    election: Name
    council: Code
    council_name: Name
    ward: Code
    ward_name: Name
    seats: Annotated[int, Field(ge=1, le=20)]
    council_seats: Annotated[int, Field(ge=1, le=500)]
    revision: Annotated[int, Field(ge=1)]
    declared_at: str
    electorate: Count
    turnout: Annotated[float, Field(ge=0, le=1)]
    candidates: Annotated[list[Candidate], Field(min_length=1, max_length=60)]


_validate = TypeAdapter(Declared).validator.validate_json

Tally = dict[str, Any]  # never changed once judged


class TallyKeeper:
    """Seats per party, and a headline for each change of control; no standings, no rejections."""

    def __init__(self, headlines: str) -> None:
        self._headlines = headlines

    def read(self, record: Record) -> Addressed[Declared] | Output:
        """A declaration; the toy's evening has no unreadable ones."""
        event: Declared = _validate(record.value or b"")
        return Addressed(event["council"], event)

    def judge(self, key: str, state: Tally | None, event: Declared, record: Record) -> Judged[Tally]:
        """Fold one ward in by (ward, revision)."""
        if state is None or state["election"] < event["election"]:
            state = {"election": event["election"], "seats": {}, "wards": {}, "control": None, "n": 0}
        have = state["wards"].get(event["ward"])
        if state["election"] > event["election"] or (have and have[0] >= event["revision"]):
            return Judged(None)
        won: dict[str, int] = {}
        for candidate in event["candidates"]:
            if candidate["elected"]:
                won[candidate["party"]] = won.get(candidate["party"], 0) + 1
        seats = dict(state["seats"])
        for party, number in have[1].items() if have else ():
            seats[party] -= number
        for party, number in won.items():
            seats[party] = seats.get(party, 0) + number
        over = [party for party, number in seats.items() if number * 2 > event["council_seats"]]
        control = over[0] if over else None
        wards = {**state["wards"], event["ward"]: (event["revision"], won)}
        changed = control != state["control"]
        new = {**state, "seats": seats, "wards": wards, "control": control, "n": state["n"] + changed}
        return Judged(new, (self._headline(key, state, new, event),) if changed else ())

    def dump(self, state: Tally) -> bytes:
        """The row."""
        return orjson.dumps(state)

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> Tally:
        """The row again."""
        return orjson.loads(row)  # type: ignore[no-any-return]

    def follow(self, key: str, state: Tally, version: int) -> tuple[Output, ...]:
        """Nothing."""
        return ()

    def _headline(self, key: str, was: Tally, now: Tally, event: Declared) -> Output:
        said = {
            "id": f"{key}:{now['election']}:{now['n']}",
            "council": key,
            "name": event["council_name"],
            "control": now["control"],
            "was": was["control"],
            "seats": now["seats"],
            "ward": event["ward"],
            "revision": event["revision"],
        }
        return Output(self._headlines, key.encode(), orjson.dumps(said))
