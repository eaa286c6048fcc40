"""Slots of control: the story of each council, what nominations decide, and who comes close."""

from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.wording.speaker import Slots, Speaker, capital


def control(speak: Speaker, fact: Fact) -> Slots:
    """The control story, with the wards that decided it."""
    before, after = fact.value["before"], fact.value["after"]
    slots = speak.actor(before, "before_") | {
        "before": speak.the(before),
        "nobody": speak.nobody(),
        "context": speak.context(),
        "deciding": deciding_wards(speak, fact.value),
    }
    if fact.type == "CONTROL_LOST_CERTAIN":
        slots["ceiling"] = str(speak.count.ceiling[before])
    if after not in (NOC, None):
        slots |= speak.actor(after) | {"party": speak.the(after), "tally": speak.tally(after)}
    if fact.type == "NEW_COUNCIL_WON":
        name = "new_council_noc" if after == NOC else "new_council_party"
        words = {"The": slots.get("Party"), "have": slots.get("have"), "tally": slots.get("tally")}
        slots["new_council"] = speak.language.phrase(name, council=speak.count.map.name, **words)
    return slots


def deciding_wards(speak: Speaker, value: Value) -> str:
    wards = value["deciding"]
    if not wards:
        return ""
    name = "deciding_noc" if value["after"] == NOC else "deciding_majority"
    return speak.language.phrase(name, wards=speak.language.listed([speak.ward(ward) for ward in wards]))


def decided(speak: Speaker, fact: Fact) -> Slots:
    """Control decided before the poll."""
    before, after = fact.value["before"], fact.value["after"]
    council = speak.count.map.name
    if after == NOC:
        name = "decided_noc_remains" if before == NOC else "decided_noc"
        return {"decided": speak.language.phrase(name, council=council)}
    return {"decided": speak.language.phrase("decided_party", The=capital(speak.the(after)), council=council)}


def cannot(speak: Speaker, fact: Fact) -> Slots:
    """A contender out of the running."""
    code = fact.value["party"]
    actor = speak.actor(code)
    words = {
        "The": actor["Party"],
        "they": actor["they"],
        "their": actor["their"],
        "council": speak.count.map.name,
    }
    total = speak.count.map.seats
    if fact.value["from_nominations"]:
        text = speak.language.phrase(
            "cannot_nominations", ceiling=fact.value["ceiling"], total=total, **words
        )
        return {"cannot": text, "out": ""}
    return {
        "cannot": speak.language.phrase("cannot_now", ceiling=speak.count.ceiling[code], total=total, **words)
    }


def needs(speak: Speaker, fact: Fact) -> Slots:
    """A party in sight of a majority."""
    needs, say = fact.value["needs"], speak.language.phrase
    more = say("one_more") if needs == 1 else say("more", count=speak.language.number(needs))
    return speak.actor(fact.value["party"]) | {"needs": more}


def half(speak: Speaker, fact: Fact) -> Slots:
    """Exactly half of all seats."""
    return speak.actor(fact.value["party"]) | {"half": str(fact.value["seats"])}


def pivotal(speak: Speaker, fact: Fact) -> Slots:
    """Wards that can still decide control."""
    say, wards, first = speak.language.phrase, fact.value["wards"], fact.value["first"]
    name = "pivotal_one" if len(wards) == 1 else "pivotal_many"
    due = say("expected_first", wards=speak.wards(first)) if first else ""
    return {"pivotal": say(name, wards=speak.wards(wards), council=speak.count.map.name), "first": due}


def uncallable(speak: Speaker, fact: Fact) -> Slots:
    """Control that waits for postponed polls."""
    days = {day for day in fact.value["dates"] if day is not None}
    date = speak.day(days.pop()) if len(days) == 1 and None not in fact.value["dates"] else ""
    return {"wards": speak.wards(fact.value["wards"]), "date": date}


def one_short(speak: Speaker, fact: Fact) -> Slots:
    """One seat too few."""
    return speak.actor(fact.value["party"]) | {"seats": str(fact.value["seats"])}


def coalition(speak: Speaker, fact: Fact) -> Slots:
    """Parties that have a majority together."""
    say = speak.language.phrase
    rows = [
        say("together", parties=speak.language.listed([speak.the(code) for code in group]), seats=seats)
        for group, seats in fact.value["sums"]
    ]
    more = fact.value["more"]
    return {
        "sums": "; ".join(rows),
        "more": say("more_sums", count=speak.language.number(more)) if more else "",
    }
