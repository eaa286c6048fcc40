"""Do good events reach the topic unchanged, under their council's key, and bad ones not at all?"""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas import topics
from tests.commands.conftest import Run
from tests.commands.evening import HORSHAM, a_declaration, a_map

MODE = "rehearsal"  # other tests of this package use the topics of a replay


def lines(*events: dict[str, Any]) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


async def on_the_topic(address: str) -> Sequence[Any]:
    """All records of the declarations topic."""
    topic = topics.declarations(MODE)
    consumer = AIOKafkaConsumer(bootstrap_servers=address, fetch_max_wait_ms=50, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(4)]
        consumer.assign(partitions)
        found = []
        while batch := await consumer.getmany(timeout_ms=1000):
            found += [record for records in batch.values() for record in records]
        return found
    finally:
        await consumer.stop()


async def test_events_arrive_as_they_were_written(results: Run, address: str) -> None:
    sent = lines(a_declaration("forest", id="unchanged-1", mode=MODE))
    results("topics", RESULTS_MODE=MODE)

    done = results("declare", "--send", "-", said=sent, RESULTS_MODE=MODE)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == f"1 sent to {topics.declarations(MODE)}, 0 refused."
    (record,) = [r for r in await on_the_topic(address) if b"unchanged-1" in r.value]
    assert record.value.decode() + "\n" == sent
    assert record.key.decode() == HORSHAM
    headers = dict(record.headers)
    assert headers["ce_id"] == b"unchanged-1"
    assert headers["ce_type"] == b"uk.results.WardDeclared.v1"
    assert headers["content-type"] == b"application/json"


async def test_a_bad_line_is_named_and_does_not_keep_others_back(results: Run, address: str) -> None:
    results("topics", RESULTS_MODE=MODE)

    done = results(
        "declare", "--send", "-", RESULTS_MODE=MODE,
        said="no JSON\n" + lines(
            a_declaration(id="bad-1", mode=MODE, revision=0),
            a_declaration(id="bad-2", mode="replay"),
            a_declaration(id="good-1", mode=MODE),
        ),
    )  # fmt: skip

    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "standard input, line 1",
        "standard input, line 2",
        "standard input, line 3",
    ]
    assert "revision" in done.stderr.splitlines()[1]
    assert "for mode replay, this feed is rehearsal" in done.stderr.splitlines()[2]
    ids = [json.loads(record.value)["id"] for record in await on_the_topic(address)]
    assert "good-1" in ids
    assert not {"bad-1", "bad-2"} & set(ids)


@pytest.mark.parametrize(("event", "code"), [(a_map(mode=MODE), 0), (a_declaration(mode=MODE), 2)])
def test_open_takes_maps_only(results: Run, event: dict[str, Any], code: int) -> None:
    results("topics", RESULTS_MODE=MODE)

    done = results("open", "-", said=lines(event), RESULTS_MODE=MODE)

    assert done.returncode == code
    if code:
        assert "a WardDeclared opens no council; send it with `results declare`" in done.stderr


def test_a_file_that_is_not_there_ends_in_a_sentence(results: Run) -> None:
    results("topics", RESULTS_MODE=MODE)

    done = results("declare", "no-such-file.jsonl", RESULTS_MODE=MODE)

    assert done.returncode == 2
    assert done.stderr == "no-such-file.jsonl cannot be read: No such file or directory.\n"
