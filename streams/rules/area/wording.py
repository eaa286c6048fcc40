"""An area's facts into sentences: slots are filled from its totals here, the words come from a language."""

from collections.abc import Callable

from schemas.event import ReasonCode
from streams.rules.area.totals import Totals
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.language import Language
from streams.rules.said import News, Said
from streams.rules.wording.speaker import Slots, capital
from streams.rules.wording.tell import Told

_RESERVED = {NOC: "noc", "OTHERS": "others", "VACANT": "vacant", "PENDING": "pending"}

#: An ordinal is spoken up to here; beyond it the count is.
_LAST_ORDINAL = 10


def tell(news: News, totals: Totals, language: Language, reason: ReasonCode | None) -> Told:
    """The sentence of a piece of news; a correction or withdrawal is marked as one, with its reason."""
    version, template = language.templates[news.type]
    if news.fact is not None:
        speaker = AreaSpeaker(totals, language)
        plain = template.format_map(_SLOTS[news.type](speaker, news.fact, news.was))
    else:
        plain = news.was.text if news.was is not None else ""
    text = plain
    if news.action in ("corrected", "withdrawn"):
        why = language.phrase("reason", reason=language.reasons[reason]) if reason else ""
        text = language.phrase(news.action, reason=why, text=plain)
    return Told(plain, text, f"{news.type}/{version}", language.code)


class AreaSpeaker:
    """One area's totals in one language."""

    def __init__(self, totals: Totals, language: Language) -> None:
        self.totals, self.language = totals, language
        self._names = {id: given.council_name for id, given in totals.roll.councils.items()}

    @property
    def area(self) -> str:
        """The area's name in a sentence."""
        area = self.totals.area
        return self.language.phrases.get(f"area_{area.id}", area.name)

    @property
    def councils(self) -> str:
        """The councils that its totals speak of, after "the"."""
        kind = "whole_feed" if self.totals.area.kind == "feed" else "all" if self.totals.complete else "feed"
        count = len(self.totals.members)
        name = f"council_{kind}" if count == 1 else f"councils_{kind}"
        return self.language.phrase(name, count=self.language.number(count), area=self.area)

    def some(self, count: int) -> str:
        """So many of the councils, or all of them."""
        if count == len(self.totals.members):
            return self.language.phrase("the_councils", councils=self.councils)
        return self.language.phrase(
            "some_councils", count=self.language.number(count), councils=self.councils
        )

    def where(self, value: Value) -> str:
        """The councils that a figure of change is summed over (DR-18)."""
        counted, comparable, members = value["counted"], value["comparable"], len(self.totals.members)
        if comparable == members:
            return self.some(counted)
        number = self.language.number
        name = "where_all" if counted == comparable else "where_some"
        return self.language.phrase(
            name, count=number(counted), comparable=number(comparable), councils=self.councils
        )

    def since(self, value: Value) -> str:
        """The basis of a figure of change (DR-16)."""
        return self.language.since[value["basis"]].format(year=value["year"])

    def council(self, id: str) -> str:
        """A council's name, also of one that has left the area."""
        return self._names[id]

    def the(self, key: str) -> str:
        """A party or NOC in the middle of a sentence."""
        if key in _RESERVED:
            return self.language.phrase(_RESERVED[key])
        party = self.totals.parties[key]
        own = self.language.parties.get(party.code) if party.key == party.code else None
        return own.the if own is not None else party.the

    def bare(self, key: str) -> str:
        """A party in a table."""
        return self.the(key).removeprefix("the ")

    def family(self, name: str) -> str:
        """A family in a table: one that has a single party is that party."""
        keys = self.totals.families.get(name)
        if keys is None:
            return self.bare(name)
        return self.bare(keys[0]) if len(keys) == 1 else name

    def actor(self, key: str) -> Slots:
        """A party as the subject of a sentence, with its verbs."""
        many = key not in _RESERVED and self.totals.parties[key].plural
        say = self.language.phrase
        return {
            "Party": capital(self.the(key)),
            "have": say("have" if many else "has"),
            "are": say("are" if many else "is"),
        }

    def seats(self, count: int) -> str:
        """A number of seats in words."""
        say = self.language.phrase
        return say("one_seat") if count == 1 else say("seats", count=self.language.number(count))

    def table(self, seats: dict[str, int]) -> str:
        """Seats by party, most first."""
        rows = sorted(seats.items(), key=lambda row: (-row[1], row[0]))
        return ", ".join(self.language.phrase("row", party=self.bare(key), seats=n) for key, n in rows)


