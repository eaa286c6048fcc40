"""`results replay`: a night sent to the broker of the settings, at the pace of the night."""

import asyncio
from typing import Annotated

import typer

from streams.commands.pace import Seed, Speed, read_speed
from streams.trouble import Trouble


def replay(
    night: Annotated[
        str, typer.Argument(help="A night's folder, or the name of one that comes with the feed.")
    ],
    speed: Speed = "1",
    seed: Seed = None,
) -> None:
    """Send a night's maps and declarations, for a rehearsal. Refused in live mode."""
    asyncio.run(_replay(night, read_speed(speed), seed))


async def _replay(name: str, speed: float | None, seed: int | None) -> None:
    from rich.progress import MofNCompleteColumn, Progress, TextColumn

    from schemas import topics
    from streams.clients import producer
    from streams.commands.nights import chosen
    from streams.rehearsal import replay
    from streams.settings import settings

    these = settings()
    if these.mode == "live":
        raise Trouble("A night is never replayed in live mode: set RESULTS_MODE to rehearsal or replay.")
    night = chosen(name)
    topic = topics.declarations(these.mode)
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TextColumn("{task.fields[at]}"))
    async with producer(these, topic) as client:
        with Progress(*columns) as bar:
            task = bar.add_task(night.about.title, total=None, at="")

            def tick(step: replay.Progress) -> None:
                at = step.event.declared_at.at.strftime("%d %b %H:%M UTC")
                bar.update(task, completed=step.sent, total=step.total, at=at)

            sent = await replay.replay(night, client, these.mode, speed=speed, seed=seed, progress=tick)
    typer.echo(f"{sent} events sent to {topic}.")
