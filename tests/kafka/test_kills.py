"""The nights with kills once more, on Apache Kafka: the same tests, on the ``new_night`` of this folder."""

import pytest

from tests.delivery.test_kills import (  # noqa: F401
    KILLS,
    nights,
    test_a_crash_at_any_point_of_the_seal_loses_nothing,
    test_a_kill_at_any_moment_loses_nothing,
    test_a_worker_told_to_leave_leaves_nothing_half_done,
    test_the_verdict_catches_what_stock_faust_loses,
    test_what_was_kept_and_not_said_is_said_before_any_input,
    test_workers_that_come_go_and_freeze_lose_nothing,
)

pytestmark = [pytest.mark.kafka, pytest.mark.chaos, pytest.mark.timeout(180 + 20 * KILLS)]
