"""Facts into sentences: the slots are filled from the count here, the words come from a language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from schemas.council import Party
from schemas.event import ReasonCode
from streams.rules import baseline as bases
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.language import Language
from streams.rules.said import News

Slots = dict[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """News in words: the ``plain`` sentence, the ``text`` that readers see, and the template's version."""

    plain: str
    text: str
    template: str


def tell(news: News, count: Count, language: Language, reason: ReasonCode | None) -> Told:
    """The sentence of a piece of news; a correction or withdrawal is marked as one, with its reason."""
    version, template = language.templates[news.type]
    if news.fact is not None:
        plain = template.format_map(Speaker(count, language).slots(news.fact))
    elif news.type == "COUNCIL_REOPENED":
        plain = template.format(council=count.map.name)
    else:
        plain = news.was.text if news.was is not None else ""
    text = plain
    if news.action in ("corrected", "withdrawn"):
        why = language.phrase("reason", reason=language.reasons[reason]) if reason else ""
        text = language.phrase(news.action, reason=why, text=plain)
    return Told(plain, text, f"{news.type}/{version}")


class Speaker:
    """One council's count in one language, ready to fill the slots of a template."""

    def __init__(self, count: Count, language: Language) -> None:
        self.count, self.language = count, language

    def slots(self, fact: Fact) -> Slots:
        """All slots that the templates of this type may use."""
        general = {
            "council": self.count.map.name,
            "total": str(self.count.map.seats),
            "majority": str(self.count.ground.majority),
            "out": self._out(),
        }
        return general | _SLOTS[fact.type](self, fact)

    # -- words

    def party(self, code: str) -> Party:
        """The party of a tally code."""
        return self.count.ground.parties[code]

    def the(self, code: str | None) -> str:
        """A party or NOC in the middle of a sentence."""
        return self.language.phrase("noc") if code in (NOC, None) else self.party(str(code)).the

    def verb(self, code: str | None, singular: str, plural: str) -> str:
        """The form of a verb or pronoun that goes with a party."""
        many = code not in (NOC, None) and self.party(str(code)).plural
        return self.language.phrase(plural if many else singular)

    def ward(self, id: str) -> str:
        """The name of a ward."""
        return self.count.ground.wards[id].name

    def seats(self, count: int) -> str:
        """A number of seats in words."""
        say = self.language.phrase
        return say("one_seat") if count == 1 else say("seats", count=self.language.number(count))

    def bare(self, code: str) -> str:
        """A party in a table."""
        named = {"OTHERS": "others", "VACANT": "vacant", "PENDING": "pending"}
        if code in named:
            return self.language.phrase(named[code])
        the = self.party(code).the
        return the.removeprefix("the ")

    def actor(self, code: str | None, prefix: str = "") -> Slots:
        """A party as the subject of a sentence, with its verbs."""
        title = "Before" if prefix else "Party"
        return {
            title: _capital(self.the(code)),
            f"{prefix}have": self.verb(code, "has", "have"),
            f"{prefix}are": self.verb(code, "is", "are"),
            f"{prefix}they": self.verb(code, "it", "they"),
            f"{prefix}their": self.verb(code, "its", "their"),
            f"{prefix}need": self.verb(code, "needs", "need"),
            f"{prefix}s": ""
            if code and code != NOC and self.party(code).plural
            else self.language.phrase("third_person"),
        }

    def tally(self, code: str) -> str:
        """Seats that a party has, and those it is sure of beyond them."""
        seats, floor = self.count.seats[code], self.count.floor[code]
        total = self.count.map.seats
        if floor > seats:
            return self.language.phrase("sure_of", seats=seats, total=total, floor=floor)
        return self.language.phrase("of_seats", seats=seats, total=total)

    def table(self, seats: dict[str, int]) -> str:
        """Seats by party, most first."""
        rows = sorted(seats.items(), key=lambda row: (-row[1], row[0]))
        return ", ".join(self.language.phrase("row", party=self.bare(code), seats=n) for code, n in rows)

    def since(self, basis: str) -> str:
        """A basis after a figure of change (DR-16)."""
        return self.language.since[basis].format(year=self._year(basis))

    def then(self, basis: str) -> str:
        """A basis as a moment in the past."""
        return self.language.then[basis].format(year=self._year(basis))

    def change(self, party: str, before: int, now: int, new: bool) -> str:
        """One row of a summary of changes."""
        change = now - before
        if party in ("PENDING", "VACANT"):
            return self.language.phrase("open_row", party=self.bare(party), now=self.language.number(now))
        rise = "new_row" if new else "up" if before else "from_none"
        name = rise if change > 0 else "down" if change < 0 else "level"
        number = self.language.number
        return self.language.phrase(name, party=self.bare(party), change=number(abs(change)), now=number(now))

    def nobody(self) -> str:
        """Why no party controls the council."""
        name = "nobody_reaches" if self.count.out else "nobody_has"
        return self.language.phrase(name, majority=self.count.ground.majority, total=self.count.map.seats)

    def context(self) -> str:
        """A majority won at the last election and lost before this one (DR-05)."""
        before = self.count.map.control_before
        for baseline in bases.of_scope(self.count.ground, "council"):
            if baseline.basis != "last_election" or before is None:
                continue
            for code, seats in bases.tallied(baseline, self.count.ground).items():
                able = self.count.ground.may_control(code)
                if able and 2 * seats > baseline.total and before.control != code:
                    return self.language.phrase(
                        "context", The=_capital(self.the(code)), then=self.then("last_election")
                    )
        return ""

    def day(self, iso: str | None) -> str:
        """A date after a comma, or nothing."""
        if iso is None:
            return ""
        day = date.fromisoformat(iso)
        return self.language.phrase(
            "on_date", day=day.day, month=self.language.phrase(f"month_{day.month}"), year=day.year
        )

    def candidate(self, ward: str, id: str) -> str:
        """A candidate's name, with the party."""
        found = next(c for c in self.count.ground.wards[ward].candidates if c.id == id)
        party = next(p for p in self.count.map.parties if p.code == found.party)
        return self.language.phrase("elected", name=found.name, party=party.adjective)

    def _year(self, basis: str) -> str:
        return next((str(b.as_of.year) for b in self.count.map.baselines if b.basis == basis), "")

    def _out(self) -> str:
        seats = sum(ward.seats for ward in self.count.out)
        return self.language.phrase("out", seats=self.seats(seats)) if seats else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _result(speak: Speaker, fact: Fact) -> Slots:
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


