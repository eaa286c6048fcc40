"""Every topic with its key, its value and its policy; nothing else spells a topic's name."""

from typing import Literal

from schemas.contract import Contract, Mode

_DAY_MS = 24 * 3600 * 1000
_FOR_EVER = {"retention.ms": "-1"}
_DELETE = {"cleanup.policy": "delete"}

#: What a record is keyed by, hence what stays in order.
Key = Literal["council", "area", "rejection", "probe"]


class TopicSpec(Contract):
    """A topic as it must be: partitions and the settings that a worker insists on."""

    name: str
    key: Key
    value: str
    partitions: int
    config: dict[str, str]


def declarations(mode: Mode) -> str:
    """Input events; key: council id."""
    return f"results.{mode}.declarations.v1"


def headlines(mode: Mode) -> str:
    """``Headline``; key: id of the council or area that it speaks of."""
    return f"results.{mode}.headlines.v1"


def standings(mode: Mode) -> str:
    """``Standing``; key: council id; compacted."""
    return f"results.{mode}.standings.v1"


def contributions(mode: Mode) -> str:
    """``AreaEvent``: what councils add to an area, and holds on it; key: area id."""
    return f"results.{mode}.contributions.v1"


def boards(mode: Mode) -> str:
    """``Board``; key: area id; compacted."""
    return f"results.{mode}.boards.v1"


def rejections(mode: Mode) -> str:
    """``Rejection``; key: council id where known."""
    return f"results.{mode}.rejections.v1"


def actions(mode: Mode) -> str:
    """``RejectionAction``; key: rejection id."""
    return f"results.{mode}.actions.v1"


def probes(mode: Mode) -> str:
    """``ProbeAnswer``; key: the partition's probe row. Never results, and for nobody but the monitor."""
    return f"results.{mode}.probes.v1"


def all_topics(mode: Mode, partitions: int) -> tuple[TopicSpec, ...]:
    """The topics of a mode, without the changelogs, which their agents name."""
    long = _DELETE | _FOR_EVER
    latest = {"cleanup.policy": "compact", "min.compaction.lag.ms": str(7 * _DAY_MS)}
    large = {"max.message.bytes": str(6 * 1024 * 1024)}
    a_day = _DELETE | {"retention.ms": str(_DAY_MS)}
    plan: tuple[tuple[str, Key, str, dict[str, str]], ...] = (
        (declarations(mode), "council", "InputEvent", long | large),
        (headlines(mode), "council", "Headline", long),
        (standings(mode), "council", "Standing", latest),
        (contributions(mode), "area", "AreaEvent", long),
        (boards(mode), "area", "Board", latest),
        (rejections(mode), "council", "Rejection", long),
        (actions(mode), "rejection", "RejectionAction", long),
        (probes(mode), "probe", "ProbeAnswer", a_day),
    )
    return tuple(
        TopicSpec(name=name, key=key, value=value, partitions=partitions, config=config)
        for name, key, value, config in plan
    )
