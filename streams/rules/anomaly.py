"""Declarations that add up and still look wrong: held by rule until a person has looked (DR-34, I-12, I-13, I-16).

Each rule looks at one declaration and the map, never at other declarations: what one ward shows cannot make another
suspect after it has been told. Like what does not fit, a held declaration waits, is said to operators, and leaves the
revision before it standing; a ``Released`` that names its hold lets it count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from schemas.council import Ward
from schemas.declaration import WardDeclared
from streams.rules.admission import Refusal
from streams.rules.ground import Ground
from streams.rules.thresholds import (
    HIGHEST_TURNOUT,
    NAMES_APART,
    RUNNING_MATE_VOTES,
    RUNNING_MATES,
    TURNOUT_SLIP,
)

SUFFIX = ":anomaly"


def hold_of(event_id: str) -> str:
    """The name of the hold that a rule puts on a declaration; who has looked releases it."""
    return event_id + SUFFIX


def anomaly(event: WardDeclared, ground: Ground) -> Refusal | None:
    """Why a declaration that fits its ward is held all the same, or None."""
    ward = ground.wards[event.ward]
    for rule in _RULES:
        for sentence in rule(event, ward, ground):
            told = f"{ward.name}: {sentence}; it counts once the hold {hold_of(event.id)} is released"
            return Refusal("anomaly", told, "results")
    return None


def _nobody_voted(event: WardDeclared, ward: Ward, ground: Ground) -> Iterator[str]:
    if any(result.elected and result.votes == 0 for result in event.results):
        yield "somebody is elected without a vote"


def _everybody_voted(event: WardDeclared, ward: Ward, ground: Ground) -> Iterator[str]:
    """Figures ten times too high, as in Shiawassee, where they stay below the electorate (I-12, I-17)."""
    electorate = event.electorate or ward.electorate
    votes = [result.votes for result in event.results if result.votes is not None]
    if not electorate or not votes:
        return
    voters = event.ballots or max(max(votes), -(-sum(votes) // ward.seats))
    if voters * 100 > HIGHEST_TURNOUT * electorate:
        yield f"at least {voters} of {electorate} electors would have voted, more than {HIGHEST_TURNOUT}%"


def _turnout_slips(event: WardDeclared, ward: Ward, ground: Ground) -> Iterator[str]:
    """Columns that were shifted show in a turnout that does not follow from the papers, as in Antrim (I-13)."""
    electorate = event.electorate or ward.electorate
    if event.turnout_percent is None or event.ballots is None or not electorate:
        return
    whole, _, part = event.turnout_percent.partition(".")
    stated = int(whole) * 100 + int((part + "00")[:2])
    if abs(stated * electorate - event.ballots * 10_000) > TURNOUT_SLIP * 10 * electorate:
        yield (
            f"a turnout of {event.turnout_percent}% is stated, but {event.ballots} ballot papers from {electorate} "
            "electors are another"
        )


def _running_mates_part(event: WardDeclared, ward: Ward, ground: Ground) -> Iterator[str]:
    """Candidates of one party in one ward fare alike; a digit too many, or the wrong row, does not (I-12, I-17)."""
    if ward.seats == 1 or event.counted_by == "stv":
        return
    by_party: dict[str, list[int]] = defaultdict(list)
    for result in event.results:
        if result.votes is not None:
            by_party[result.party].append(result.votes)
    for party, votes in sorted(by_party.items()):
        most, fewest = max(votes), min(votes)
        apart = most >= RUNNING_MATE_VOTES and most > RUNNING_MATES * fewest
        if len(votes) > 1 and apart and ground.named[party].kind != "independent":
            yield f"{party} has {most} votes for one candidate and {fewest} for another"


def _names_alike(event: WardDeclared, ward: Ward, ground: Ground) -> Iterator[str]:
    """Prestatyn North: names a slip apart, one elected and one not, need the returning officer's own word (I-16)."""
    if event.source.tier == 1:
        return
    names = {candidate.id: candidate for candidate in ward.candidates}
    elected = [names[r.candidate] for r in event.results if r.elected]
    others = [names[r.candidate] for r in event.results if not r.elected]
    for chosen in elected:
        for other in others:
            if chosen.party != other.party and _alike(chosen.name, other.name):
                yield (
                    f"{chosen.name} is elected and {other.name} is not, names that are easily confused, "
                    "and this is not the returning officer's own word"
                )


def _alike(one: str, other: str) -> bool:
    """Whether two names are a slip or two apart; names with an initial only say too little to compare."""
    first, second = one.casefold(), other.casefold()
    initials = any(len(name.split()[0].rstrip(".")) < 2 for name in (first, second))
    if initials or abs(len(first) - len(second)) > NAMES_APART:
        return False
    return _distance(first, second) <= NAMES_APART


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


_RULES: tuple[Callable[[WardDeclared, Ward, Ground], Iterator[str]], ...] = (
    _nobody_voted,
    _everybody_voted,
    _turnout_slips,
    _running_mates_part,
    _names_alike,
)
