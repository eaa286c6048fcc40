"""The roll of an area: of each council the contribution that counts, and what the desk holds there (DR-40)."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from schemas.area import AreaEvent, AreaHeld, AreaReleased, AreaReview, Contribution
from streams.rules.admission import Refusal

Verdict = Literal["new", "duplicate", "stale", "conflict"]


@dataclass(frozen=True)
class Roll:
    """All that was accepted about an area.

    ``councils``: one contribution per council, those that left included, so that an older one never brings them back.
    ``desk``: holds, releases and reviews by their ids.
    """

    councils: dict[str, Contribution] = field(default_factory=dict)
    desk: dict[str, AreaHeld | AreaReleased | AreaReview] = field(default_factory=dict)

    @cached_property
    def members(self) -> tuple[Contribution, ...]:
        """The councils of the area, by id."""
        found = sorted(self.councils.items())
        return tuple(contribution for _, contribution in found if contribution.summary is not None)

    @property
    def named_by(self) -> Contribution:
        """The contribution whose words for the area count: of the first council there, or that ever was."""
        return self.members[0] if self.members else min(self.councils.items())[1]

    def holds(self) -> tuple[AreaHeld, ...]:
        """Holds that are not released, in the order of their ids."""
        over = {event.hold for event in self.desk.values() if isinstance(event, AreaReleased)}
        found = (event for _, event in sorted(self.desk.items()))
        return tuple(event for event in found if isinstance(event, AreaHeld) and event.id not in over)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an event: the verdict, the roll after it, and why it was refused if it was."""

    verdict: Verdict
    roll: Roll
    refusal: Refusal | None = None


def enter(roll: Roll, event: AreaEvent) -> Entered:
    """Enter an event: the result depends on the set of events entered, not on their order."""
    if isinstance(event, Contribution):
        return _enter_contribution(roll, event)
    known = roll.desk.get(event.id)
    if known is None:
        return Entered("new", replace(roll, desk={**roll.desk, event.id: event}))
    if known == event:
        return Entered("duplicate", roll)
    sentence = f"the id {event.id} already stands for another content"
    return Entered("conflict", roll, Refusal("conflict", sentence, "id"))


def _enter_contribution(roll: Roll, event: Contribution) -> Entered:
    known = roll.councils.get(event.council)
    if known is None or _rank(known) < _rank(event):
        return Entered("new", replace(roll, councils={**roll.councils, event.council: event}))
    if _rank(event) < _rank(known):
        return Entered("stale", roll)
    if known == event:
        return Entered("duplicate", roll)
    sentence = (
        f"version {event.version} of {event.council} already stands with another content; the first stands"
    )
    return Entered("conflict", roll, Refusal("conflict", sentence, "version"))


def _rank(contribution: Contribution) -> tuple[int, int]:
    """A council that was counted anew by later rules begins its versions anew, and replaces what was before."""
    return contribution.rules_version, contribution.version
