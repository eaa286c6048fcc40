"""Slots of what comes after the count, and of calls by people."""

from streams.rules.facts.fact import Fact
from streams.rules.ground import NOC
from streams.rules.wording.speaker import Slots, Speaker, capital


def mayor(speak: Speaker, fact: Fact) -> Slots:
    """A mayor elected, and of which party."""
    contest = speak.count.map.mayor
    if contest is None:
        return {}
    if "candidate" not in fact.value:
        words = {
            "adjective": speak.party(fact.value["mayor"]).adjective,
            "title": contest.title,
            "majority_party": speak.the(fact.value["council"]),
        }
        return speak.actor(fact.value["council"]) | words
    name = next(c.name for c in contest.candidates if c.id == fact.value["candidate"])
    return speak.actor(fact.value["party"]) | {
        "title": contest.title,
        "winner": speak.language.phrase(
            "elected", name=name, party=speak.party(fact.value["party"]).adjective
        ),
        "before": speak.the(fact.value["before"]) if fact.value["before"] else "",
    }


def administration(speak: Speaker, fact: Fact) -> Slots:
    """Who runs the council, by its own vote."""
    value, say = fact.value, speak.language.phrase
    leader = value["leader"] or ""
    if value["leader_party"] and leader:
        leader = say("elected", name=leader, party=speak.party(value["leader_party"]).adjective)
    ayes, noes = value["votes"]
    vote = say("vote", ayes=ayes, noes=noes) if ayes is not None and noes is not None else ""
    one = len(value["parties"]) == 1 and not speak.party(value["parties"][0]).plural
    return {
        "Parties": capital(speak.language.listed([speak.the(code) for code in value["parties"]])),
        "form": say("forms" if one else "form"),
        "leader": leader,
        "led": say("led_by", leader=leader) if leader else "",
        "vote": vote + (say("casting") if value["casting"] else ""),
    }


def court(speak: Speaker, fact: Fact) -> Slots:
    """A seat given by a court."""
    value, say = fact.value, speak.language.phrase
    person = value["person"] or say("another")
    if value["to"]:
        person = say("elected", name=person, party=speak.party(value["to"]).adjective)
    return {
        "place": say("in_ward", ward=speak.ward(value["ward"])) if value["ward"] else "",
        "person": person,
        "before": say("until_then", the=speak.the(value["from"])) if value["from"] else "",
    }


def control_since(speak: Speaker, fact: Fact) -> Slots:
    """Control that changed between elections."""
    before, after, say = fact.value["before"], fact.value["after"], speak.language.phrase
    name, party = ("majority_lost", before) if after == NOC else ("majority_won", after)
    change = say(name, the=speak.the(party), have=speak.verb(party, "has", "have"))
    return {
        "change": change,
        "cause": say(f"through_{fact.value['cause']}"),
        "table": speak.table(fact.value["seats"]),
    }


def call(speak: Speaker, fact: Fact) -> Slots:
    """A call by a person."""
    return {
        "by": fact.value["by"],
        "source": fact.value["source"],
        "outcome": speak.the(fact.value["outcome"]),
    }
