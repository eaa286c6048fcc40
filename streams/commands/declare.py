"""`results declare` and `results open`: events, checked and sent under their council's key."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from schemas.event import Event

Lines = Annotated[str, typer.Argument(metavar="FILE", help="Events as JSON lines; - is standard input.")]


def declare(file: Lines) -> None:
    """Send events: declarations, corrections, withdrawals, changed polls, holds.

    Each line is checked first. One that fails is reported and left out, and the others are sent.
    """
    asyncio.run(_send(file, maps_only=False))


def open_councils(file: Lines) -> None:
    """Open councils: send their maps, which must come before their first declaration."""
    asyncio.run(_send(file, maps_only=True))


async def _send(file: str, maps_only: bool) -> None:
    from schemas import topics
    from schemas.cloudevents import event_headers
    from streams.clients import producer
    from streams.commands.lines import as_they_come
    from streams.settings import settings

    these = settings()
    topic = topics.declarations(these.mode)
    sent = refused = 0
    async with producer(these, topic) as client:
        async for place, line in as_they_come(file):
            try:
                event = checked(line, these.mode, maps_only)
            except Trouble as trouble:
                refused += 1
                typer.echo(f"{place}: {trouble}", err=True)
                continue
            await client.send_and_wait(
                topic, line, key=event.council.encode(), headers=list(event_headers(event))
            )
            sent += 1
    typer.echo(f"{sent} sent to {topic}, {refused} refused.")
    if refused:
        raise typer.Exit(2)


def checked(line: bytes, mode: str, maps_only: bool) -> "Event":
    """Return the event in a line; raises ``Trouble`` with what is wrong with it."""
    from schemas.council import CouncilOpened
    from schemas.reading import Unreadable, read

    try:
        event = read(line)
    except Unreadable as refused:
        raise Trouble(f"{refused.sentence} ({refused.reason}).") from None
    if event.mode != mode:
        raise Trouble(f"the event is for mode {event.mode}, this feed is {mode} (RESULTS_MODE).")
    if maps_only and not isinstance(event, CouncilOpened):
        raise Trouble(f"a {event.type} opens no council; send it with `results declare`.")
    return event
