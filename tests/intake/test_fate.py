"""Can a producer learn what became of an event, from what the feed itself said?"""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Output, Record
from streams.intake.embargo import due
from streams.intake.known import Known
from streams.intake.service import keep_embargoes
from tests.intake.conftest import Doors, declaration, trumptonshire
from tests.rules import making


class Feed:
    """The council agent over a log of one partition, and what is known from the topics."""

    def __init__(self, known: Known) -> None:
        self.known, self.keeper, self.state, self.offset = known, CouncilKeeper("rehearsal", 1), None, 0

    def hear(self, event: Any) -> None:
        record = Record("results.rehearsal.declarations.v1", 0, self.offset, event.council.encode(),
                        event.model_dump_json().encode(), (), 0)  # fmt: skip
        self.known.take_record(record.value, 0, self.offset)
        self.offset += 1
        addressed = self.keeper.read(record)
        assert isinstance(addressed, Addressed)
        judged = self.keeper.judge(event.council, self.state, addressed.event, record)
        self.state = judged.state or self.state
        for output in (*judged.refusals, *judged.outputs):
            self.say(output)

    def say(self, output: Output) -> None:
        if "headlines" in output.topic:
            self.known.take_headline(output.value)
        elif "rejections" in output.topic:
            self.known.take_rejection(output.value)


async def test_a_fate_from_the_journal_to_the_headline(doors: Doors) -> None:
    assert (await doors.fate("chigley-1")).status_code == 404

    await doors.post("declarations", declaration())
    assert (await doors.fate("chigley-1")).json()["state"] == "journalled"

    doors.reception.known = Known()
    feed = Feed(doors.reception.known)
    feed.hear(trumptonshire())
    feed.known.take_record(declaration().model_dump_json().encode(), 0, 1)
    assert (await doors.fate("chigley-1")).json()["state"] == "on the log"

    feed.hear(declaration())
    told = (await doors.fate("chigley-1")).json()
    assert (told["state"], told["lies"]["offset"]) == ("accepted", 1)
    assert told["headlines"]

    feed.hear(declaration(elected={"CON": 1}, revision=2))
    told = (await doors.fate("chigley-1")).json()
    assert (told["state"], told["superseded_by"]) == ("superseded", "chigley-2")


async def test_a_fate_on_the_bad_side(doors: Doors) -> None:
    feed = Feed(doors.reception.known)
    doors.reception.known.councils.clear()
    doors.reception.known.seen.clear()
    feed.hear(trumptonshire())
    feed.hear(declaration("Trumpton", {"CON": 1}, id="misfit"))
    feed.hear(declaration())
    feed.hear(declaration(elected={"CON": 1}, id="second"))

    parked, second = [(await doors.fate(id)).json() for id in ("misfit", "second")]

    assert (parked["state"], parked["reason"]) == ("parked", "seats-sum")
    assert (second["state"], second["reason"]) == ("rejected", "conflict")
    assert (await doors.fate("chigley-1")).json()["state"] == "accepted"


async def test_a_second_content_under_an_id_does_not_stain_the_first(doors: Doors) -> None:
    feed = Feed(Known())
    doors.reception.known = feed.known
    feed.hear(trumptonshire())
    feed.hear(declaration())
    feed.hear(declaration(elected={"CON": 1}))

    assert feed.known.fate("chigley-1") == "accepted"


async def test_a_stranger_does_not_learn_a_fate(doors: Doors) -> None:
    await doors.post("declarations", declaration())
    stranger = doors.reception.producers.add("Surrey desk", councils=["local.felpersham.2023-05-04"])

    assert (await doors.fate("chigley-1", stranger)).status_code == 404


def test_an_embargo_is_held_and_released_by_the_poll_hours() -> None:
    known = Known()
    known.take(trumptonshire(), 0, 0)

    def sent(clock: str, day: int) -> list[tuple[str, str]]:
        found = list(due(known, "rehearsal", making.at(clock, day), "Intake"))
        for event in found:
            known.take(event)
        return [(event.type, event.id) for event in found]

    council = making.COUNCIL
    assert sent("05:59", 4) == []
    assert sent("06:00", 4) == [("Held", f"{council}:embargo")]
    assert sent("20:59", 4) == []
    assert sent("21:00", 4) == [("Released", f"{council}:embargo-over")]
    assert sent("23:00", 4) == []


async def test_intake_says_an_embargo_and_goes_on() -> None:
    known = Known()
    known.take(trumptonshire(), 0, 0)
    known.complete = True
    said: list[str] = []

    async def say(event: Any, value: bytes) -> None:
        known.take(event)
        said.append(event.type)

    parts: Any = SimpleNamespace(
        settings=SimpleNamespace(mode="rehearsal"), known=known, clock=lambda: making.at("06:00", 4), say=say
    )
    work = asyncio.create_task(keep_embargoes(parts))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work, 0.2)

    assert said == ["Held"]


def test_polls_that_closed_before_anyone_asked_need_no_embargo() -> None:
    known = Known()
    known.take(trumptonshire(), 0, 0)

    assert list(due(known, "rehearsal", making.at("02:00", 5), "Intake")) == []


def test_an_embargo_that_a_replayed_night_brings_is_ended_by_that_night() -> None:
    known = Known()
    known.take(trumptonshire(), 0, 0)
    theirs = next(due(known, "rehearsal", making.at("06:00", 4), "South East 2023"))
    known.take(theirs)

    assert list(due(known, "rehearsal", making.at("23:00", 5), "Intake")) == []
    assert [event.type for event in due(known, "rehearsal", making.at("23:00", 5), "South East 2023")] == [
        "Released"
    ]


def test_a_hold_with_a_date_ends_when_it_has_passed() -> None:
    known = Known()
    known.take(trumptonshire(), 0, 0)
    known.take(
        making.an_event(
            "Held", "h1", scope="council", by="A. Person", reason="A doubt", until="2023-05-05T04:00:00Z"
        )
    )

    assert list(due(known, "rehearsal", making.at("03:59"), "Intake")) == []
    (over,) = due(known, "rehearsal", making.at("04:00"), "Intake")
    assert json.loads(over.model_dump_json())["hold"] == "h1"
