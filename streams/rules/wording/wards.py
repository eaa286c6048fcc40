"""Slots of a single ward: results, first declarations, lots and close results."""

from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker


def result(speak: Speaker, fact: Fact) -> Slots:
    """Who was elected; gain, hold or split beside a stated basis."""
    value = fact.value
    ward = value["ward"]
    elected = [speak.candidate(ward, r[0]) for r in value["results"] if r[3]]
    slots = {"ward": speak.ward(ward), "elected": speak.language.listed(elected)}
    if "basis" not in value:
        return slots
    before, now = value["before"], value["seats"]
    losers = [code for code, seats in before.items() if seats > now.get(code, 0)]
    winner = next(iter(now))
    slots |= speak.actor(winner) | {
        "since": speak.since(value["basis"]),
        "from_party": speak.language.phrase("from", party=speak.the(losers[0])) if len(losers) == 1 else "",
        "changes": ", ".join(
            speak.change(code, before.get(code, 0), now.get(code, 0), False)
            for code in sorted({*before, *now})
        ),
    }
    return slots


def first(speak: Speaker, fact: Fact) -> Slots:
    """The first wards to declare."""
    wards = [speak.ward(ward) for ward in fact.value["wards"]]
    name = "first" if len(wards) == 1 else "among_first"
    return {
        "first": speak.language.phrase(name, wards=speak.language.listed(wards), council=speak.count.map.name)
    }


def lot(speak: Speaker, fact: Fact) -> Slots:
    """A last seat decided by lot."""
    ward = fact.value["ward"]
    return {
        "ward": speak.ward(ward),
        "winner": speak.candidate(ward, fact.value["winner"]),
        "loser": speak.candidate(ward, fact.value["loser"]),
        "votes": f"{fact.value['votes']:,}"
        if fact.value["votes"] is not None
        else speak.language.phrase("equally_many"),
    }


def close(speak: Speaker, fact: Fact) -> Slots:
    """A last seat decided by few votes."""
    ward, margin, say = fact.value["ward"], fact.value["margin"], speak.language.phrase
    return {
        "ward": speak.ward(ward),
        "margin": say("one_vote") if margin == 1 else say("votes", count=speak.language.number(margin)),
        "winner": speak.candidate(ward, fact.value["elected"]),
        "loser": speak.candidate(ward, fact.value["not_elected"]),
    }


def stage(speak: Speaker, fact: Fact) -> Slots:
    """A stage of a count by transferable vote, and who was elected first."""
    ward, say = fact.value["ward"], speak.language.phrase
    elected = speak.candidates(ward, fact.value["elected"])
    excluded = speak.candidates(ward, fact.value.get("excluded", []))
    news = [say("stage_elected", names=elected)] if elected else []
    news += [say("stage_excluded", names=excluded)] if excluded else []
    return {
        "ward": speak.ward(ward),
        "stage": str(fact.value["stage"]),
        "elected": elected,
        "are": say("is" if len(fact.value["elected"]) == 1 else "are"),
        "news": ", ".join(news) or say("stage_nobody"),
        "quota": f"{fact.value.get('quota', 0):,}",
    }
