"""What is remembered of one council, and what follows from it: count, facts, standing, and how its areas see it."""

from dataclasses import dataclass, field
from functools import cached_property

from schemas.area import Contribution, Summary
from schemas.standing import Standing
from streams.rules import standing
from streams.rules.book import Book
from streams.rules.count import Count, count
from streams.rules.facts.fact import Fact
from streams.rules.facts.table import facts
from streams.rules.said import Ledger
from streams.rules.summary import summary, veiled
from streams.rules.telling import RULES_VERSION
from streams.rules.withheld import kept_back, veil, withheld


@dataclass(frozen=True, slots=True)
class Given:
    """What a council has given to its areas: how many times, and while it is held what it gave at last.

    ``kept``: its last state before the hold, to every area that it was in then, marked by a correction that came since.
    """

    version: int = 0
    kept: tuple[Contribution, ...] = ()


@dataclass(frozen=True)
class Council:
    """Everything that is remembered of a council: its book, what was said, and how many headlines that took.

    ``shown`` is the standing as it was when a hold on the whole of it began; None while there is no such hold.
    ``given``: what its areas have of it.
    """

    book: Book
    ledger: Ledger = field(default_factory=dict)
    n: int = 0
    shown: Standing | None = None
    given: Given = field(default_factory=Given)

    @cached_property
    def count(self) -> Count:
        """The count of the book."""
        return count(self.book)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """What holds."""
        return facts(self.count)

    @cached_property
    def summary(self) -> Summary:
        """The council as its areas see it."""
        kept = kept_back(self.facts, self.ledger, withheld(self.book.holds()))
        return veiled(summary(self.count, self.facts), kept, self.ledger)

    def standing(self, version: int) -> Standing:
        """The standing to publish as ``version``: the last one shown while the council is held."""
        if self.shown is not None:
            holds = standing.holds(self.book.holds())
            return self.shown.model_copy(update={"version": version, "held": True, "holds": holds})
        written = standing.write(self.count, n=self.n, version=version, rules_version=RULES_VERSION)
        kept = kept_back(self.facts, self.ledger, withheld(self.book.holds()))
        return veil(written, kept, self.ledger)
