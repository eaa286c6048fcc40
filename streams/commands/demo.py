"""`results demo`: a real night in one process tree, with nothing else to install."""

import asyncio
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.pace import Seed, Speed, read_speed
from streams.trouble import Trouble


def demo(
    speed: Speed = "120",
    end: Annotated[
        bool, typer.Option("--exit", help="End when all is in, with the final table. No page is served then.")
    ] = False,
    seed: Seed = None,
    night: Annotated[
        str,
        typer.Option("--night", metavar="DIR", help="Another night's folder; docs/nights.md describes it."),
    ] = "south-east-2023",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write what was said, as it stands on the topics, as JSON lines."
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="Where the demo's broker listens on this machine; 0: any free port."
        ),
    ] = 9092,
    page_port: Annotated[
        int,
        typer.Option("--page", min=1, max=65535, help="Port of the page; not used with --exit."),
    ] = 8500,
) -> None:
    """Replay a night: broker, topics, workers, declarations; councils and headlines as they come, and its page.

    Everything stays on this machine, and in memory. Ctrl-C ends it all.
    """
    from streams.commands.nights import chosen
    from streams.commands.performance import perform
    from streams.commands.showing import page
    from streams.commands.stage import stage

    factor = read_speed(speed)
    script = chosen(night)
    folder = Path(tempfile.mkdtemp(prefix="results-demo-"))
    keep = False
    try:
        with stage(port or None, folder) as running, ExitStack() as stack:
            if not end:
                address = stack.enter_context(page(running.settings, page_port, folder))
                typer.echo(f"The page is at {address}")
                if sys.stdout.isatty():  # the board takes the whole screen, so its title says it too
                    about = script.about.model_copy(update={"title": f"{script.about.title}: {address}"})
                    script = replace(script, about=about)
            asyncio.run(perform(running, script, speed=factor, seed=seed, end=end, out=out))
    except Trouble:
        keep = any(folder.iterdir())  # a worker's log, which the sentence names
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
