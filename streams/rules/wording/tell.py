"""News in words: the sentence of a fact, and what marks a correction or withdrawal."""

from dataclasses import dataclass

from schemas.event import ReasonCode
from streams.rules.count import Count
from streams.rules.facts.fact import Fact
from streams.rules.language import Language
from streams.rules.said import News
from streams.rules.wording.speaker import Slots, Speaker
from streams.rules.wording.table import SLOTS


@dataclass(frozen=True, slots=True)
class Told:
    """News in words: the ``plain`` sentence, the ``text`` that readers see, template and version, and the language."""

    plain: str
    text: str
    template: str
    language: str


def slots(fact: Fact, count: Count, language: Language) -> Slots:
    """All slots that the templates of this fact's type may use."""
    speaker = Speaker(count, language)
    return speaker.general() | SLOTS[fact.type](speaker, fact)


def tell(news: News, count: Count, language: Language, reason: ReasonCode | None) -> Told:
    """The sentence of a piece of news; a correction or withdrawal is marked as one, with its reason.

    A type that the language has no template for is told in the language that stands in for it.
    """
    while news.type not in language.templates and language.otherwise is not None:
        language = language.otherwise
    version, template = language.templates[news.type]
    if news.fact is not None:
        plain = template.format_map(slots(news.fact, count, language))
    elif news.type == "COUNCIL_REOPENED":
        plain = template.format(council=count.map.name)
    else:
        plain = news.was.text if news.was is not None else ""
    text = plain
    if news.action in ("corrected", "withdrawn"):
        why = language.phrase("reason", reason=language.reasons[reason]) if reason else ""
        was = news.was
        # A result that is open again is said as what it is: marked as withdrawn it would read as its opposite.
        kind = "corrected" if news.type == "COUNCIL_REOPENED" else news.action
        if news.action == "corrected" and was is not None and was.type != news.type:
            # Another kind of claim: without the old one, a reader could not tell what is no longer so.
            text = language.phrase("corrected_from", reason=why, text=plain, was=was.text)
        else:
            text = language.phrase(kind, reason=why, text=plain)
    return Told(plain, text, f"{news.type}/{version}", language.code)
