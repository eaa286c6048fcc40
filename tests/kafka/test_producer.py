"""On Apache Kafka the worker's producer is idempotent: Kafka itself drops what is sent twice after a lost answer."""

import pytest

from tests.delivery.night import Night
from tests.delivery.test_producer import NONE, producer_ids, written

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


def test_the_producer_on_kafka_has_an_id(night: Night) -> None:
    ids = producer_ids(written(night))

    assert len(ids) == 1, "one worker, one producer"
    assert NONE not in ids
