"""An intake without a broker: its doors in this process, its journal on disk, its clock at a fixed hour."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.council import CouncilOpened
from schemas.reading import InputEvent
from streams.intake.producers import DOORS
from streams.intake.reception import Reception
from streams.intake.service import reception
from streams.intake.web import application
from streams.settings import settings
from tests.intake.running import STARTED
from tests.rules import making

#: An hour of the night of the made-up councils.
NIGHT = datetime(2023, 5, 5, 3, 0, tzinfo=UTC)
DESK = "Kent desk"


@dataclass(slots=True)
class Hours:
    """A clock that stands until it is set."""

    at: datetime = NIGHT
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Doors:
    """The doors of an intake, and a way to knock."""

    reception: Reception
    http: httpx.AsyncClient
    hours: Hours
    key: str

    async def post(
        self, door: str, event: InputEvent | bytes | list[InputEvent], key: str | None = None, **headers: str
    ) -> httpx.Response:
        return await self.http.post(
            f"/v1/{door}",
            content=as_json(event),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {key or self.key}"}
            | headers,
        )

    async def fate(self, id: str, key: str | None = None) -> httpx.Response:
        return await self.http.get(
            f"/v1/declarations/{id}", headers={"Authorization": f"Bearer {key or self.key}"}
        )

    def waiting(self) -> list[Any]:
        """Events in the journal, as they will lie on the log; without notices to operators."""
        entries = [entry for _, entry in self.reception.journal.waiting(10_000)]
        return [json.loads(entry.value) for entry in entries if entry.topic.endswith("declarations.v1")]

    def notices(self) -> list[Any]:
        """What operators will read among the rejections."""
        entries = [entry for _, entry in self.reception.journal.waiting(10_000)]
        return [json.loads(entry.value) for entry in entries if entry.topic.endswith("rejections.v1")]


def as_json(event: InputEvent | bytes | list[InputEvent]) -> bytes:
    if isinstance(event, list):
        return b"[" + b",".join(as_json(one) for one in event) + b"]"
    return event if isinstance(event, bytes) else event.model_dump_json(exclude_defaults=True).encode()


def from_the_desk(event: InputEvent, **fields: Any) -> InputEvent:
    """The event as the Kent desk sends it."""
    return event.model_copy(update={"producer": DESK} | fields)


def trumptonshire(*wards: Mapping[str, Any], **fields: Any) -> CouncilOpened:
    """A council of Kent with three wards."""
    wards = wards or (
        making.a_ward("Trumpton", 2, {"CON": 2, "LAB": 2, "LD": 1}),
        making.a_ward("Chigley", 1, {"CON": 1, "LAB": 1}),
        making.a_ward("Camberwick Green", 1, {"CON": 1, "LAB": 1, "GRN": 1}),
    )
    kent = {"id": "kent", "name": "Kent", "kind": "county"}
    event = making.a_map(*wards, **{"areas": [kent]} | fields)
    return event.model_copy(update={"producer": DESK})


def declaration(ward: str = "Chigley", elected: Mapping[str, int] | None = None, **fields: Any) -> InputEvent:
    """A declaration of one of its wards, from the Kent desk."""
    event = making.a_declaration(trumptonshire(), ward, elected or {"LAB": 1}, **fields)
    return from_the_desk(event)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """A test that fails leaves no process behind."""
    yield
    while STARTED:
        child = STARTED.pop()
        child.kill()
        child.wait()


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
async def doors(tmp_path: Path, hours: Hours) -> AsyncIterator[Doors]:
    """Doors with the council of Trumptonshire opened, and the key of a desk that may say everything about Kent."""
    async with opened_doors(tmp_path, hours) as found:
        yield found


def opened_doors(folder: Path, hours: Hours, **given: Any) -> "DoorsOpened":
    return DoorsOpened(folder, hours, given)


class DoorsOpened:
    def __init__(self, folder: Path, hours: Hours, given: dict[str, Any]) -> None:
        these = settings(
            **{"mode": "rehearsal", "profile": "embedded", "intake_dir": folder / "intake"} | given
        )
        self._hours = hours
        self._parts = reception(these, hours.now)

    async def __aenter__(self) -> Doors:
        parts = await self._parts.__aenter__()
        parts.seconds = self._hours.monotonic
        parts.__post_init__()
        parts.known.take(trumptonshire(), 0, 0)
        parts.known.complete = True
        key = parts.producers.add(DESK, tier=1, areas=["kent"], doors=DOORS, rate=1000.0)
        transport = httpx.ASGITransport(application(parts), raise_app_exceptions=False)
        return Doors(
            parts, httpx.AsyncClient(transport=transport, base_url="http://intake"), self._hours, key
        )

    async def __aexit__(self, *why: Any) -> None:
        await self._parts.__aexit__(*why)
