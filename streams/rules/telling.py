"""What becomes of a difference: its headlines, numbered and named, and what is remembered of them."""

import hashlib
from collections.abc import Callable
from typing import Any

from schemas.headline import Headline
from streams.rules.facts.fact import Fact
from streams.rules.said import Difference, Ledger, News, Said

#: Raised whenever a rule or a sentence changes, so that rows and headlines say by which rules they were written.
RULES_VERSION = 2

#: Writes one piece of news as the headline of a number; with its words free of "Correction" and the like.
Write = Callable[[News, int], tuple[Headline, str]]


def tell_all(
    ledger: Ledger, found: Difference, said: int, write: Write
) -> tuple[tuple[Headline, ...], Ledger]:
    """The headlines of a difference, numbered from ``said`` on, and the ledger once they are said."""
    after = {key: told for key, told in ledger.items() if key not in found.lapsed}
    headlines = []
    for n, news in enumerate(found.news, start=said + 1):
        headline, plain = write(news, n)
        headlines.append(headline)
        after.pop(news.key, None)
        if news.fact is not None:
            after[news.key] = _remember(headline, news.fact, plain)
    return tuple(headlines), after


def claimed(news: News) -> dict[str, Any]:
    """The fields of a headline that come from its news alone, whoever it speaks of."""
    fact, was = news.fact, news.was
    source: Fact | Said = fact if fact is not None else was  # type: ignore[assignment]
    return {
        "action": news.action,
        "type": news.type,
        "priority": source.priority,
        "fact": news.key,
        "story": news.story,
        "bases": dict(source.bases),
        "supersedes": news.supersedes,
        "value": fact.value if fact is not None else was.value if was is not None else {},
        "was": was.value if was is not None else None,
        "confidence": source.confidence,
        "rules_version": RULES_VERSION,
    }


def headline_id(mode: str, election: str, key: str, fact: str, cause: str) -> str:
    """The id of a headline, derived and never drawn: the same cause says the same fact under the same id."""
    return hashlib.sha256("\x1f".join((mode, election, key, fact, cause)).encode()).hexdigest()[:32]


def _remember(headline: Headline, fact: Fact, plain: str) -> Said:
    return Said(
        id=headline.id,
        type=fact.type,
        story=fact.story,
        value=fact.value,
        text=plain,
        priority=fact.priority,
        lapses=fact.lapses,
        confidence=fact.confidence,
        bases=fact.bases,
    )
