"""One area, one event: enter it in the roll, sum up, and say the difference. The whole of what the area agent asks."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from schemas.area import AreaEvent, AreaReview, Board, Contribution
from schemas.event import ReasonCode
from schemas.headline import Headline, HeadlineType
from streams.rules.admission import Refusal
from streams.rules.area import board
from streams.rules.area.english import ENGLISH_AREAS
from streams.rules.area.facts.table import facts
from streams.rules.area.roll import Roll, Verdict, enter
from streams.rules.area.totals import Totals
from streams.rules.area.wording import tell
from streams.rules.facts.fact import Fact
from streams.rules.language import Language
from streams.rules.said import Ledger, News, difference
from streams.rules.telling import RULES_VERSION, claimed, headline_id, tell_all

#: Types that give each other away: a hold on one of them holds all of its group.
_TELL_EACH_OTHER: tuple[frozenset[HeadlineType], ...] = (
    frozenset({"NTH_GAIN", "STREAK", "COUNCILS_CONTROLLED"}),
    frozenset(
        {
            "COUNTY_ROLLUP",
            "REGION_ROLLUP",
            "NATION_ROLLUP",
            "FEED_ROLLUP",
            "ROLLUP_BY_FAMILY",
            "NET_CHANGE",
            "NET_CHANGE_LEADER",
            "MILESTONE",
        }
    ),
)


@dataclass(frozen=True)
class AreaState:
    """Everything that is remembered of an area: its roll, what was said, and how many headlines that took.

    ``shown`` is the board as it was when a hold on the area began; None while there is no hold.
    """

    roll: Roll = field(default_factory=Roll)
    ledger: Ledger = field(default_factory=dict)
    n: int = 0
    shown: Board | None = None

    @cached_property
    def totals(self) -> Totals:
        """The totals of the roll."""
        return Totals(self.roll)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """What holds."""
        return facts(self.totals)

    def board(self, version: int) -> Board:
        """The board to publish as ``version``: the last one shown while the area is held."""
        if self.shown is not None:
            holds = board.holds(self.roll.holds())
            return self.shown.model_copy(update={"version": version, "held": True, "holds": holds})
        return board.write(self.totals, n=self.n, version=version, rules_version=RULES_VERSION)


@dataclass(frozen=True, slots=True)
class AreaTaken:
    """What an event led to. ``state`` is None when nothing changed; then ``refusal`` may say why."""

    verdict: Verdict | Literal["unknown-area"]
    state: AreaState | None = None
    headlines: tuple[Headline, ...] = ()
    refusal: Refusal | None = None


def take(state: AreaState | None, event: AreaEvent, language: Language = ENGLISH_AREAS) -> AreaTaken:
    """Take one event of the area. The same state and event always give the same result."""
    if state is None and not isinstance(event, Contribution):
        sentence = (
            f"no council has named the area {event.area}: send a map that names it first, then this again"
        )
        return AreaTaken("unknown-area", refusal=Refusal("unknown-area", sentence, "area"))
    before = state if state is not None else AreaState()
    entered = enter(before.roll, event)
    if entered.verdict != "new":
        return AreaTaken(entered.verdict, refusal=entered.refusal)
    after = replace(before, roll=entered.roll, shown=_shown(state, entered.roll))
    if _same_changes(before, after, event):
        after.totals.__dict__["shifts"] = before.totals.shifts
    return _say(before, after, event, language)


def _same_changes(before: AreaState, after: AreaState, event: AreaEvent) -> bool:
    """Whether an event leaves all figures of change as they were, as most do: only final councils have any."""
    if not isinstance(event, Contribution) or event.council not in before.roll.councils:
        return False
    was, now = before.roll.councils[event.council].summary, event.summary
    if was is None or now is None or was.final != now.final or was.changes != now.changes:
        return False
    return before.totals.families == after.totals.families


def _shown(before: AreaState | None, roll: Roll) -> Board | None:
    """Keep the last board while a hold on anything in the area lasts: a board tells all that its headlines do."""
    if not roll.holds() or before is None:
        return None
    return before.shown if before.shown is not None else before.board(version=1)


def _say(before: AreaState, after: AreaState, event: AreaEvent, language: Language) -> AreaTaken:
    found = difference(
        after.ledger,
        after.facts,
        corrective=isinstance(event, AreaReview) or (isinstance(event, Contribution) and event.corrective),
        held=_held(after.roll),
        before=lambda: before.facts if before.roll.councils else {},
    )
    headlines, ledger = tell_all(
        after.ledger, found, after.n, lambda news, n: _headline(after.totals, event, news, n, language)
    )
    return AreaTaken("new", _with(after, ledger=ledger, n=after.n + len(headlines)), headlines)


def _with(state: AreaState, **told: Any) -> AreaState:
    """The area with what was told since; what was worked out of its roll is kept, for that is the same."""
    after = replace(state, **told)
    after.__dict__.update((name, value) for name, value in vars(state).items() if name in ("totals", "facts"))
    return after


@dataclass(frozen=True, slots=True)
class _Held:
    everything: bool
    types: frozenset[HeadlineType]

    def __call__(self, kind: HeadlineType) -> bool:
        return self.everything or kind in self.types


def _held(roll: Roll) -> _Held:
    holds = roll.holds()
    types: set[HeadlineType] = {kind for hold in holds for kind in hold.types}
    for group in _TELL_EACH_OTHER:
        if types & group:
            types |= group
    return _Held(any(hold.scope == "area" for hold in holds), frozenset(types))


def _headline(
    totals: Totals, event: AreaEvent, news: News, n: int, language: Language
) -> tuple[Headline, str]:
    given = totals.roll.named_by
    reason: ReasonCode | None = None
    if news.action in ("corrected", "withdrawn") and isinstance(event, Contribution):
        reason = event.reason
    told = tell(news, totals, language, reason)
    cause = event.cause if isinstance(event, Contribution) else event.id
    headline = Headline(
        **claimed(news),
        id=headline_id(given.mode, given.election, given.key, news.key, _given_as(event, cause)),
        n=n,
        area=given.key,
        area_name=totals.area.name,
        election=given.election,
        mode=given.mode,
        seats=totals.sums,
        causes=(cause,),
        reason=reason,
        proof=None,
        text=told.text,
        language=told.language,
        template=told.template,
        declared_at=event.declared_at,
        reported_at=event.reported_at,
    )
    return headline, told.plain


def _given_as(event: AreaEvent, cause: str) -> str:
    """The cause as an id takes it: a council counted anew by later rules gives the same cause to its areas again."""
    return f"{cause}\x1f{event.rules_version}" if isinstance(event, Contribution) else cause
