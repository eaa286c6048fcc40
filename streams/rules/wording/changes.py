"""Slots of a count under way and of its changes: tallies, trends, gains, losses, transfers, ranks, survivors."""

from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker


def tally(speak: Speaker, fact: Fact) -> Slots:
    """Seats by party at a step of the count."""
    seats = {code: n for code, n in fact.value["seats"].items() if n}
    return {"declared": str(fact.value["declared"]), "table": speak.table(seats)}


def trend(speak: Speaker, fact: Fact) -> Slots:
    """Changes on the wards in hand."""
    rows = sorted(fact.value["rows"], key=lambda row: (row[1] - row[2], row[0]))
    return {
        "declared": str(fact.value["declared"]),
        "of": str(fact.value["of"]),
        "since": speak.since(fact.value["basis"]),
        "changes": ", ".join(speak.change(code, before, now, False) for code, before, now in rows),
    }


def major(speak: Speaker, fact: Fact) -> Slots:
    """A major gain or loss on every basis that compares."""
    value = fact.value
    return speak.actor(value["party"]) | {
        "now": speak.seats(value["seats"]),
        "before": speak.seats_then(value["before"]),
    }


def transfer(speak: Speaker, fact: Fact) -> Slots:
    """Seats from whom to whom."""
    say = speak.language.phrase
    up = [say("gained", the=speak.the(code), seats=speak.seats(n)) for code, n in fact.value["up"]]
    down = [say("lost", the=speak.the(code), seats=speak.seats(n)) for code, n in fact.value["down"]]
    return {
        "since": speak.since(fact.value["basis"]),
        "gained": speak.language.listed(up),
        "lost": speak.language.listed(down),
    }


def rank(speak: Speaker, fact: Fact) -> Slots:
    """A fall in rank."""
    say, code = speak.language.phrase, fact.value["party"]
    return speak.actor(code) | {
        "place": say(f"place_{fact.value['to']}"),
        "was": say(f"place_{fact.value['from']}"),
        "were": speak.verb(code, "was", "were"),
        "then": speak.then(fact.value["basis"]),
    }


def sweep(speak: Speaker, fact: Fact) -> Slots:
    """Every seat to one party."""
    name = "sweep_council" if fact.value["council"] else "sweep_up"
    all_seats = speak.language.phrase(name, seats=fact.value["seats"], council=speak.count.map.name)
    return speak.actor(fact.value["party"]) | {"all_seats": all_seats}


def survivor(speak: Speaker, fact: Fact) -> Slots:
    """The last seat of a party."""
    value = fact.value
    return speak.actor(value["party"]) | {
        "ward": speak.ward(value["ward"]),
        "winner": speak.candidate(value["ward"], value["candidate"]),
        "before": speak.seats_then(value["before"]),
    }


def newcomer(speak: Speaker, fact: Fact) -> Slots:
    """Seats of a party that is new."""
    value = fact.value
    return speak.actor(value["party"]) | {
        "now": speak.seats(value["seats"]),
        "then": speak.language.listed([speak.then(basis) for basis in value["new_since"]]),
    }
