"""Where the parts meet: settings, topics, delivery and agents become the workers of the feed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from schemas.topics import TopicSpec, all_topics, contributions, declarations
from streams.delivery.keeper import Keeper
from streams.delivery.profiles import Security
from streams.delivery.status import Observer
from streams.delivery.topics import Changelog, Topics
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.agents.council import Unsigned

COUNCIL, AREA = "council", "area"


def security(settings: Settings) -> Security:
    """Return how to prove to the broker who we are."""
    password = settings.sasl_password
    return Security(
        tls=settings.tls,
        ca_file=_text(settings.tls_ca_file),
        cert_file=_text(settings.tls_cert_file),
        key_file=_text(settings.tls_key_file),
        username=settings.sasl_username,
        password=password.get_secret_value() if password else None,
        mechanism=settings.sasl_mechanism,
    )


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

    council = CouncilKeeper(settings.mode, settings.partitions, _unsigned(settings))
    _run(settings, COUNCIL, ProbingKeeper(council, settings.mode), declarations(settings.mode))


def run_area_worker(settings: Settings) -> NoReturn:
    """Run the area worker in this process until it is told to leave."""
    from streams.agents.area import AreaKeeper

    _run(settings, AREA, AreaKeeper(settings.mode, settings.partitions), contributions(settings.mode))


def _run(settings: Settings, agent: str, keeper: Keeper[Any, Any], input_topic: str) -> NoReturn:
    from streams.delivery.worker import run_worker

    specs = all_topics(settings.mode, settings.partitions)
    of_input = [spec for spec in specs if spec.name == input_topic]
    status = status_file(settings, agent)
    status.parent.mkdir(parents=True, exist_ok=True)
    keeper, observer = _shown(settings, agent, keeper)
    run_worker(
        keeper,
        name=settings.group(agent),
        broker=settings.broker,
        profile=settings.profile,
        input_topic=of_input[0],
        output_topics=[spec for spec in specs if spec not in of_input],
        security=security(settings),
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


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
