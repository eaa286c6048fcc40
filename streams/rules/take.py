"""One council, one event: enter it in the book, count, and say the difference. The whole of what an agent asks."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from schemas.area import Contribution
from schemas.council import CouncilOpened
from schemas.declaration import MayorDeclared, StageDeclared
from schemas.desk import AdministrationFormed, Review, SeatChanged
from schemas.headline import Headline
from schemas.reading import InputEvent
from streams.rules import control
from streams.rules.admission import Refusal
from streams.rules.book import Verdict, enter, open_book
from streams.rules.contribution import give
from streams.rules.council import Council
from streams.rules.count import Count
from streams.rules.english import ENGLISH
from streams.rules.language import Language
from streams.rules.notices import Notice, notices
from streams.rules.said import News, difference
from streams.rules.telling import RULES_VERSION, claimed, headline_id, tell_all
from streams.rules.withheld import freezes, withheld
from streams.rules.wording.tell import tell


@dataclass(frozen=True, slots=True)
class Taken:
    """What an event led to. ``council`` is None when nothing changed; then ``refusal`` may say why."""

    verdict: Verdict | Literal["unknown-council"]
    council: Council | None = None
    headlines: tuple[Headline, ...] = ()
    notices: tuple[Notice, ...] = ()
    refusal: Refusal | None = None
    contributions: tuple[Contribution, ...] = ()


def take(council: Council | None, event: InputEvent, language: Language = ENGLISH) -> Taken:
    """Take one event that passed admission. The same council and event always give the same result."""
    if council is None:
        if not isinstance(event, CouncilOpened):
            sentence = f"{event.council} has not been opened: send its map first, then send this again"
            return Taken("unknown-council", refusal=Refusal("unknown-council", sentence, "council"))
        return _say(None, Council(open_book(event)), event, language)
    entered = enter(council.book, event)
    if entered.verdict != "new":
        return Taken(entered.verdict, refusal=entered.refusal)
    return _say(council, replace(council, book=entered.book), event, language)


def _say(before: Council | None, after: Council, event: InputEvent, language: Language) -> Taken:
    after = _show(before, after)
    corrective = before is not None and _takes_back(before.count, after.count, event)
    found = difference(
        after.ledger,
        after.facts,
        corrective=corrective,
        held=withheld(after.book.holds()),
        before=lambda: before.facts if before is not None else {},
    )
    headlines, ledger = tell_all(
        after.ledger, found, after.n, lambda news, n: _headline(after.count, event, news, n, language)
    )
    council = _with(after, ledger=ledger, n=after.n + len(headlines))
    given, contributions = give(before, council, event, corrective=corrective, rules_version=RULES_VERSION)
    return Taken(
        "new",
        _with(council, given=given),
        headlines,
        notices(before.book if before is not None else None, after.book, event),
        contributions=contributions,
    )


def _with(council: Council, **told: Any) -> Council:
    """The council with what was told since; what was worked out of its book is kept, for that is the same."""
    after = replace(council, **told)
    worked_out = ("count", "facts", "summary")
    after.__dict__.update((name, value) for name, value in vars(council).items() if name in worked_out)
    return after


def _show(before: Council | None, after: Council) -> Council:
    """Keep the last standing while a hold on the council or its wards lasts, and let it go with the hold."""
    if not freezes(after.book.holds()):
        return replace(after, shown=None)
    if after.shown is not None or before is None:
        return after
    return replace(after, shown=before.standing(version=1))


def _takes_back(before: Count, after: Count, event: InputEvent) -> bool:
    """Whether the event replaced or took back something that counted, so that another value is a correction."""
    if isinstance(event, (CouncilOpened, Review)):
        return True
    if isinstance(event, (AdministrationFormed, MayorDeclared, SeatChanged, StageDeclared)):
        return event.reason is not None
    return any(after.declared.get(ward) is not declared for ward, declared in before.declared.items())


def _headline(
    count: Count, event: InputEvent, news: News, n: int, language: Language
) -> tuple[Headline, str]:
    council_map, fact = count.map, news.fact
    reason = getattr(event, "reason", None) if news.action in ("corrected", "withdrawn") else None
    reason = reason if reason in language.reasons else None
    told = tell(news, count, language, reason)
    headline = Headline(
        **claimed(news),
        id=headline_id(council_map.mode, council_map.election, council_map.council, news.key, event.id),
        n=n,
        council=council_map.council,
        council_name=council_map.name,
        election=council_map.election,
        mode=council_map.mode,
        seats=count.sums(),
        causes=(event.id,),
        reason=reason,
        proof=control.prove(count, fact.proves.claim, fact.proves.party) if fact and fact.proves else None,
        text=told.text,
        language=told.language,
        template=told.template,
        declared_at=event.declared_at,
        reported_at=event.reported_at,
    )
    return headline, told.plain
