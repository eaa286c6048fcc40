"""Workers known to be bad: left alone they are right, and ended again and again they must not be."""

import signal

from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.delivery import stock
from tests.delivery.oracle import Verdict, verdict

#: Says a repeated declaration as before when nothing of its council came in between: caught over several nights.
LUCKY = ("level",)

#: How often a worker is ended in one night.
LIVES = 2


def known_bad(kind: str, stage: Stage, count: int, seed: int) -> Outcome:
    """As many nights with a stock worker that is ended again and again in each; what comes out right was missed."""
    outcome = Outcome()
    night = stage.night()
    stock.undisturbed(night, kind, seed)
    if said_wrong(alone := verdict(night)):
        outcome.missed.append(f"{kind} is wrong although nobody ended it: {alone}")
    for number in range(count):
        night = stage.night()
        how = signal.SIGTERM if number % 3 == 2 else signal.SIGKILL
        stock.ended(night, kind, lives=LIVES, seed=seed + number, number=how)
        outcome.done[f"ended by {how.name}"] += LIVES
        found = verdict(night)
        if kind not in LUCKY and not said_wrong(found):
            outcome.missed.append(f"night {number} with {how.name} came out right: nothing caught {kind}")
        outcome.verdict += only_said(found)
    return outcome


def said_wrong(found: Verdict) -> bool:
    """Whether headlines are lost, wrong or in conflict; a stock worker writes nothing else that could be compared."""
    return bool(found.lost or found.wrong or found.conflicting)


def only_said(found: Verdict) -> Verdict:
    return Verdict(
        lost=found.lost,
        wrong=found.wrong,
        conflicting=found.conflicting,
        headlines=found.headlines,
        copies=found.copies,
    )