def _first(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    say = speak.language.phrase
    wards = [
        say("first_ward", ward=ward, council=speak.council(council))
        for council, names in sorted(fact.value["wards"].items())
        for ward in names
    ]
    name = "first_of" if len(wards) == 1 else "among_first_of"
    return {"first": say(name, wards=speak.language.listed(wards), councils=speak.councils)}


def _gains(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    say, value = speak.language.phrase, fact.value
    known = was.value["from"] if was is not None else {}
    new = [council for council in value["from"] if council not in known]
    names = {council: speak.council(council) for council in value["from"]}
    if len(new) == 1 and known.items() <= value["from"].items() and 1 < value["count"] <= _LAST_ORDINAL:
        others = speak.language.listed([names[council] for council in sorted(known)])
        nth = say(f"place_{value['count']}")
        words = {"council": names[new[0]], "nth": nth, "others": others}
        return {"gains": say("gain", party=speak.the(value["party"]), councils=speak.councils, **words)}
    told = [
        say("gained_from", council=names[council], party=speak.the(before or NOC))
        for council, before in sorted(value["from"].items())
    ]
    actor = speak.actor(value["party"])
    words = {"Party": actor["Party"], "have": actor["have"], "list": speak.language.listed(told)}
    return {
        "gains": say("gains", count=speak.language.number(value["count"]), councils=speak.councils, **words)
    }


def _streak(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    councils = fact.value["councils"]
    return speak.actor(fact.value["party"]) | {
        "count": speak.language.number(len(councils)),
        "area": speak.area,
        "councils": speak.language.listed([speak.council(council) for council in councils]),
    }


def _controlled(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    say, value = speak.language.phrase, fact.value
    rows = []
    keys = {*value["councils"], *value["losses"]}
    for key in sorted(keys, key=lambda key: (-value["councils"].get(key, 0), key)):
        moved = [
            say(f"councils_{name}", count=value[table][key])
            for name, table in (("gained", "gains"), ("lost", "losses"), ("new", "new"))
            if value[table].get(key)
        ]
        name = "controlled_moved" if moved else "controlled"
        row = {"party": speak.bare(key), "count": value["councils"].get(key, 0), "moves": ", ".join(moved)}
        rows.append(say(name, **row))
    return {"decided": speak.some(value["decided"]), "table": ", ".join(rows)}


def _rollup(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    postponed = fact.value["postponed"]
    seats = speak.seats(postponed)
    return {
        "so_far": speak.some(fact.value["final"]),
        "table": speak.table(fact.value["seats"]),
        "postponed": speak.language.phrase("postponed_seats", seats=seats) if postponed else "",
    }


def _families(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    say = speak.language.phrase
    found = {family: sum(members.values()) for family, members in fact.value["families"].items()}
    rows = []
    for family, seats in sorted(found.items(), key=lambda row: (-row[1], row[0])):
        members = fact.value["families"][family]
        if len(members) == 1:
            rows.append(say("row", party=speak.bare(next(iter(members))), seats=seats))
        else:
            rows.append(say("family_members", family=family, count=seats, members=speak.table(members)))
    return {"so_far": speak.some(fact.value["final"]), "table": ", ".join(rows)}


def _net_change(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    value, say = fact.value, speak.language.phrase
    rows = sorted(value["families"], key=lambda row: (row[0] in ("VACANT", "PENDING"), -row[3], row[0]))
    told = []
    for name, before, now, change, new, councils in rows:
        if name in ("VACANT", "PENDING") and not now:
            continue
        row = _change(speak, name, before, now, change, new)
        told.append(row if councils == value["counted"] else say("in_councils", row=row, count=councils))
    return {
        "Seats": say(f"seats_{value['scope']}"),
        "where": speak.where(value),
        "since": speak.since(value),
        "rows": ", ".join(told),
    }


def _change(speak: AreaSpeaker, family: str, before: int, now: int, change: int, new: bool) -> str:
    say, number = speak.language.phrase, speak.language.number
    if family in ("VACANT", "PENDING"):
        return say("open_row", party=speak.bare(family), now=number(now))
    rise = "new_row" if new else "up" if before else "from_none"
    name = rise if change > 0 else "down" if change < 0 else "level"
    return say(name, party=speak.family(family), change=number(abs(change)), now=number(now))


def _leader(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    value, say, number = fact.value, speak.language.phrase, speak.language.number
    told = []
    for name in ("up", "down"):
        row = value[name]
        if row is None:
            continue
        councils = say("one_council") if row["in"] == 1 else say("some", count=number(row["in"]))
        most = [say("by_in", by=number(by), council=speak.council(council)) for council, by in row["most"]]
        words = {"party": speak.the(row["party"]), "are": speak.actor(row["party"])["are"]}
        told.append(
            say(f"most_{name}", by=number(row["by"]), councils=councils, **words)
            + say("including", list=speak.language.listed(most))
        )
    return {
        "leaders": capital(speak.language.listed(told)),
        "where": speak.where(value),
        "since": speak.since(value),
        "apart": say("apart") if value["bundled"] else "",
    }


def _milestone(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    value, say = fact.value, speak.language.phrase
    actor = speak.actor(value["party"])
    if "change" not in value:
        words = {"seats": speak.seats(value["seats"]), "councils": speak.councils}
        return {"milestone": say("milestone_seats", **actor, **words)}
    shift = next(
        s for s in speak.totals.shifts if s.measure == (value["basis"], value["scope"], value["year"])
    )
    where = speak.where({"counted": shift.counted, "comparable": shift.comparable})
    name = "milestone_up" if value["change"] > 0 else "milestone_down"
    words = {"seats": speak.seats(abs(value["change"])), "where": where, "since": speak.since(value)}
    return {"milestone": say(name, **actor, **words)}


def _coverage(speak: AreaSpeaker, fact: Fact, was: Said | None) -> Slots:
    say = speak.language.phrase
    postponed = [
        say("council_postponed", seats=speak.seats(seats), council=speak.council(council))
        for council, seats in sorted(fact.value["postponed"].items())
    ]
    return {
        "all_councils": say("all_final", councils=speak.councils),
        "postponed": say("still_to_fill", list=speak.language.listed(postponed)) if postponed else "",
    }


_SLOTS: dict[str, Callable[[AreaSpeaker, Fact, Said | None], Slots]] = {
    "FIRST_DECLARATION": _first,
    "NTH_GAIN": _gains,
    "STREAK": _streak,
    "COUNCILS_CONTROLLED": _controlled,
    **dict.fromkeys(("COUNTY_ROLLUP", "REGION_ROLLUP", "NATION_ROLLUP", "FEED_ROLLUP"), _rollup),
    "ROLLUP_BY_FAMILY": _families,
    "NET_CHANGE": _net_change,
    "NET_CHANGE_LEADER": _leader,
    "MILESTONE": _milestone,
    "COVERAGE_STATUS": _coverage,
}
