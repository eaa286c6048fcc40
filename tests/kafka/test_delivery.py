"""The promises of delivery on Apache Kafka, by the same verdict as on the embedded broker."""

import random
import signal
import time

import confluent_kafka as client
import pytest

from tests.delivery import lives
from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.oracle import verdict
from tests.delivery.toy import canonical
from tests.kafka.server import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]


def test_a_whole_night_goes_through_without_loss(night: Night) -> None:
    night.produce(evening(1))

    with night.worker(instance="one") as worker:
        assert night.drained(), worker.words()
        code = worker.leave()

    found = verdict(night)
    assert (code, found.clean, found.copies) == (0, True, 0), found


def test_a_broker_that_dies_and_comes_back_loses_nothing(night: Night, kafka: Kafka) -> None:
    """The worker outlasts it or is started again; what the broker had acknowledged it still has."""
    lot = random.Random(7)
    night.produce(evening(7))
    with night.worker(**lives.SLOW) as worker:
        assert worker.ready(), worker.words()
        time.sleep(lot.uniform(0.1, 0.5))
        kafka.kill()
        time.sleep(2)
        kafka.start()
        night.produce(evening(8))
        night.drained(60)
    lives.finish(night)

    assert verdict(night).clean, verdict(night)


def test_a_broker_that_freezes_loses_nothing(night: Night, kafka: Kafka) -> None:
    night.produce(evening(9))
    with night.worker(**lives.SLOW) as worker:
        assert worker.ready(), worker.words()
        for _ in range(2):
            kafka.signal(signal.SIGSTOP)
            time.sleep(5)
            kafka.signal(signal.SIGCONT)
            time.sleep(1)
    lives.finish(night)

    assert verdict(night).clean, verdict(night)


def test_what_a_transactional_producer_took_back_was_never_declared(night: Night) -> None:
    """Transaction marks leave holes between offsets; they are no loss, and aborted records no declarations."""
    settings = {"bootstrap.servers": night.broker, "transactional.id": night.names.prefix, "log_level": 0}
    producer = client.Producer(settings)
    producer.init_transactions(60)
    opened = {"kind": "map", "version": 1, "wards": {"w": 1}}
    for number in range(6):
        producer.begin_transaction()
        event = {**opened, "id": f"c{number}:m", "council": f"c{number}"}
        producer.produce(night.names.declarations, canonical(event), b"c", partition=0)
        producer.flush(60)
        if number % 2:
            producer.abort_transaction(60)
        else:
            producer.commit_transaction(60)

    with night.worker() as worker:
        deadline = time.monotonic() + 120
        while len(said := night.read(night.names.headlines)) < 3:
            assert worker.running(), worker.words()
            assert time.monotonic() < deadline, worker.words()
        night.produce([{**opened, "id": "last:m", "council": "last"}])
        while len(said := night.read(night.names.headlines)) < 4:
            assert worker.running(), worker.words()
            assert time.monotonic() < deadline, worker.words()
        code = worker.leave()

    assert (code, sorted(key or b"" for _, _, key, _ in said)) == (0, [b"c0", b"c2", b"c4", b"last"])


def test_a_session_that_kafka_would_not_grant_is_refused_in_one_sentence(night: Night) -> None:
    """Otherwise the worker would ask for ever, and look alive."""
    night.session = 0.5

    with night.worker() as worker:
        assert worker.process.wait(90) == 2

    assert worker.words() == (
        f"The broker at {night.broker} wants sessions of 1 s at least, the settings say 0.5: raise"
        " RESULTS_SESSION_TIMEOUT_SECONDS.\n"
    )