def _first(speak: Speaker, fact: Fact) -> Slots:
    wards = [speak.ward(ward) for ward in fact.value["wards"]]
    name = "first" if len(wards) == 1 else "among_first"
    return {
        "first": speak.language.phrase(name, wards=speak.language.listed(wards), council=speak.count.map.name)
    }


def _control(speak: Speaker, fact: Fact) -> Slots:
    before, after = fact.value["before"], fact.value["after"]
    slots = speak.actor(before, "before_") | {
        "before": speak.the(before),
        "nobody": speak.nobody(),
        "context": speak.context(),
        "deciding": _deciding(speak, fact.value),
    }
    if fact.type == "CONTROL_LOST_CERTAIN":
        slots["ceiling"] = str(speak.count.ceiling[before])
    if after not in (NOC, None):
        slots |= speak.actor(after) | {"tally": speak.tally(after)}
    if fact.type == "NEW_COUNCIL_WON":
        name = "new_council_noc" if after == NOC else "new_council_party"
        words = {"The": slots.get("Party"), "have": slots.get("have"), "tally": slots.get("tally")}
        slots["new_council"] = speak.language.phrase(name, council=speak.count.map.name, **words)
    return slots


def _deciding(speak: Speaker, value: Value) -> str:
    wards = value["deciding"]
    if not wards:
        return ""
    name = "deciding_noc" if value["after"] == NOC else "deciding_majority"
    return speak.language.phrase(name, wards=speak.language.listed([speak.ward(ward) for ward in wards]))


def _decided(speak: Speaker, fact: Fact) -> Slots:
    before, after = fact.value["before"], fact.value["after"]
    council = speak.count.map.name
    if after == NOC:
        name = "decided_noc_remains" if before == NOC else "decided_noc"
        return {"decided": speak.language.phrase(name, council=council)}
    return {
        "decided": speak.language.phrase("decided_party", The=_capital(speak.the(after)), council=council)
    }


def _cannot(speak: Speaker, fact: Fact) -> Slots:
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


def _needs(speak: Speaker, fact: Fact) -> Slots:
    needs, say = fact.value["needs"], speak.language.phrase
    more = say("one_more") if needs == 1 else say("more", count=speak.language.number(needs))
    return speak.actor(fact.value["party"]) | {"needs": more}


def _half(speak: Speaker, fact: Fact) -> Slots:
    return speak.actor(fact.value["party"]) | {"half": str(fact.value["seats"])}


def _final(speak: Speaker, fact: Fact) -> Slots:
    say, missing = speak.language.phrase, ""
    if fact.value["postponed"]:
        wards = speak.language.listed([speak.ward(ward) for ward in fact.value["postponed"]])
        declared = sum(fact.value["seats"].values())
        missing += say("missing", declared=declared, total=speak.count.map.seats, wards=wards)
    if fact.value["unfilled"]:
        missing += say("unfilled", count=speak.language.number(fact.value["unfilled"]))
    return {"table": speak.table(fact.value["seats"]), "missing": missing}


