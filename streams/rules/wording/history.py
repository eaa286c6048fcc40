"""Slots of what the past makes of a result: first ever, first since, long rule, records, people on the watch list."""

from schemas.council import Watched
from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker


def first_control(speak: Speaker, fact: Fact) -> Slots:
    """A first majority: ever, or since one that was won and lost."""
    value, say = fact.value, speak.language.phrase
    slots = speak.actor(value["party"]) | {"created": "", "only": "", "last": ""}
    if value.get("created"):
        slots["created"] = say("created", year=value["created"])
    if value.get("only"):
        slots["only"] = say("only_before", the=speak.the(value["only"]))
    won, lost = value.get("last_won"), value.get("last_lost")
    if won and lost:
        slots["last"] = say("won_and_lost", won=won, lost=lost)
    elif won or lost:
        slots["last"] = say("last_won", year=won) if won else say("last_lost", year=lost)
    return slots


def long_rule(speak: Speaker, fact: Fact) -> Slots:
    """The end of a long rule."""
    since = fact.value["since"]
    years = speak.count.map.poll.opens.year - since
    return speak.actor(fact.value["party"]) | {"year": str(since), "years": str(years)}


def first_seats(speak: Speaker, fact: Fact) -> Slots:
    """First seats, ever or since."""
    return speak.actor(fact.value["party"]) | {
        "wards": speak.wards(fact.value["wards"]),
        "year": str(fact.value.get("since", "")),
    }


def record(speak: Speaker, fact: Fact) -> Slots:
    """More or fewer seats than ever."""
    value = fact.value
    actor = speak.actor(value["party"])
    name = "record_most" if value["best"] else "record_fewest"
    told = speak.language.phrase(name, record=speak.language.number(value["record"]), they=actor["they"])
    return actor | {"now": speak.seats(value["seats"]), "record": told}


def context(speak: Speaker, fact: Fact) -> Slots:
    """Since or until when a party had control."""
    value = fact.value
    actor = speak.actor(value["party"])
    name, year = ("held_since", value["since"]) if "since" in value else ("held_until", value["until"])
    words = {"The": actor["Party"], "have": actor["have"], "council": speak.count.map.name, "year": year}
    return {"context": speak.language.phrase(name, **words)}


def _person(speak: Speaker, fact: Fact) -> Watched:
    return next(person for person in speak.count.map.watch if person.id == fact.value["person"])


def person(speak: Speaker, fact: Fact) -> Slots:
    """The fortune of somebody on the watch list."""
    watched, value, say = _person(speak, fact), fact.value, speak.language.phrase
    slots = {"name": watched.name, "role": watched.role}
    if "ward" not in value:
        return slots
    ward = value["ward"]
    elected = value.get("elected", [])
    behind = value.get("behind")
    elsewhere = watched.represents if watched.represents != speak.ward(ward) else None
    votes = say("one_vote") if behind == 1 else say("votes", count=speak.language.number(behind or 0))
    return slots | {
        "ward": speak.ward(ward),
        "represented": say("represented", ward=elsewhere) if elsewhere else "",
        "elected": speak.candidates(ward, elected),
        "are": say("is" if len(elected) == 1 else "are"),
        "behind": say("behind", votes=votes) if behind else "",
        "date": speak.day(value.get("date")),
    }


def label(speak: Speaker, fact: Fact) -> Slots:
    """Somebody who stood under another label than last time."""
    value, say = fact.value, speak.language.phrase
    name = "elected_now" if value["elected"] else "not_elected_now"
    return {
        "name": _person(speak, fact).name,
        "ward": speak.ward(value["ward"]),
        "before": _for(speak, value["elected_as"]),
        "outcome": say(name, party=_for(speak, value["party"])),
    }


def _for(speak: Speaker, code: str) -> str:
    if speak.count.ground.named[code].kind == "independent":
        return speak.language.phrase("as_independent")
    return speak.language.phrase("for_party", the=speak.the(code))


def suspended(speak: Speaker, fact: Fact) -> Slots:
    """A suspended candidate who is elected."""
    return {
        "name": _person(speak, fact).name,
        "ward": speak.ward(fact.value["ward"]),
        "the": speak.the(fact.value["party"]),
    }
