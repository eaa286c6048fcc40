"""The monitor's door: who may come in, what a page may do, and what it refuses; no broker behind it."""

import asyncio
import base64
import hashlib
import json
import math
from collections import deque
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest

from schemas import topics
from streams.ops.exposition import Exposition
from streams.ops.lag import Sample
from streams.ops.ledger import Ledger
from streams.ops.positions import Membership
from streams.ops.probing import Lost, Probes
from streams.ops.rendering import Text
from streams.ops.sight import Sight
from streams.ops.view import view
from streams.ops.watch import Group, Watch
from streams.ops.web import PAGE, Door
from streams.settings import Settings, settings
from tests.commands.evening import a_standing
from tests.ops.test_ledger import DECLARATIONS, Told, a_rejection

SECRET = "correct-horse-battery"
ELSEWHERE = "192.0.2.1"  # an address of examples; nothing listens
REJECTION = f"{DECLARATIONS}-0-7"


def a_sight(these: Settings) -> Sight:
    """One group with a look at it, and one open rejection."""
    group = Group("council", "g", DECLARATIONS, (0,))
    group.members = Membership({"one": 1})
    watch = Watch(these, [group], dict)
    sight = Sight("k", 5.0, watch, Ledger("replay"), Probes("replay", 1))
    told = Told()
    told.ledger = sight.ledger
    told.tell("results.replay.rejections.v1", a_rejection(7, original="PHNjcmlwdD4="), 1.0)
    return sight


def a_client(
    host: str = "127.0.0.1", *, ready: bool = True, base: str = "http://127.0.0.1:8600"
) -> httpx.AsyncClient:
    these = settings(monitor_host=host, monitor_password=SECRET if host != "127.0.0.1" else None)
    sight = a_sight(these)
    event = asyncio.Event()
    if ready:
        event.set()
    door = Door(these, sight, Exposition(sight, "1").registry, event, "1")
    return httpx.AsyncClient(transport=httpx.ASGITransport(door.application()), base_url=base)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


PATHS = (
    "/",
    "/ops",
    "/ops/state",
    "/ops/events",
    "/ops/assets/ops.js",
    "/metrics",
    f"/ops/rejections/{REJECTION}",
)


@pytest.mark.parametrize("path", PATHS)
async def test_beyond_this_machine_everything_asks_for_a_password(path: str) -> None:
    async with a_client(ELSEWHERE, base="http://feed.example:8600") as client:
        refused = await client.get(path)
        wrong = await client.get(path, headers=basic("ops", "wrong"))
        other = await client.get(path, headers=basic("else", SECRET))

    assert (refused.status_code, wrong.status_code, other.status_code) == (401, 401, 401)
    assert refused.headers["www-authenticate"].startswith("Basic ")


async def test_the_right_password_opens_and_health_needs_none() -> None:
    async with a_client(ELSEWHERE, base="http://feed.example:8600") as client:
        state = await client.get("/ops/state", headers=basic("ops", SECRET))
        health = await client.get("/health")

    assert state.status_code == 200
    assert health.status_code == 503  # no look at the broker yet
    assert SECRET not in state.text


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic " + "/w==", "Bearer x", ""])
async def test_nonsense_for_a_password_is_refused(header: str) -> None:
    async with a_client(ELSEWHERE, base="http://feed.example:8600") as client:
        assert (await client.get("/ops", headers={"Authorization": header})).status_code == 401


async def test_a_name_that_points_here_is_not_this_machine() -> None:
    async with a_client(base="http://rebound.example:8600") as client:
        assert (await client.get("/ops/state")).status_code == 421
    async with a_client(base="http://localhost:8600") as client:
        assert (await client.get("/ops/state")).status_code == 200


async def test_every_answer_forbids_what_a_page_need_not_do() -> None:
    async with a_client() as client:
        answers = [await client.get(path) for path in PATHS if path != "/ops/events"]

    for answer in answers:
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_page_loads_nothing_from_elsewhere() -> None:
    async with a_client() as client:
        page = (await client.get("/ops")).text

    assert "http" not in page.replace("/metrics", "")
    assert "<script>" not in page
    assert "style=" not in page


async def test_metrics_wait_until_all_topics_were_read_once() -> None:
    async with a_client(ready=False) as client:
        assert (await client.get("/metrics")).status_code == 503
    async with a_client() as client:
        text = (await client.get("/metrics")).text
    assert 'election_group_status{group="g",status="unknown"} 1.0' in text
    assert f'election_dead_letters_open{{topic="{DECLARATIONS}"}} 1.0' in text
    assert "NaN" not in text
    assert "kafka_consumergroup_group_lag{" not in text  # nothing was seen: absent, not zero


