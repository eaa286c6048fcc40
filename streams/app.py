"""Where the parts meet: settings, topics, delivery and agents become the workers of the feed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from schemas import topics as names
from schemas.topics import TopicSpec, all_topics, contributions, declarations
from streams.delivery.keeper import Keeper
from streams.delivery.status import Observer
from streams.delivery.topics import Changelog, Successor, Topics
from streams.login import security
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.agents.council import Unsigned

COUNCIL, AREA = "council", "area"

#: What each worker writes besides its changelog, and hence what it needs the right to.
WRITTEN = {
    COUNCIL: (names.headlines, names.standings, names.contributions, names.rejections, names.probes),
    AREA: (names.headlines, names.boards, names.rejections, names.probes),
}


def topics(settings: Settings) -> Topics:
    """Return what the broker has for topics."""
    return Topics(settings.broker, security(settings))


def every_topic(settings: Settings) -> Sequence[TopicSpec | Changelog]:
    """Return all topics of this mode as they must be, the workers' changelogs with them."""
    changelogs = (Changelog(settings.group(agent), settings.partitions) for agent in (COUNCIL, AREA))
    return (*all_topics(settings.mode, settings.partitions), *changelogs)


def status_file(settings: Settings, agent: str) -> Path:
    """Return where a worker says how it is."""
    return settings.data_dir / f"{settings.member(agent)}.json"


def run_council_worker(settings: Settings) -> NoReturn:
    """Run the council worker in this process until it is told to leave."""
    from streams.agents.council import CouncilKeeper
    from streams.agents.probing import ProbingKeeper
    from streams.agents.telling import TellingKeeper

    council = CouncilKeeper(settings.mode, settings.partitions, _unsigned(settings))
    keeper = ProbingKeeper(
        TellingKeeper(council, settings.mode), settings.mode, "council", settings.partitions
    )
    _run(settings, COUNCIL, keeper, declarations(settings.mode))


def run_area_worker(settings: Settings) -> NoReturn:
    """Run the area worker in this process until it is told to leave."""
    from streams.agents.area import AreaKeeper
    from streams.agents.probing import ProbingKeeper
    from streams.agents.telling import TellingKeeper

    area = AreaKeeper(settings.mode, settings.partitions)
    keeper = ProbingKeeper(TellingKeeper(area, settings.mode), settings.mode, "area", settings.partitions)
    _run(settings, AREA, keeper, contributions(settings.mode))


def _run(settings: Settings, agent: str, keeper: Keeper[Any, Any], input_topic: str) -> NoReturn:
    from streams.delivery.worker import run_worker

    specs = {spec.name: spec for spec in all_topics(settings.mode, settings.partitions)}
    status = status_file(settings, agent)
    status.parent.mkdir(parents=True, exist_ok=True)
    keeper, observer = _shown(settings, agent, keeper)
    run_worker(
        keeper,
        name=settings.group(agent),
        broker=settings.broker,
        profile=settings.profile,
        input_topic=specs[input_topic],
        output_topics=[specs[name(settings.mode)] for name in WRITTEN[agent]],
        security=security(settings),
        successor=Successor(
            settings.group(agent, later=1),
            f"RESULTS_{agent.upper()}_GENERATION={settings.generation_of(agent) + 1}",
        ),
        instance=settings.member(agent),
        # The embedded broker answers a join only after half of it, so its profile has a short one of its own.
        session_timeout_seconds=settings.session_timeout_seconds if settings.profile == "kafka" else None,
        status_file=status,
        observer=observer,
    )


def _unsigned(settings: Settings) -> "Unsigned | None":
    """What holds signatures against public keys, where the mode demands them."""
    from streams.signing import read_signatories

    keys = settings.public_keys_file
    if settings.signatures == "optional" or keys is None:
        return None
    return read_signatories(keys).fault


def _shown(
    settings: Settings, agent: str, keeper: Keeper[Any, Any]
) -> tuple[Keeper[Any, Any], Observer | None]:
    """A keeper and an observer that show a worker's metrics, once a port is set for them."""
    if settings.metrics_port is None:
        return keeper, None
    from streams.ops.running import running_version
    from streams.ops.worker import WorkerMetrics, measured

    metrics = WorkerMetrics(agent, settings.group(agent), running_version())
    metrics.show(settings.metrics_host, settings.metrics_port)
    return measured(keeper, metrics), metrics
