"""`results watch`: headlines as they come."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from schemas.headline import Headline

Filter = list[str] | None


def watch(
    council: Annotated[
        Filter, typer.Option("--council", "-c", help="Only this council: its name or id. May be repeated.")
    ] = None,
    area: Annotated[
        Filter,
        typer.Option(
            "--area", "-a", help="Only this county, region or nation: its name or id. May be repeated."
        ),
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
    names = Named(tuple(council or ()), tuple(area or ()))
    asyncio.run(_watch(names, type or [], priority.upper(), new, raw))


async def _watch(names: "Named", types: list[str], priorities: str, new: bool, raw: bool) -> None:
    import sys

    from rich.console import Console

    from results_client.reading import LaterVersion, read_headline
    from schemas import topics
    from streams.clients import reader
    from streams.commands.look import spoken
    from streams.settings import settings
    from streams.trouble import Trouble

    these = settings()
    console = Console(highlight=False, soft_wrap=True)
    async with reader(these, topics.headlines(these.mode), start="latest" if new else "earliest") as client:
        async for record in client:
            try:
                headline = read_headline(record.value)
            except LaterVersion as later:
                raise Trouble(f"{record.topic}-{record.partition}, offset {record.offset}: {later}") from None
            if not wanted(headline, names, types, priorities):
                continue
            if raw:
                sys.stdout.buffer.write(record.value + b"\n")
                sys.stdout.buffer.flush()
            else:
                console.print(spoken(headline))


@dataclass(frozen=True, slots=True)
class Named:
    """Councils and areas that are asked for, by name or id; none of either: all of both."""

    councils: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    def have(self, headline: "Headline") -> bool:
        """Whether a headline speaks of one of them."""
        if not self.councils and not self.areas:
            return True
        known = {headline.key.lower(), headline.key.partition("@")[0].lower(), headline.name.lower()}
        asked = self.councils if headline.area is None else self.areas
        return any(name.lower() in known for name in asked)


def wanted(headline: "Headline", names: Named, types: list[str], priorities: str) -> bool:
    """Whether a headline passes all filters; an empty filter lets everything through."""
    return (
        headline.priority in priorities
        and names.have(headline)
        and (not types or headline.type in {type.upper() for type in types})
    )
