"""What became of a scenario: what was done to the feed, and the verdict on what it said."""

import json
from collections import Counter
from dataclasses import dataclass, field

from tests.delivery.oracle import Verdict


@dataclass
class Outcome:
    """What was done and found.

    ``done`` counts operations by kind, ``restarts`` workers that ended by themselves.  ``troubles`` are promises broken
    beside the outputs, ``missed`` nights on which a bad worker was not caught, a sentence each.  ``figures`` are
    seconds, by what took them.
    """

    done: Counter[str] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)
    troubles: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    figures: dict[str, list[float]] = field(default_factory=dict)
    restarts: int = 0

    @property
    def clean(self) -> bool:
        return self.verdict.clean and not self.troubles

    def __add__(self, other: "Outcome") -> "Outcome":
        figures = {name: [*taken] for name, taken in self.figures.items()}
        for name, taken in other.figures.items():
            figures.setdefault(name, []).extend(taken)
        return Outcome(
            self.done + other.done,
            self.verdict + other.verdict,
            self.troubles + other.troubles,
            self.missed + other.missed,
            figures,
            self.restarts + other.restarts,
        )


def line(outcome: Outcome, *, scenario: str, broker: str, seed: int, seconds: float) -> str:
    """One line of JSON for a scenario."""
    found = outcome.verdict
    told: dict[str, object] = {
        "scenario": scenario,
        "broker": broker,
        "seed": seed,
        "operations": outcome.done.total(),
        "done": dict(outcome.done),
        "headlines": found.headlines,
        "lost": len(found.lost),
        "wrong": len(found.wrong),
        "conflicting": len(found.conflicting),
        "rows": len(found.rows_wrong),
        "gaps": len(found.disordered),
        "refusals": len(found.refusals_lost) + len(found.refusals_wrong),
        "standings": len(found.standings_wrong),
        "copies": found.copies,
        "restarts": outcome.restarts,
        "seconds": round(seconds),
        "clean": outcome.clean,
    }
    if outcome.figures:
        told["figures"] = {name: [round(s, 1) for s in taken] for name, taken in outcome.figures.items()}
    for name in ("troubles", "missed"):
        if sentences := getattr(outcome, name):
            told[name] = sentences
    if examples := {name: some[:3] for name, some in vars(found).items() if isinstance(some, list) and some}:
        told["examples"] = examples
    return json.dumps(told)
