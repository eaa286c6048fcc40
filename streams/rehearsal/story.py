"""The night as it is told, event by event, and what contradicts what was told before or the map in force."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from schemas.council import CouncilOpened, Ward
from schemas.declaration import PollChanged, Result, WardDeclared
from schemas.desk import Released
from streams.rehearsal.lines import Placed
from streams.rehearsal.mistakes import Mistake
from streams.rules.admission import close_of_polls, refuse
from streams.rules.book import subject
from streams.rules.fit import misfit
from streams.rules.ground import lay_out


@dataclass(slots=True)
class Story:
    """The night as it is told so far: maps in force, polls called off, what was said about what, and by which line."""

    election: str | None
    unread: set[str]
    maps: dict[str, CouncilOpened] = field(default_factory=dict)
    ids: dict[str, Placed] = field(default_factory=dict)
    subjects: dict[tuple[str, tuple[str, str], int], Placed] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    latest: Placed | None = None


def told_wrong(story: Story, placed: Placed) -> Iterator[Mistake]:
    """Everything that is wrong with one more event of the night, which is taken into the story."""
    event = placed.event
    yield from _repeated(story, placed)
    if story.election is not None and event.election != story.election:
        yield placed.wrong("election", f"{event.election} where the night is {story.election}")
    refusal = refuse(event, "replay")
    if refusal is not None and refusal.field != "declared_at.at":
        yield placed.wrong(refusal.field, refusal.sentence)
    yield from _out_of_time(story, placed)
    if isinstance(event, CouncilOpened):
        yield from _mapped(story, placed, event)
    elif event.council in story.maps:
        yield from _unfit(story, placed, story.maps[event.council])
    elif event.council not in story.unread:
        yield placed.wrong("council", f"{event.council} has no map before this line; add one to maps.jsonl")


def _repeated(story: Story, placed: Placed) -> Iterator[Mistake]:
    event = placed.event
    about, revision = subject(event)
    before = story.ids.setdefault(event.id, placed)
    if before is not placed:
        yield placed.wrong("id", f"{event.id} is also the id of {before.file}:{before.line}")
    known = story.subjects.setdefault((event.council, about, revision), placed)
    if known is not placed and before is placed:
        what = "version" if about[0] == "map" else "revision"
        yield placed.wrong(what, f"{what} {revision} of the same subject stands in {known.file}:{known.line}")
    supersedes = getattr(event, "supersedes", None)
    if supersedes is not None and supersedes not in story.ids:
        yield placed.wrong("supersedes", f"no earlier event has the id {supersedes}")
    if isinstance(event, Released) and ("hold", event.hold) not in {
        key[1] for key in story.subjects if key[0] == event.council
    }:
        yield placed.wrong("hold", f"no earlier event of {event.council} is a hold with the id {event.hold}")


def _out_of_time(story: Story, placed: Placed) -> Iterator[Mistake]:
    at = placed.event.declared_at.at
    opened = story.maps.get(placed.event.council)
    if opened is not None and at < opened.declared_at.at and not isinstance(placed.event, CouncilOpened):
        yield placed.wrong(
            "declared_at.at", f"{_said(at)} lies before the council's map of {_said(opened.declared_at.at)}"
        )
    before = story.latest
    if before is not None and before.file == placed.file and at < before.event.declared_at.at:
        yield placed.wrong(
            "declared_at.at",
            f"{_said(at)} lies before the {_said(before.event.declared_at.at)} of line {before.line}: "
            "events are in order of arrival",
        )
    if before is None or before.file != placed.file or at >= before.event.declared_at.at:
        story.latest = placed


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _mapped(story: Story, placed: Placed, event: CouncilOpened) -> Iterator[Mistake]:
    before = story.maps.get(event.council)
    if before is None:
        if event.version != 1:
            yield placed.wrong(
                "version", f"the first map of {event.council} is version {event.version}, not 1"
            )
        story.maps[event.council] = event
    elif event.version > before.version:
        story.maps[event.council] = event


def _unfit(story: Story, placed: Placed, council_map: CouncilOpened) -> Iterator[Mistake]:
    """What does not fit the map in force: all that can be told apart, else what the rules of the count say."""
    event = placed.event
    found = list(_declared(placed, event, council_map)) if isinstance(event, WardDeclared) else []
    if not found:
        refusal = misfit(event, lay_out(council_map), story.off)
        found = [placed.wrong(refusal.field, refusal.sentence)] if refusal else []
    yield from found
    if isinstance(event, PollChanged):
        story.off.discard(event.ward)
        story.off.update({event.ward} if event.state in ("countermanded", "abandoned", "postponed") else ())


def _declared(placed: Placed, event: WardDeclared, council_map: CouncilOpened) -> Iterator[Mistake]:
    ward = next((ward for ward in council_map.wards if ward.id == event.ward), None)
    if ward is None:
        yield placed.wrong(
            "ward", f"{event.ward} is not on version {council_map.version} of the map of {council_map.name}"
        )
        return
    closes = close_of_polls(ward.polls_on.isoformat()) if ward.polls_on else council_map.poll.closes
    if event.declared_at.at < closes:
        yield placed.wrong(
            "declared_at.at",
            f"{_said(event.declared_at.at)} lies before the close of polls, {_said(closes)} (I-02)",
        )
    if not ward.nominations_closed or ward.state in ("unopposed", "under-contested"):
        return
    yield from _nominations(placed, event.results, ward)
    elected = sum(result.elected for result in event.results)
    if elected != ward.seats:
        yield placed.wrong("results", f"{elected} elected in {ward.name}, which fills {ward.seats}")
    electorate = event.electorate or ward.electorate
    for number, result in enumerate(event.results):
        if electorate is not None and (result.votes or 0) > electorate:
            yield placed.wrong(
                f"results.{number}.votes", f"{result.votes} votes from an electorate of {electorate} (I-12)"
            )


def _nominations(placed: Placed, results: Iterable[Result], ward: Ward) -> Iterator[Mistake]:
    nominated = {candidate.id: candidate for candidate in ward.candidates}
    for number, result in enumerate(results):
        candidate = nominated.pop(result.candidate, None)
        if candidate is None:
            yield placed.wrong(
                f"results.{number}.candidate", f"{result.candidate} is not nominated in {ward.name}"
            )
        elif candidate.party != result.party:
            yield placed.wrong(
                f"results.{number}.party",
                f"{candidate.name} stands for {candidate.party}, not {result.party}",
            )
    for candidate in nominated.values():
        yield placed.wrong(
            "results", f"{candidate.name} ({candidate.id}) is nominated in {ward.name} and missing"
        )
