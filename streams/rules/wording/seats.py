"""Slots of seats: the final table, changes on each basis, the largest party, parties with no or few seats left."""

from streams.rules import baseline as bases
from streams.rules.facts.fact import Fact
from streams.rules.wording.speaker import Slots, Speaker, capital


def final(speak: Speaker, fact: Fact) -> Slots:
    """The final table."""
    say, missing = speak.language.phrase, ""
    if fact.value["postponed"]:
        wards = speak.language.listed([speak.ward(ward) for ward in fact.value["postponed"]])
        declared = sum(fact.value["seats"].values())
        missing += say("missing", declared=declared, total=speak.count.map.seats, wards=wards)
    if fact.value["unfilled"]:
        missing += say("unfilled", count=speak.language.number(fact.value["unfilled"]))
    return {"table": speak.table(fact.value["seats"]), "missing": missing}


def summary(speak: Speaker, fact: Fact) -> Slots:
    """Changes on one basis."""
    value, council = fact.value, speak.count.map.name
    since = speak.since(value["basis"])
    if not value["comparable"]:
        baseline = next(
            b for b in speak.count.map.baselines if b.basis == value["basis"] and b.scope == value["scope"]
        )
        before, now = speak.seats(baseline.total), speak.seats(speak.count.map.seats)
        name = "summary_doubt" if bases.contradicts_control(baseline, speak.count.ground) else "summary_none"
        text = speak.language.phrase(name, council=council, since=since, before=before, now=now)
        return {"summary": text}
    rows = sorted(value["rows"], key=lambda row: (row[0] in ("VACANT", "PENDING"), -row[3], row[0]))
    told = ", ".join(speak.change(party, before, now, new) for party, before, now, _, new in rows)
    return {
        "summary": speak.language.phrase(f"summary_{value['scope']}", council=council, since=since, rows=told)
    }


def largest(speak: Speaker, fact: Fact) -> Slots:
    """The largest party or parties."""
    parties, before, say = fact.value["parties"], fact.value["before"], speak.language.phrase
    independents = sum(
        n for code, n in speak.count.seats.items() if speak.count.ground.parties[code].kind == "independent"
    )
    more = independents > max(speak.count.seats[code] for code in parties)
    slots = speak.actor(parties[0]) | {
        "Parties": capital(speak.language.listed([speak.the(code) for code in parties])),
        "each": speak.seats(speak.count.seats[parties[0]]),
        "tally": speak.tally(parties[0]),
        "independents": say("more_independents", count=speak.language.number(independents)) if more else "",
        "largest_before": "",
    }
    if before:
        name = "largest_before_one" if len(before) == 1 else "largest_before_many"
        names = speak.language.listed([speak.the(code) for code in before])
        slots["largest_before"] = say(name, parties=names, then=speak.then(fact.value["basis"]))
    return slots


def wipe_out(speak: Speaker, fact: Fact) -> Slots:
    """All, or nearly all, seats lost."""
    code = fact.value["party"]
    say = speak.language.phrase
    told = [
        say("had", seats=speak.seats(n), then=speak.then(basis)) for basis, n in fact.value["before"].items()
    ]
    actor = speak.actor(code)
    had = say("had_line", they=actor["they"], list=speak.language.listed(told))
    only = max(fact.value["before"].values()) == 1
    lost = say("only_seat" if only else "all_seats", their=actor["their"])
    return actor | {"had": had, "left": speak.seats(fact.value.get("seats", 0)), "all_seats": lost}
