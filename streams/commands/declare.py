"""`results declare` and `results open`: events from files, shown first, and sent under their council's key."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from schemas.reading import InputEvent
    from streams.intake.files.declarations import Sender
    from streams.intake.known import Known

Lines = Annotated[str, typer.Argument(metavar="FILE", help="Events as JSON lines; - is standard input.")]
Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="JSON lines or CSV; - is standard input, a folder is watched for new files."
    ),
]
LOOK_SECONDS = 1.0


def declare(
    file: Source,
    send: Annotated[bool, typer.Option("--send", help="Send them. Without it, they are only shown.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Standard input is CSV, not JSON lines.")] = False,
    producer: Annotated[str, typer.Option(help="Who sends a CSV file.")] = "Files",
    source: Annotated[
        str, typer.Option(help="On whose word, where a CSV file does not say.")
    ] = "Returning officer",
    tier: Annotated[
        int,
        typer.Option(
            min=1, max=2, help="1: the returning officer or the council; 2: a reporter at the count."
        ),
    ] = 2,
) -> None:
    """Show what events in a file would do, and send them with --send: declarations, corrections, holds …

    Each is checked first. One that fails is reported and left out, and the others are sent.
    """
    asyncio.run(_declare(file, send, csv, (producer, source, tier)))


def open_councils(file: Lines) -> None:
    """Open councils: send their maps, which must come before their first declaration."""
    asyncio.run(_open(file))


async def _declare(file: str, send: bool, csv: bool, said: tuple[str, str, int]) -> None:
    from streams.intake.files.declarations import Sender
    from streams.intake.following import read_once
    from streams.settings import settings

    these = settings()
    known = await read_once(these)
    sender = Sender(*said, these.mode)
    if _is_folder(file):
        await _watch(Path(file), known, sender, send)
        return
    refused = await _file(file, known, sender, send, csv)
    if refused:
        raise typer.Exit(2)


async def _watch(folder: Path, known: "Known", sender: "Sender", send: bool) -> None:
    """Take each file once it has stopped growing; a changed one is taken again, and what is there already is left."""
    typer.echo(f"Watching {folder} for files that end in .csv or .jsonl; Ctrl-C ends it.")
    taken: dict[Path, tuple[int, int]] = {}
    before: dict[Path, tuple[int, int]] = {}
    while True:
        now = _files(folder)
        for path, stamp in now.items():
            if before.get(path) == stamp and taken.get(path) != stamp:
                taken[path] = stamp
                try:
                    await _file(str(path), known, sender, send, False)
                except Trouble as trouble:
                    typer.echo(str(trouble), err=True)
        before = now
        await asyncio.sleep(LOOK_SECONDS)


def _is_folder(name: str) -> bool:
    return Path(name).is_dir()


def _files(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: _stamp(path) for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".jsonl")}


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size


async def _file(file: str, known: "Known", sender: "Sender", send: bool, csv: bool) -> int:
    from schemas import topics
    from schemas.cloudevents import event_headers
    from streams.clients import producer
    from streams.intake.files.plan import plan
    from streams.settings import settings

    these = settings()
    topic = topics.declarations(these.mode)
    sent = refused = there = 0
    async with producer(these, topic) as client:
        async for place, found in _events(file, known, sender, csv):
            if isinstance(found, Trouble):
                refused += 1
                typer.echo(f"{place}: {found}", err=True)
                continue
            event, value = found
            planned = plan(event, known, datetime.now(UTC))
            typer.echo(f"{place}: {planned}")
            there += planned.verdict == "there already"
            if send:
                await client.send_and_wait(
                    topic, value, key=event.council.encode(), headers=list(event_headers(event))
                )
                sent += 1
            known.take(event)
    if send:
        typer.echo(f"{sent} sent to {topic}, {refused} refused.")
    else:
        typer.echo(f"Nothing was sent, {refused} refused, {there} there already. Send with --send.")
    return refused


async def _events(
    file: str, known: "Known", sender: "Sender", csv: bool
) -> "AsyncIterator[tuple[str, tuple[InputEvent, bytes] | Trouble]]":
    from streams.commands.lines import as_they_come, lines
    from streams.intake.files.declarations import event_of
    from streams.intake.files.layouts import read_rows
    from streams.signing import canonical

    if not (csv or file.endswith(".csv")):
        async for place, line in as_they_come(file):
            try:
                yield place, (checked(line, sender.mode, False), line)
            except Trouble as trouble:
                yield place, trouble
        return
    name = "standard input" if file == "-" else file
    text = [line.decode("utf-8-sig", "replace") + "\n" for _, line in lines(file)]
    try:
        for written in read_rows(text):
            try:
                event = event_of(written, known, sender)
            except Trouble as trouble:
                yield f"{name}, line {written.line}", trouble
            else:
                yield f"{name}, line {written.line}", (event, canonical(event))
    except Trouble as trouble:
        yield name, trouble


async def _open(file: str) -> None:
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
                event = checked(line, these.mode, True)
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


def checked(line: bytes, mode: str, maps_only: bool) -> "InputEvent":
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
