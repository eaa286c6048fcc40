"""What a worker does with a night, and what it refuses to start with."""

import signal
import time

import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from streams.delivery import worker
from streams.delivery.faults import ConfigurationFault
from streams.delivery.reaching import Unreached
from streams.delivery.table import CHANGELOG_CONFIG, changelog_topic
from tests.delivery.evening import evening
from tests.delivery.night import Night, loads
from tests.delivery.oracle import verdict
from tests.ops.feed import until


def test_a_whole_night_goes_through_without_loss(night: Night) -> None:
    night.produce(evening(1))

    with night.worker() as worker:
        assert worker.ready(), worker.words()
        assert night.drained(), worker.words()
        assert worker.leave() == 0

    found = verdict(night)
    assert found.clean, found
    assert (found.headlines > 30, found.copies) == (True, 0), found


def test_poison_is_refused_with_its_place_and_holds_nobody_up(night: Night) -> None:
    poison = [b"", b"{", b"\xff", b"[1]", b"null", b'{"council":', b"[" * 50_000]
    opened = {"id": "c:m", "kind": "map", "council": "c", "version": 1, "wards": {"w": 1}}
    night.produce([*poison, opened, *poison])

    with night.worker() as worker:
        assert night.drained(), worker.words()

    refused = [loads(value) for *_, value in night.read(night.names.rejections)]
    assert [r["why"] for r in refused] == ["unreadable"] * 14
    assert [loads(value)["id"] for *_, value in night.read(night.names.headlines)] == ["c:m:map"]


def test_a_fault_of_the_keeper_ends_the_worker_before_the_acknowledgement(night: Night) -> None:
    night.produce([{"id": "c:m", "kind": "map", "council": "c", "version": 1, "wards": {}}])
    night.produce([{"kind": "boom", "council": "c"}])

    with night.worker() as worker:
        assert worker.process.wait(90) == 3

    assert "a fault in the keeper" in worker.words()
    assert night.committed() < 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_leaves_while_it_is_still_starting(night: Night, number: int) -> None:
    with night.worker() as worker:
        while "Starting..." not in worker.words():
            assert worker.running(), worker.words()
            time.sleep(0.02)
        code = worker.leave(number)

    assert code == 0, worker.words()


def test_a_worker_that_cannot_leave_is_killed_at_its_deadline(night: Night) -> None:
    night.produce(evening(4, councils=2))

    with night.worker(point="stuck-say", leave=1) as worker:
        assert worker.ready(), worker.words()
        until(lambda: night.read(changelog_topic(night.names.app)))  # what follows the row is never said
        code = worker.leave()
    committed = night.committed()
    with night.worker() as worker:
        assert night.drained(), worker.words()

    assert (code, committed) == (-signal.SIGKILL, 0)
    assert verdict(night).clean, verdict(night)


def test_a_missing_topic_is_refused_in_one_sentence(night: Night) -> None:
    delete(night, night.names.standings)

    assert refusal(night) == (
        f"There is no topic {night.names.standings} at {night.broker}: create the topics with `results topics`.\n"
    )


def test_another_partition_count_is_refused_in_one_sentence(night: Night) -> None:
    delete(night, night.names.headlines)
    create(night, NewTopic(night.names.headlines, 5, 1))

    assert refusal(night) == (
        f"Topic {night.names.headlines} has 5 partitions, the settings say 3: set RESULTS_PARTITIONS to what"
        " the topic has, or, if nothing was written to it yet, let `results topics --repair` create it anew.\n"
    )


def test_a_compacted_changelog_is_refused_in_one_sentence(night: Night) -> None:
    changelog = changelog_topic(night.names.app)
    delete(night, changelog)
    create(night, NewTopic(changelog, 3, 1, config={"cleanup.policy": "compact", "retention.ms": "-1"}))

    assert refusal(night) == (
        f"Topic {changelog} has cleanup.policy=compact, but must have cleanup.policy=delete: set it with Kafka's"
        " own tools, or, if nothing was written to it yet, let `results topics --repair` create it anew.\n"
    )


def test_a_broker_that_is_not_there_is_said_in_one_sentence(night: Night) -> None:
    there, night.broker = night.broker, "127.0.0.1:1"

    said = refusal(night, patience=3)

    night.broker = there
    assert said.startswith("No Kafka broker answers at 127.0.0.1:1: start it, or set RESULTS_BROKER to where")


def test_a_lost_changelog_is_refused_and_not_counted_from_zero(night: Night) -> None:
    night.produce(evening(2, councils=2))
    with night.worker() as worker:
        assert night.drained(), worker.words()
        worker.leave()
    changelog = changelog_topic(night.names.app)
    delete(night, changelog)
    create(night, NewTopic(changelog, 3, 1, config=CHANGELOG_CONFIG))

    said = refusal(night)

    assert said.splitlines()[-1].endswith(
        "is empty there: it was lost. Work it out again: `results refold` says how."
    )


def test_a_topic_created_anew_ends_the_worker_and_is_read_from_its_beginning(night: Night) -> None:
    night.produce(evening(3, councils=2))
    with night.worker() as worker:
        assert night.drained(), worker.words()
        delete(night, night.names.declarations)
        create(night, NewTopic(night.names.declarations, 3, 1, config=CHANGELOG_CONFIG))
        code = worker.process.wait(90)
    night.produced = 0
    night.produce([{"id": "new:m", "kind": "map", "council": "new", "version": 1, "wards": {"w": 1}}])
    with night.worker() as worker:
        assert night.drained(), worker.words()
        worker.leave()
    night.produce([{"id": "new:m2", "kind": "map", "council": "new", "version": 2, "wards": {"w": 2}}])
    with night.worker() as worker:
        assert night.drained(), worker.words()

    said = [loads(value)["id"] for *_, key, value in night.read(night.names.headlines) if key == b"new"]
    assert (code, list(dict.fromkeys(said))) == (3, ["new:m:map", "new:m2:map"])


async def test_the_watch_outlasts_a_broker_that_does_not_answer_and_ends_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0)
    looks = iter(
        [Unreached("nobody there"), None, Unreached("nobody there"), ConfigurationFault("taken over")]
    )

    def look() -> None:
        if (found := next(looks)) is not None:
            raise found

    with pytest.raises(ConfigurationFault, match="taken over"):
        await worker._watch(look)


def refusal(night: Night, patience: float = 60) -> str:
    """What a worker says that must refuse to start; exit code 2.  It waits so many seconds for an answer."""
    with night.worker(patience=patience) as worker:
        assert worker.process.wait(90) == 2, worker.words()
    assert "Traceback" not in worker.words()
    return "".join(line for line in worker.words().splitlines(True) if not line[:4].isdigit())


def delete(night: Night, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": night.broker})
    admin.delete_topics([topic])[topic].result()


def create(night: Night, topic: NewTopic) -> None:
    admin = AdminClient({"bootstrap.servers": night.broker})
    admin.create_topics([topic])[topic.topic].result()
