"""`results watch`: headlines as they come."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from schemas.headline import Headline

Filter = list[str] | None


def watch(
    council: Annotated[
        Filter, typer.Option("--council", "-c", help="Only this council: its name or id. May be repeated.")
    ] = None,
    type: Annotated[
        Filter, typer.Option("--type", "-t", help="Only this type, e.g. CONTROL_GAIN. May be repeated.")
    ] = None,
    priority: Annotated[
        str, typer.Option("--priority", "-p", help="Only these: F flash, U urgent, R routine, B background.")
    ] = "FURB",
    new: Annotated[bool, typer.Option("--new", help="Leave out what was said before now.")] = False,
    raw: Annotated[bool, typer.Option("--json", help="Whole headlines as JSON lines, unchanged.")] = False,
) -> None:
    """Print headlines from the topic, from the first one on, as they come. Ctrl-C ends it."""
    asyncio.run(_watch(council or [], type or [], priority.upper(), new, raw))


async def _watch(councils: list[str], types: list[str], priorities: str, new: bool, raw: bool) -> None:
    import sys

    from rich.console import Console

    from schemas import topics
    from schemas.headline import Headline
    from streams.clients import reader
    from streams.commands.look import spoken
    from streams.settings import settings

    these = settings()
    console = Console(highlight=False, soft_wrap=True)
    async with reader(these, topics.headlines(these.mode), start="latest" if new else "earliest") as client:
        async for record in client:
            headline = Headline.model_validate_json(record.value)
            if not wanted(headline, councils, types, priorities):
                continue
            if raw:
                sys.stdout.buffer.write(record.value + b"\n")
                sys.stdout.buffer.flush()
            else:
                console.print(spoken(headline))


def wanted(headline: "Headline", councils: list[str], types: list[str], priorities: str) -> bool:
    """Whether a headline passes all filters; an empty filter lets everything through."""
    named = (headline.key.lower(), headline.name.lower())
    return (
        headline.priority in priorities
        and (not councils or any(council.lower() in named for council in councils))
        and (not types or headline.type in {type.upper() for type in types})
    )
