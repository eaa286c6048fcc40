"""A fact: a claim that holds, under a key that stays the same while its value changes."""

from dataclasses import dataclass
from typing import Any, Literal

from schemas.headline import HeadlineType, Priority

Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a proof must prove of a fact."""

    claim: Literal["secured", "lost", "noc"]
    party: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A claim that holds now.

    ``value`` is plain JSON and the only part that is compared: the circumstances of the moment are added when it is
    said. ``lapses``: when ordinary progress ends it, the next headline of its ``story`` takes its place and nothing is
    withdrawn. ``bases``: basis and version of every figure of change in the value (DR-16).
    """

    type: HeadlineType
    key: str
    story: str
    priority: Priority
    value: Value
    confidence: Literal["declared", "arithmetic", "editorial"] = "declared"
    bases: tuple[tuple[str, int], ...] = ()
    proves: Claim | None = None
    lapses: bool = False
