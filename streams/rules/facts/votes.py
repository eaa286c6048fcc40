"""Facts of votes: shares, swing, turnout, and where votes and seats part.

All candidates' votes of a party are added up. Shares are counted in tenths of a percent, in whole numbers. Nothing is
said while a ward with a poll lacks its votes.
"""

from collections import Counter
from collections.abc import Iterator

from schemas.declaration import WardDeclared
from schemas.headline import HeadlineType
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.thresholds import LEAST_SHARE, TURNOUT_TENTHS


def shares(count: Count) -> Iterator[Fact]:
    """VOTE_SHARE; SWING beside the last election; VOTES_SEATS_GAP; TURNOUT_HIGH and TURNOUT_LOW."""
    if count.out or not count.declared:
        return
    votes = _votes(count)
    if votes is not None:
        yield _shares(votes)
        yield from _swing(count, votes)
        yield from _gap(count, votes)
    yield from _turnout(count)


def tenths(part: int, whole: int) -> int:
    """A share in tenths of a percent, rounded half up."""
    return (2000 * part + whole) // (2 * whole)


def _votes(count: Count) -> Counter[str] | None:
    found: Counter[str] = Counter()
    known = count.ground.worked_out
    for event in count.declared.values():
        mark = "votes:" + count.book.fingerprints[event.id]
        if mark not in known:
            known[mark] = _of_ward(event, count)
        if known[mark] is None:
            return None
        found.update(known[mark])
    return found if found.total() else None


def _of_ward(event: WardDeclared, count: Count) -> Counter[str] | None:
    found: Counter[str] = Counter()
    for result in event.results:
        if result.votes is None:
            return None
        found[count.ground.tally[result.party]] += result.votes
    return found


def _shares(votes: Counter[str]) -> Fact:
    total = votes.total()
    ordered = sorted(votes.items(), key=lambda row: (-row[1], row[0]))
    rows = [(code, tenths(n, total)) for code, n in ordered]
    value: Value = {
        "method": "all-votes",
        "votes": total,
        "shares": [[code, share] for code, share in rows if share >= LEAST_SHARE],
    }
    return Fact("VOTE_SHARE", "vote-share", "votes", "R", value)


def _swing(count: Count, votes: Counter[str]) -> Iterator[Fact]:
    before = count.map.votes_before
    if before is None or not before.votes:
        return
    then: Counter[str] = Counter()
    for code, n in before.votes.items():
        then[count.ground.tally[code]] += n
    first, second = sorted(votes, key=lambda code: (-votes[code], code))[:2] if len(votes) > 1 else ("", "")
    if not first or not then.total():
        return
    rows = {
        code: (tenths(then[code], then.total()), tenths(votes[code], votes.total()))
        for code in (first, second)
    }
    rise = {code: now - was for code, (was, now) in rows.items()}
    gainer, loser = (first, second) if rise[first] >= rise[second] else (second, first)
    value: Value = {
        "basis": before.basis,
        "rows": [[code, was, now] for code, (was, now) in rows.items()],
        "from": loser,
        "to": gainer,
        # Half of what one gained and the other lost, in tenths of a percent.
        "swing": (rise[gainer] - rise[loser]) // 2,
    }
    yield Fact("SWING", "swing", "votes", "R", value, bases=((before.basis, before.version),))


def _gap(count: Count, votes: Counter[str]) -> Iterator[Fact]:
    parties = [code for code, party in count.ground.parties.items() if party.kind != "independent"]
    by_votes = sorted((votes[code] for code in parties), reverse=True)
    by_seats = sorted((count.won.get(code, 0) for code in parties), reverse=True)
    if len(parties) < 2 or by_votes[0] == by_votes[1] or by_seats[0] == by_seats[1]:
        return
    most_votes = next(code for code in parties if votes[code] == by_votes[0])
    most_seats = next(code for code in parties if count.won.get(code, 0) == by_seats[0])
    if most_votes != most_seats:
        value: Value = {
            "most_votes": [most_votes, votes[most_votes], count.won.get(most_votes, 0)],
            "most_seats": [most_seats, votes[most_seats], count.won.get(most_seats, 0)],
        }
        yield Fact("VOTES_SEATS_GAP", "votes-seats", "votes", "R", value)


def _turnout(count: Count) -> Iterator[Fact]:
    before = count.map.votes_before
    if before is None or before.turnout_percent is None:
        return
    now = _turned_out(count)
    if now is None:
        return
    then = _in_tenths(before.turnout_percent)
    if abs(now - then) >= TURNOUT_TENTHS:
        kind: HeadlineType = "TURNOUT_HIGH" if now > then else "TURNOUT_LOW"
        value: Value = {"now": now, "before": then, "basis": before.basis}
        yield Fact(kind, "turnout", "turnout", "R", value, bases=((before.basis, before.version),))


def _turned_out(count: Count) -> int | None:
    papers = electors = 0
    for ward, event in count.declared.items():
        electorate = event.electorate or count.ground.wards[ward].electorate
        if not electorate or event.ballots is None:
            return None
        papers, electors = papers + event.ballots, electors + electorate
    return tenths(papers, electors)


def _in_tenths(percent: str) -> int:
    whole, _, part = percent.partition(".")
    hundredths = int(whole) * 100 + int((part + "00")[:2])
    return (hundredths + 5) // 10
