"""Slots of polls and nominations: polls called off, recounts, delays, seats without a poll."""

from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker, capital


def poll(speak: Speaker, fact: Fact) -> Slots:
    """A poll called off or held later."""
    cause = fact.value["cause"]
    return {
        "ward": speak.ward(fact.value["ward"]),
        "cause": speak.language.phrase("cause", cause=cause) if cause else "",
        "seats_to_fill": speak.language.phrase("to_fill", seats=speak.seats(fact.value["seats"])),
        "date": speak.day(fact.value["date"]),
    }


def unopposed(speak: Speaker, fact: Fact) -> Slots:
    """Seats without a poll."""
    filled = sum(fact.value["seats"].values())
    return {
        "filled": capital(speak.language.number(filled)),
        "total": speak.seats(fact.value["of"]),
        "are_filled": speak.language.phrase("is" if filled == 1 else "are"),
        "table": speak.table(fact.value["seats"]),
    }


def postponed_result(speak: Speaker, fact: Fact) -> Slots:
    """The result of a poll that was put off."""
    return {"ward": speak.ward(fact.value["ward"]), "table": speak.table(fact.value["seats"])}


def recount(speak: Speaker, fact: Fact) -> Slots:
    """A recount, under way or over."""
    name = "recount_over" if fact.value["over"] else "recount"
    ward = speak.ward(fact.value["ward"])
    return {"recount": speak.language.phrase(name, ward=ward, council=speak.count.map.name)}


def delayed(speak: Speaker, fact: Fact) -> Slots:
    """A declaration that is late."""
    cause = fact.value["cause"]
    return {
        "ward": speak.ward(fact.value["ward"]),
        "cause": speak.language.phrase("cause", cause=cause) if cause else "",
    }


def unfilled(speak: Speaker, fact: Fact) -> Slots:
    """Seats for which nobody stood."""
    say = speak.language.phrase
    rows = [say("row", party=speak.ward(ward), seats=n) for ward, n in fact.value["wards"]]
    seats = sum(n for _, n in fact.value["wards"])
    return {
        "seats": capital(speak.seats(seats)),
        "have": say("has" if seats == 1 else "have"),
        "wards": ", ".join(rows),
    }
