"""`results worker`: one worker in this process; start more of them to share the partitions."""

from contextlib import suppress
from enum import StrEnum


class Agent(StrEnum):
    """The agents that a worker can be."""

    council = "council"
    area = "area"


def worker(agent: Agent) -> None:
    """Run a worker until SIGTERM or Ctrl-C. Log lines go to standard error."""
    from streams.app import run_area_worker, run_council_worker
    from streams.log import configure
    from streams.settings import settings

    these = settings()
    configure(these)
    with suppress(ImportError):  # the extra `fast`
        import uvloop  # type: ignore[import-not-found, unused-ignore]

        uvloop.install()
    if agent is Agent.area:
        run_area_worker(these)
    run_council_worker(these)