def _summary(speak: Speaker, fact: Fact) -> Slots:
    value, council = fact.value, speak.count.map.name
    since = speak.since(value["basis"])
    if not value["comparable"]:
        baseline = next(
            b for b in speak.count.map.baselines if b.basis == value["basis"] and b.scope == value["scope"]
        )
        before, now = speak.seats(baseline.total), speak.seats(speak.count.map.seats)
        text = speak.language.phrase("summary_none", council=council, since=since, before=before, now=now)
        return {"summary": text}
    rows = sorted(value["rows"], key=lambda row: (row[0] in ("VACANT", "PENDING"), -row[3], row[0]))
    told = ", ".join(speak.change(party, before, now, new) for party, before, now, _, new in rows)
    return {
        "summary": speak.language.phrase(f"summary_{value['scope']}", council=council, since=since, rows=told)
    }


def _largest(speak: Speaker, fact: Fact) -> Slots:
    parties, before, say = fact.value["parties"], fact.value["before"], speak.language.phrase
    independents = sum(n for code, n in speak.count.seats.items() if speak.party(code).kind == "independent")
    more = independents > max(speak.count.seats[code] for code in parties)
    slots = speak.actor(parties[0]) | {
        "Parties": _capital(speak.language.listed([speak.the(code) for code in parties])),
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


def _wipe_out(speak: Speaker, fact: Fact) -> Slots:
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


def _lot(speak: Speaker, fact: Fact) -> Slots:
    ward = fact.value["ward"]
    return {
        "ward": speak.ward(ward),
        "winner": speak.candidate(ward, fact.value["winner"]),
        "loser": speak.candidate(ward, fact.value["loser"]),
        "votes": f"{fact.value['votes']:,}"
        if fact.value["votes"] is not None
        else speak.language.phrase("equally_many"),
    }


def _close(speak: Speaker, fact: Fact) -> Slots:
    ward, margin, say = fact.value["ward"], fact.value["margin"], speak.language.phrase
    return {
        "ward": speak.ward(ward),
        "margin": say("one_vote") if margin == 1 else say("votes", count=speak.language.number(margin)),
        "winner": speak.candidate(ward, fact.value["elected"]),
        "loser": speak.candidate(ward, fact.value["not_elected"]),
    }


def _poll(speak: Speaker, fact: Fact) -> Slots:
    cause = fact.value["cause"]
    return {
        "ward": speak.ward(fact.value["ward"]),
        "cause": speak.language.phrase("cause", cause=cause) if cause else "",
        "seats_to_fill": speak.language.phrase("to_fill", seats=speak.seats(fact.value["seats"])),
        "date": speak.day(fact.value["date"]),
    }


def _unopposed(speak: Speaker, fact: Fact) -> Slots:
    filled = sum(fact.value["seats"].values())
    return {
        "filled": _capital(speak.language.number(filled)),
        "total": speak.seats(fact.value["of"]),
        "are_filled": speak.language.phrase("is" if filled == 1 else "are"),
        "table": speak.table(fact.value["seats"]),
    }


def _call(speak: Speaker, fact: Fact) -> Slots:
    return {
        "by": fact.value["by"],
        "source": fact.value["source"],
        "outcome": speak.the(fact.value["outcome"]),
    }


_SLOTS: dict[str, Callable[[Speaker, Fact], Slots]] = {
    **dict.fromkeys(("WARD_DECLARED", "WARD_GAIN", "WARD_HOLD", "WARD_SPLIT"), _result),
    **dict.fromkeys(
        (
            "CONTROL_LOST_CERTAIN",
            "CONTROL_GAIN",
            "CONTROL_HOLD",
            "CONTROL_LOSS_TO_NOC",
            "CONTROL_NO_CHANGE",
            "NEW_COUNCIL_WON",
        ),
        _control,
    ),
    **dict.fromkeys(("POLL_POSTPONED", "POLL_COUNTERMANDED", "POLL_ABANDONED", "POLL_RESCHEDULED"), _poll),
    **dict.fromkeys(("LARGEST_PARTY_NEW", "LARGEST_PARTY_KEPT", "LARGEST_PARTY_TIED"), _largest),
    **dict.fromkeys(("WIPE_OUT", "NEAR_WIPE_OUT"), _wipe_out),
    "FIRST_DECLARATION": _first,
    "CONTROL_DECIDED_BEFORE_POLL": _decided,
    "CANNOT_WIN_OUTRIGHT": _cannot,
    "NEEDS_N": _needs,
    "EXACT_HALF": _half,
    "COUNCIL_FINAL": _final,
    "SEAT_CHANGE_SUMMARY": _summary,
    "TIE_BY_LOT": _lot,
    "CLOSE_RESULT": _close,
    "UNOPPOSED_RETURNS": _unopposed,
    "EDITORIAL_CALL": _call,
}
