"""Every topic with its key, its value and its policy; nothing else spells a topic's name."""

from typing import Literal

from schemas.contract import Contract, Mode

_DAY_MS = 24 * 3600 * 1000
_FOR_EVER = {"retention.ms": "-1"}
_DELETE = {"cleanup.policy": "delete"}


class TopicSpec(Contract):
    """A topic as it must be: partitions and the settings that a worker insists on."""

    name: str
    key: Literal["council"]
    value: str
    partitions: int
    config: dict[str, str]


def declarations(mode: Mode) -> str:
    """Input events; key: council id."""
    return f"results.{mode}.declarations.v1"


def headlines(mode: Mode) -> str:
    """``Headline``; key: council id."""
    return f"results.{mode}.headlines.v1"


def standings(mode: Mode) -> str:
    """``Standing``; key: council id; compacted."""
    return f"results.{mode}.standings.v1"


def rejections(mode: Mode) -> str:
    """``Rejection``; key: council id where known."""
    return f"results.{mode}.rejections.v1"


def all_topics(mode: Mode, partitions: int) -> tuple[TopicSpec, ...]:
    """The topics of a mode, without the changelogs, which their agents name."""
    long = _DELETE | _FOR_EVER
    latest = {"cleanup.policy": "compact", "min.compaction.lag.ms": str(7 * _DAY_MS)}
    large = {"max.message.bytes": str(6 * 1024 * 1024)}
    plan: tuple[tuple[str, str, dict[str, str]], ...] = (
        (declarations(mode), "InputEvent", long | large),
        (headlines(mode), "Headline", long),
        (standings(mode), "Standing", latest),
        (rejections(mode), "Rejection", long),
    )
    return tuple(
        TopicSpec(name=name, key="council", value=value, partitions=partitions, config=config)
        for name, value, config in plan
    )