async def test_a_scrape_is_given_what_was_written_and_what_is_so_where_nobody_writes() -> None:
    these = settings()
    sight = a_sight(these)
    ready = asyncio.Event()
    door = Door(these, sight, Exposition(sight, "1").registry, ready, "1")
    transport = httpx.ASGITransport(door.application())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8600") as client:
        ready.set()
        writing = asyncio.create_task(door.write())
        await asyncio.sleep(0)  # it has written once, and waits to write again
        writing.cancel()
        door._written_at = math.inf
        sight.probes.lost = 7
        later = (await client.get("/metrics")).content
        door._written_at = -math.inf
        unwritten = (await client.get("/metrics")).content

    assert b"election_probe_lost_total 0.0" in later
    assert b"election_probe_lost_total 7.0" in unwritten


async def test_a_look_at_a_record_is_text_and_nothing_else() -> None:
    async with a_client() as client:
        found = await client.get(f"/ops/rejections/{REJECTION}")
        missing = await client.get("/ops/rejections/none")

    assert found.headers["content-type"] == "application/json"
    assert found.json()["record"] == "<script>"
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"by=Ann&reason=x", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b'{"by": "Ann", "reason": "x"}', {"content-type": "text/plain"}, 415),
        (b'{"by": "Ann"}', {"content-type": "application/json"}, 422),
        (b'{"by": "Ann", "reason": 1}', {"content-type": "application/json"}, 422),
        (b'{"by": "Ann", "reason": "' + b"x" * 9000 + b'"}', {"content-type": "application/json"}, 413),
        (b'{"by": "<b>", "reason": "x"}', {"content-type": "application/json"}, 409),
    ],
)
async def test_a_deed_needs_who_and_why_from_this_page(
    body: bytes, headers: dict[str, str], code: int
) -> None:
    async with a_client() as client:
        done = await client.post(f"/ops/discard/{REJECTION}", content=body, headers=headers)

    assert done.status_code == code
    assert done.json()["trouble"]


def test_what_is_vendored_is_what_was_published() -> None:
    """Name, version and licence of each, and the hash of each file; nothing else lies beside them."""
    folder = PAGE / "vendor"
    manifest: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())
    listed = {name: digest for one in manifest for name, digest in one["files"].items()}

    assert [(one["name"], one["version"], one["licence"]) for one in manifest] == [("uPlot", "1.6.32", "MIT")]
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed} == listed
    assert {path.name for path in folder.iterdir()} == {*listed, "manifest.json"}


def test_lag_is_left_out_once_the_last_look_is_old() -> None:
    these = settings()
    sight = a_sight(these)
    (group,) = sight.watch.groups
    now = 1000.0
    exposition = Exposition(sight, "1", now=lambda: now)
    value = exposition.registry.get_sample_value
    place = {"cluster_name": "k", "group": "g", "topic": DECLARATIONS, "partition": "0"}
    group.windows[0] = deque([Sample(980.0 + 5 * n, 7, 0, 10, 900.0) for n in range(4)])
    assert value("kafka_consumergroup_group_lag_seconds", place) == 100.0
    assert value("election_group_status", {"group": "g", "status": "stalled"}) in (0.0, 1.0)

    now = 1000.0 + 15.0  # the last look was at 995
    assert value("kafka_consumergroup_group_lag_seconds", place) is None
    assert value("kafka_consumergroup_group_max_lag_seconds", {"cluster_name": "k", "group": "g"}) is None
    assert value("election_group_status", {"group": "g", "status": "unknown"}) == 1.0


def test_of_two_groups_on_one_topic_no_series_is_there_twice() -> None:
    these = settings()
    groups = [Group(name, name, "t", (0,)) for name in ("one", "other")]
    for group in groups:
        group.windows[0] = deque([Sample(999.0, 3, 0, 5, 998.0)])
    sight = Sight("k", 5.0, Watch(these, groups, dict), Ledger("replay"), Probes("replay", 1))

    lines = generate_latest(Exposition(sight, "1", now=lambda: 1000.0).registry).decode().splitlines()
    series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]

    assert len(series) == len(set(series))
    assert not any("_created" in name for name in series)
    assert sum(name.startswith("kafka_partition_latest_offset{") for name in series) == 1


def test_the_text_is_the_librarys_whatever_changes() -> None:
    """Also labels that need escaping, series that come and go, and values that are no whole numbers."""
    moment = [1000.0]
    sight = a_sight(settings())
    exposition = Exposition(sight, "1", now=lambda: moment[0])
    text = Text(exposition.registry)
    sight.ledger.sources['A "wire"\n\\ of ours'] = 1e9 + 0.25
    sight.watch.groups[0].windows[0] = deque([Sample(999.0, 3, 0, 5, 998.5)])

    for seconds in (0.0, 1.5, 60.0):
        moment[0] = 1000.0 + seconds
        sight.on_age("received", seconds)
        sight.on_delay(seconds / 3)
        assert bytes(text) == generate_latest(exposition.registry)


