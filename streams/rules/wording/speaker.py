"""One council in one language: its parties, wards, people, seats, bases and days in words."""

from collections.abc import Sequence
from datetime import date

from streams.rules import baseline as bases
from streams.rules.count import Count
from streams.rules.ground import NOC
from streams.rules.language import Language, PartyWords

Slots = dict[str, str]


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


class Speaker:
    """One council's count in one language, ready to fill the slots of a template."""

    def __init__(self, count: Count, language: Language) -> None:
        self.count, self.language = count, language

    def general(self) -> Slots:
        """Slots that every template may use."""
        return {
            "council": self.count.map.name,
            "total": str(self.count.map.seats),
            "majority": str(self.count.ground.majority),
            "out": self._out(),
        }

    def party(self, code: str) -> PartyWords:
        """The words for a party, by the code that candidates or seats have: the language's own, else the map's."""
        own = self.language.parties.get(code)
        if own is not None:
            return own
        party = self.count.ground.named[code]
        return PartyWords(party.the, party.adjective, party.plural)

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
        return self.party(code).the.removeprefix("the ")

    def actor(self, code: str | None, prefix: str = "") -> Slots:
        """A party as the subject of a sentence, with its verbs."""
        title = "Before" if prefix else "Party"
        return {
            title: capital(self.the(code)),
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
                        "context", The=capital(self.the(code)), then=self.then("last_election")
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
        return self.language.phrase("elected", name=found.name, party=self.party(found.party).adjective)

    def candidates(self, ward: str, ids: Sequence[str]) -> str:
        """Several of them, as a list."""
        return self.language.listed([self.candidate(ward, id) for id in ids])

    def wards(self, ids: Sequence[str]) -> str:
        """Names of wards, as a list."""
        return self.language.listed([self.ward(id) for id in ids])

    def points(self, tenths: int) -> str:
        """Tenths of a percent, or of a point, as a figure."""
        return f"{abs(tenths) // 10}.{abs(tenths) % 10}"

    def seats_then(self, before: dict[str, int]) -> str:
        """Seats on several bases, each with its own: 28 on the eve of poll and 34 at the election of 2019."""
        say, number = self.language.phrase, self.language.number
        return self.language.listed(
            [say("so_many_then", count=number(n), then=self.then(basis)) for basis, n in before.items()]
        )

    def _year(self, basis: str) -> str:
        votes = self.count.map.votes_before
        years = [b.as_of.year for b in self.count.map.baselines if b.basis == basis]
        if not years and votes is not None and votes.basis == basis:
            years = [votes.year]
        return str(years[0]) if years else ""

    def _out(self) -> str:
        seats = sum(ward.seats for ward in self.count.out)
        return self.language.phrase("out", seats=self.seats(seats)) if seats else ""
