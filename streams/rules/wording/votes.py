"""Slots of votes: shares, swing, turnout, and where votes and seats part."""

from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker


def shares(speak: Speaker, fact: Fact) -> Slots:
    """Shares of the vote."""
    say = speak.language.phrase
    rows = [say("share", party=speak.bare(code), share=speak.points(n)) for code, n in fact.value["shares"]]
    return {"shares": ", ".join(rows), "votes": f"{fact.value['votes']:,}"}


def swing(speak: Speaker, fact: Fact) -> Slots:
    """The swing between the two parties with most votes."""
    value, say = fact.value, speak.language.phrase
    rows = []
    for code, was, now in value["rows"]:
        name = "share_up" if now > was else "share_down" if now < was else "share_level"
        rows.append(
            say(name, party=speak.bare(code), points=speak.points(now - was), share=speak.points(now))
        )
    return {
        "since": speak.since(value["basis"]),
        "rows": speak.language.listed(rows),
        "swing": speak.points(value["swing"]),
        "loser": speak.the(value["from"]),
        "gainer": speak.the(value["to"]),
    }


def turnout(speak: Speaker, fact: Fact) -> Slots:
    """Turnout beside that of last time."""
    now, before = fact.value["now"], fact.value["before"]
    return {
        "now": speak.points(now),
        "points": speak.points(now - before),
        "since": speak.since(fact.value["basis"]),
    }


def gap(speak: Speaker, fact: Fact) -> Slots:
    """Most votes to one party, most seats to another."""
    (ahead, votes, won), (most, fewer, seats) = fact.value["most_votes"], fact.value["most_seats"]
    return {
        "votes_party": speak.the(ahead),
        "votes": f"{votes:,}",
        "won": speak.seats(won),
        "seats_party": speak.the(most),
        "seats": speak.seats(seats),
        "fewer": f"{fewer:,}",
    }