def test_a_count_begins_at_zero_so_that_a_rate_sees_its_first_event() -> None:
    """Not one that was there before the first scrape: after a restart it goes on where it was."""
    moment = [1000.0]
    sight = a_sight(settings())
    sight.ledger.headlines["WARD_GAIN", "announced"] = 7
    value = Exposition(sight, "1", now=lambda: moment[0]).registry.get_sample_value

    def shown(kind: str) -> float | None:
        return value("election_headlines_total", {"type": kind, "action": "announced"})

    assert (shown("WARD_GAIN"), shown("WARD_HOLD")) == (7.0, None)
    sight.ledger.headlines["WARD_HOLD", "announced"] = 2
    assert (shown("WARD_GAIN"), shown("WARD_HOLD")) == (7.0, 0.0)
    moment[0] += 5.0
    assert (shown("WARD_GAIN"), shown("WARD_HOLD")) == (7.0, 2.0)


def test_probes_are_answered_once_or_lost() -> None:
    moment = [100.0]
    heard: list[float] = []
    probes = Probes("replay", 2, answered=heard.append, clock=lambda: moment[0])
    (first, one), (second, other) = probes.next(), probes.next()
    probes.answer(one.id, "council", 101.0)
    assert heard == []  # half of the way
    for _ in range(2):
        probes.answer(one.id, "area", 101.5)
    probes.answer("somebody else's", "area", 101.5)
    moment[0] = 116.0

    assert (first, second, heard) == (0, 1, [1.5])
    assert probes.give_up() == [Lost(1, "council")]
    probes.answer(other.id, "area", 117.0)
    assert (probes.lost, heard, probes.silent) == (1, [1.5], {1})


def test_a_probe_is_never_back_before_it_was_sent() -> None:
    """A worker's clock may be behind the monitor's."""
    heard: list[float] = []
    probes = Probes("replay", 1, answered=heard.append, clock=lambda: 100.0)
    _, probe = probes.next()
    for agent in ("area", "council"):
        probes.answer(probe.id, agent, 99.5)

    assert heard == [0.0]


def test_a_partition_is_silent_until_a_probe_comes_all_the_way_again() -> None:
    moment = [0.0]
    probes = Probes("replay", 1, clock=lambda: moment[0])
    sight = a_sight(settings())
    sight.probes = probes
    sight.looked(0.0, 0.1)
    _, lost = probes.next()
    probes.answer(lost.id, "council", 0.5)
    moment[0] = 16.0

    assert probes.give_up() == [Lost(0, "area")]
    assert (view(sight, {}, 1.0, "1")["verdict"], probes.silent) == ("stalled", {0})
    _, again = probes.next()
    for agent in ("council", "area"):
        probes.answer(again.id, agent, 16.5)
    assert (view(sight, {}, 1.0, "1")["verdict"], probes.silent) == ("unknown", set())


def test_while_the_broker_is_away_nothing_is_well_and_no_worker_is_blamed() -> None:
    moment = [0.0]
    probes = Probes("replay", 1, clock=lambda: moment[0])
    sight = a_sight(settings())
    sight.probes = probes
    group = sight.watch.groups[0]
    group.windows[0] = deque([Sample(at, 5, 0, 5) for at in (1.0, 2.0, 3.0)])
    sight.looked(3.0, 0.1)
    well = view(sight, {}, 4.0, "1")["verdict"]
    probes.next()
    moment[0] = 16.0
    probes.give_up()
    sight.failed("no broker answers")

    away = view(sight, {}, 4.0, "1")
    sight.looked(4.5, 0.1)
    back = view(sight, {}, 5.0, "1")["verdict"]
    group.windows[0].extend(Sample(at, 5, 0, 60, at - 30) for at in (5.0, 6.0, 7.0))
    group.members = Membership({})
    probes.silent.add(0)

    assert view(sight, {}, 7.5, "1")["verdict"] == "empty", "the group itself tells more than its probes do"
    assert (well, away["verdict"], away["trouble"]) == ("ok", "unknown", "no broker answers")
    assert back == "ok", "what was lost meanwhile is nobody's"


def test_holds_of_councils_and_areas_stand_in_one_list() -> None:
    told = Told()
    hold = {"hold": "h", "scope": "council", "by": "A", "reason": "no"}
    board = {
        "area": "kent@local.2023-05-04",
        "name": "Kent",
        "version": 2,
        "holds": [hold | {"scope": "area"}],
    }
    told.tell(topics.boards("replay"), board, 1.0)
    told.tell(topics.boards("replay"), board | {"version": 1, "holds": []}, 2.0)  # said again after a restart
    told.tell(topics.standings("replay"), a_standing(holds=(hold,)).model_dump(mode="json"), 3.0)
    sight = a_sight(settings())
    sight.ledger = told.ledger

    found = [(held["where"], held["scope"]) for held in view(sight, {}, 4.0, "1")["holds"]]

    told.tell(topics.boards("replay"), board | {"version": 3, "holds": []}, 5.0)
    assert found == [("Horsham", "council"), ("Kent", "area")]
    assert [held["where"] for held in view(sight, {}, 6.0, "1")["holds"]] == ["Horsham"]
