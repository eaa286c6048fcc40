"""The life of a sheet: keyed by one person, keyed again or confirmed by a second, resolved by a third."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from schemas.contract import CandidateId, Contract, Count, Instant, Name, Revision, WardId
from schemas.event import ReasonCode

Keying = Literal["confirm", "blind"]


class Form(Contract):
    """What a person keys for a ward. ``votes`` is None for a candidate where none are known."""

    ward: WardId
    revision: Revision
    votes: dict[CandidateId, Count | None] = Field(max_length=2_000)
    elected: tuple[CandidateId, ...] = Field(max_length=100)
    ballots: Count | None = None
    rejected: Count | None = None
    lot_winner: CandidateId | None = None
    lot_loser: CandidateId | None = None
    declared_at: Instant
    source: Name
    tier: int = Field(ge=1, le=2)
    reason: ReasonCode | None = None

    def figures(self) -> tuple[object, ...]:
        """What two people must have alike; the minute and the wording of the source are the first one's."""
        lot = (self.lot_winner, self.lot_loser)
        return (
            sorted(self.votes.items()),
            sorted(self.elected),
            self.ballots,
            self.rejected,
            lot,
            self.reason,
        )


class Sheet(Contract):
    """A ward as far as it was keyed. With a ``second`` it waits for a resolver, else for a second person."""

    first: Form
    first_by: str
    second: Form | None = None
    second_by: str | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The figures to be declared, and everyone who had a hand in them."""

    form: Form
    by: tuple[str, ...]


class RuleBroken(Exception):
    """A step that the rules of the desk do not allow; ``rule`` names it, the message is for people."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.rule = rule


def key(sheet: Sheet | None, form: Form, by: str) -> Sheet | Agreed:
    """A person keys a ward: first, again instead of an own first, or second."""
    if sheet is None or (sheet.first_by == by and sheet.second is None):
        return Sheet(first=form, first_by=by)
    if sheet.second is not None:
        raise RuleBroken("AwaitsResolver", "Two people have keyed this ward differently: a resolver decides.")
    if sheet.first.figures() == form.figures():
        return Agreed(sheet.first, (sheet.first_by, by))
    return sheet.model_copy(update={"second": form, "second_by": by})


def confirm(sheet: Sheet | None, by: str, keying: Keying) -> Agreed:
    """A second person has held the sheet against the source and finds it right."""
    if sheet is None:
        raise RuleBroken("NothingKeyed", "Nobody has keyed this ward, or it has been declared meanwhile.")
    if sheet.second is not None:
        raise RuleBroken("AwaitsResolver", "Two people have keyed this ward differently: a resolver decides.")
    if sheet.first_by == by:
        raise RuleBroken("SecondPersonNeeded", "You keyed this ward yourself: somebody else confirms it.")
    if keying == "blind":
        raise RuleBroken(
            "BlindKeying", "This council is keyed twice: key the ward without seeing the first sheet."
        )
    return Agreed(sheet.first, (sheet.first_by, by))


def resolve(sheet: Sheet | None, chosen: Literal["first", "second"], by: str) -> Agreed:
    """A third person decides which of two sheets is right."""
    if sheet is None or sheet.second is None:
        raise RuleBroken("NothingDiffers", "There is no difference to resolve in this ward.")
    if by in (sheet.first_by, sheet.second_by):
        raise RuleBroken(
            "ThirdPersonNeeded", "You keyed one of the two sheets: somebody else resolves the difference."
        )
    form = sheet.first if chosen == "first" else sheet.second
    return Agreed(form, (sheet.first_by, str(sheet.second_by), by))


def differences(first: Form, second: Form) -> set[str]:
    """The fields in which two sheets differ: candidates' ids, `ballots`, `rejected`, `lot`, `reason`."""
    found = {id for id in {*first.votes, *second.votes} if first.votes.get(id) != second.votes.get(id)}
    found |= set(first.elected) ^ set(second.elected)
    found |= {
        name for name in ("ballots", "rejected", "reason") if getattr(first, name) != getattr(second, name)
    }
    lots = {(form.lot_winner, form.lot_loser) for form in (first, second)}
    return found | ({"lot"} if len(lots) > 1 else set())
