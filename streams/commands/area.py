"""`results area`: what is held in a county, region, nation or the whole feed, and how it is held and let go."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from schemas.area import AreaHeld, AreaReleased, AreaReview, Board
    from streams.settings import Settings

    Said = AreaHeld | AreaReleased | AreaReview

area = typer.Typer(
    help="Areas: what is held back there; hold, release, review. Councils are held at the desk.",
    no_args_is_help=True,
)

Area = Annotated[str, typer.Argument(metavar="AREA", help="Its name or id: Kent, england, feed.")]
By = Annotated[str, typer.Option("--by", help="Who decides; stands in the log.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; stands in the log, and readers never see it.")]
#: What a hold on it, a release and a review have in common.
Fields = dict[str, Any]


@area.command("list")
def show() -> None:
    """List areas, how far each is, and what is held there."""
    from streams.settings import settings

    for board in asyncio.run(_boards(settings())).values():
        wards = f"{board.wards_declared} of {board.wards_expected} wards"
        typer.echo(f"{board.slug}  {board.name} ({board.kind})  {wards}{'  HELD' if board.holds else ''}")
        for hold in board.holds:
            typer.echo(f"    {hold.hold}  {hold.scope}  by {hold.by}: {hold.reason}")


@area.command()
def hold(
    name: Area,
    by: By,
    reason: Reason,
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", help="Hold only this type of headline; may be given several times."),
    ] = None,
) -> None:
    """Hold an area's headlines and its board back, from the next record on. Withdrawals are never held."""
    from schemas.area import AreaHeld

    types = tuple(_type(each) for each in kind or ())

    def held(board: "Board", given: Fields) -> AreaHeld:
        # To the microsecond: two editors that hold one area in the same second must not share an id.
        id = f"{board.slug}:hold-{given['declared_at'].at:%Y%m%dT%H%M%S%f}"
        scope = "types" if types else "area"
        return AreaHeld.model_validate(given | {"type": "AreaHeld", "id": id, "scope": scope, "types": types})

    sent = asyncio.run(_say(name, by, reason, held))
    typer.echo(f"Held as {sent.id}. It ends with `results area release {name} {sent.id}`.")


@area.command()
def release(
    name: Area,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id; `results area list` shows it.")],
    by: By,
    reason: Reason,
) -> None:
    """End a hold. What became certain meanwhile is said then."""
    from schemas.area import AreaReleased

    def released(board: "Board", given: Fields) -> AreaReleased:
        if hold not in {found.hold for found in board.holds}:
            raise Trouble(f"{board.name} has no open hold {hold}: `results area list` shows what is held.")
        more = {"type": "AreaReleased", "id": f"{hold}-released", "hold": hold}
        return AreaReleased.model_validate(given | more)

    sent = asyncio.run(_say(name, by, reason, released))
    typer.echo(f"Released as {sent.id}.")


@area.command()
def review(name: Area, by: By, reason: Reason) -> None:
    """Work out again what holds of an area, with the rules of now, and say what differs."""
    from schemas.area import AreaReview

    def reviewed(board: "Board", given: Fields) -> AreaReview:
        id = f"{board.slug}:review-{given['declared_at'].at:%Y%m%dT%H%M%S%f}"
        return AreaReview.model_validate(given | {"type": "AreaReview", "id": id})

    sent = asyncio.run(_say(name, by, reason, reviewed))
    typer.echo(f"Review sent as {sent.id}.")


async def _say(name: str, by: str, reason: str, write: "Callable[[Board, Fields], Said]") -> "Said":
    from pydantic import ValidationError

    from schemas import topics
    from schemas.cloudevents import area_headers
    from schemas.event import Moment
    from streams.clients import producer
    from streams.settings import settings

    these = settings()
    board = _one(await _boards(these), name)
    given: Fields = {
        "schema_version": 1,
        "mode": these.mode,
        "election": board.election,
        "area": board.slug,
        "declared_at": Moment(at=datetime.now(UTC), basis="reported"),
        "producer": "Desk",
        "by": by,
        "reason": reason,
    }
    try:
        event = write(board, given)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        raise Trouble(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.") from None
    topic = topics.contributions(these.mode)
    async with producer(these, topic) as client:
        value = event.model_dump_json().encode()
        await client.send_and_wait(topic, value, key=event.key.encode(), headers=list(area_headers(event)))
    return event


async def _boards(settings: "Settings") -> "dict[str, Board]":
    """The highest version of every area's board, by the area's id."""
    from results_client.reading import read
    from schemas import topics
    from schemas.area import Board
    from streams.clients import lying

    found: dict[str, Board] = {}
    async for record in lying(settings, topics.boards(settings.mode)):
        board = read(Board, record.value)
        if board.area not in found or found[board.area].version < board.version:
            found[board.area] = board
    return dict(sorted(found.items()))


def _one(boards: "dict[str, Board]", name: str) -> "Board":
    asked = name.casefold()
    found = [board for board in boards.values() if asked in (board.area, board.slug, board.name.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(board.area for board in found)
        raise Trouble(f"{name} polls in {len(found)} elections: give one of {ids}.")
    there = (
        ", ".join(board.name for board in boards.values()) or "none yet, for no council has given anything"
    )
    raise Trouble(f"There is no area {name!r}. Areas with a board: {there}.")


def _type(name: str) -> str:
    from schemas.headline import HeadlineType

    types = get_args(HeadlineType)
    asked = name.upper()
    if asked in types:
        return asked
    near = ", ".join(get_close_matches(asked, types, 3, 0.4))
    raise Trouble(
        f"There is no type {name}{f' (near it: {near})' if near else ''}: docs/catalogue.md has all."
    )
