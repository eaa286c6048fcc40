"""Does a reader of today understand a feed of tomorrow: what was added, and what was not meant for it?"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pydantic import ValidationError

from results_client.consumer import HeadlineConsumer
from results_client.reading import LaterVersion, read_headline
from schemas import topics
from schemas.headline import Headline
from streams.publishers.archive import Record
from streams.publishers.filters import Filter
from streams.publishers.webhooks.message import new_secret
from streams.publishers.webhooks.store import Store, Subscription
from tests.publishers.making import (
    SWALE,
    a_client,
    a_headline,
    a_night_of_two,
    a_site,
    a_standing,
    an_archive,
)
from tests.publishers.running import ROOT

PROOF = {"claim": "recalled", "party": "LAB", "seats": 47, "majority": 24, "petition": 1_200}


def tomorrows(n: int = 1, **fields: Any) -> bytes:
    """A headline as a later release may write it: new fields at every depth, and new words in old ones."""
    told = json.loads(a_headline(n).model_dump_json())
    told |= {
        "type": "MAYOR_RECALLED",
        "text": "Swale’s mayor is recalled.",
        "confidence": "projected",
        "reason": "recount_by_court",
        "bases": {"citizens_register": 1},
        "proof": PROOF,
        "translations": {"cy": "Galwyd maer Swale yn ôl."},
        "seats": told["seats"] | {"co_opted": 0},
        "declared_at": told["declared_at"] | {"clock": "town hall"},
    }
    return json.dumps(told | fields, ensure_ascii=False).encode()


def test_a_headline_of_tomorrow_is_read_as_far_as_it_is_known() -> None:
    found = read_headline(tomorrows(7))

    assert (found.n, found.key, found.type, found.text) == (
        7,
        SWALE,
        "MAYOR_RECALLED",
        "Swale’s mayor is recalled.",
    )
    assert found.proof is None, "what cannot be checked is not shown as checked"
    assert not hasattr(found, "translations")


def test_a_headline_of_today_loses_nothing() -> None:
    archive = an_archive(a_night_of_two())
    today = [entry.headline for entry in archive.entries]

    assert any(headline.proof for headline in today)
    for headline, entry in zip(today, archive.entries, strict=True):
        assert headline.model_dump() == Headline.model_validate_json(entry.raw).model_dump()


@pytest.mark.parametrize("broken", [{"text": None}, {"n": "7"}, {"action": "shouted"}, {"council": "Swale"}])
def test_tolerance_has_an_end(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read_headline(tomorrows(**broken))


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"[]", b"7", b"[" * 100_000, b'{"schema_version": ' * 50_000, b"NaN"]
)
def test_what_is_no_record_at_all_is_no_fault_of_the_reader(raw: bytes) -> None:
    with pytest.raises(ValidationError):
        read_headline(raw)


def test_another_version_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        LaterVersion, match=r"^it is of schema_version 2, and this reader knows 1: install the release"
    ):
        read_headline(tomorrows(schema_version=2, text=["now", "a", "list"]))


async def test_the_pages_show_the_text_of_a_type_they_do_not_know() -> None:
    archive = an_archive([Record("headlines", 0, 0, tomorrows(priority="F"), 1_000)])
    standing = json.loads(a_standing().model_dump_json()) | {"turnout": 41.5}
    archive.take(Record("standings", 0, 0, json.dumps(standing).encode(), 1_000), 0.0)
    async with a_client(a_site(archive)) as client:
        html = {"Accept": "text/html"}
        answers = {
            path: await client.get(path, headers=html)
            for path in (
                "/", "/council/swale", "/board", f"/headline/{a_headline(1).id}", "/feeds/night.atom",
                "/feeds/night.json", "/api/v1/headlines", f"/api/v1/councils/{SWALE}", "/api/v1/headlines.csv",
            )
        }  # fmt: skip

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert [path for path, answer in answers.items() if "mayor is recalled" not in answer.text] == []
    assert "Mayor recalled" in answers["/"].text
    assert answers["/api/v1/headlines"].json()["headlines"][0]["proof"] == PROOF, "programs get it whole"
    assert archive.unreadable == 0


async def test_what_is_of_another_version_is_left_out_and_said() -> None:
    archive = an_archive(
        [
            Record("headlines", 0, n, raw, 1_000)
            for n, raw in enumerate((tomorrows(1), tomorrows(2, schema_version=2), tomorrows(2)))
        ]
    )
    async with a_client(a_site(archive)) as client:
        health = (await client.get("/health")).json()

    assert [entry.headline.n for entry in archive.entries] == [1, 2]
    assert health["unreadable"] == 1
    assert health["refused"].startswith(
        "offset 1 of partition 0 of the headlines: it is of schema_version 2,"
    )


def test_a_webhook_carries_it_untouched(tmp_path: Path) -> None:
    archive = an_archive([Record("headlines", 0, 0, tomorrows(), 1_000)])
    store = Store(tmp_path / "replay.sqlite")
    store.take(archive.entries)
    later = Subscription("sub_1", "https://paper.example/", (new_secret(),), Filter(), "active", "", 0)
    store.add(later, from_start=True)
    (delivery,) = store.heads("sub_1", 1, 9)
    store.close()

    assert tomorrows() in delivery.body


async def put(broker: str, *said: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await producer.start()
    try:
        for value in said:
            await producer.send_and_wait(topics.headlines("replay"), value, SWALE.encode())
    finally:
        await producer.stop()


async def test_a_subscriber_reads_on_until_another_version(broker: str) -> None:
    await put(broker, tomorrows(1), tomorrows(2, id="2" * 32), tomorrows(3, schema_version=2))
    async with asyncio.timeout(90), HeadlineConsumer(broker, "replay") as headlines:
        got = [((await anext(headlines)).n, headlines.raw) for _ in range(2)]
        with pytest.raises(LaterVersion, match=r"^offset 2 of results\.replay\.headlines\.v1: it is of"):
            await anext(headlines)

    assert got == [(1, tomorrows(1)), (2, tomorrows(2, id="2" * 32))]


def test_the_sink_keeps_what_is_new_and_ends_in_a_sentence_at_another_version(
    broker: str, tmp_path: Path
) -> None:
    asyncio.run(put(broker, tomorrows(1), tomorrows(2, schema_version=2)))
    path = tmp_path / "headlines.jsonl"
    environment = {"RESULTS_BROKER": broker, "RESULTS_PROFILE": "embedded", "RESULTS_MODE": "replay"}

    done = subprocess.run(
        [sys.executable, "-m", "streams", "sink", str(path)],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "A headline cannot be read: offset 1 of results.replay.headlines.v1:"
    )
    assert path.read_bytes() == tomorrows(1) + b"\n"
