"""Are topics made once, with what they must have, and does `health` see whether they are there?"""

from tests.commands.conftest import Run


def test_topics_are_created_once_and_then_found(results: Run) -> None:
    first = results("topics", RESULTS_GENERATION="2")
    second = results("topics", RESULTS_GENERATION="2")

    assert (first.returncode, second.returncode) == (0, 0)
    assert "results-replay-council-g2-rows-changelog  4 partitions  created" in first.stdout
    assert "created" not in second.stdout


def test_health_says_what_is_missing_and_what_to_do(results: Run) -> None:
    before = results("health", RESULTS_GENERATION="3")
    results("topics", RESULTS_GENERATION="3")
    after = results("health", RESULTS_GENERATION="3")

    assert before.returncode == 1
    assert before.stdout.endswith("create the topics with `results topics`.\n")
    assert after.returncode == 0
    assert "are as they must be" in after.stdout


def test_health_of_a_worker_that_was_never_started(results: Run) -> None:
    results("topics", RESULTS_GENERATION="4")

    done = results("health", "council", RESULTS_GENERATION="4")

    assert done.returncode == 1
    assert "No worker results-replay-council-g4-1 has written its state" in done.stdout
