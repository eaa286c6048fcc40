"""A night performed on a stage: declarations go in, what is said comes out and is shown, until all is in."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live

from schemas import topics
from schemas.headline import Headline
from streams.app import AREA, COUNCIL
from streams.clients import producer
from streams.commands.board import Board, councils
from streams.commands.listening import judged, listening
from streams.commands.look import spoken
from streams.commands.stage import Stage
from streams.rehearsal.night import Night
from streams.rehearsal.replay import Progress, replay

FRAME_SECONDS = 0.25
PLAIN_WIDTH = 122


class Show(Protocol):
    """Whoever watches."""

    def headline(self, headline: Headline) -> None: ...

    def frame(self) -> None: ...


async def perform(
    stage: Stage, night: Night, *, speed: float | None, seed: int | None, end: bool, out: Path | None
) -> None:
    """Replay a night and show it. With ``end`` return when all is in; otherwise stay until interrupted."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    board = _board(night)
    note = "replay, as fast as it goes" if speed is None else f"replay, {speed:g} times as fast"
    declarations = topics.declarations(stage.settings.mode)
    async with listening(stage.settings) as listener, producer(stage.settings, declarations) as client:
        sender = _Remembering(client)

        async def play() -> None:
            await stage.ready()
            board.note = note
            await replay(night, sender, "replay", speed=speed, seed=seed, progress=lambda p: _tick(board, p))
            group = stage.settings.group
            await judged(stage.settings, group(COUNCIL), declarations, sender.ends)
            given = topics.contributions(stage.settings.mode)
            await judged(stage.settings, group(AREA), given, await listener.ends(given))

        playing = asyncio.create_task(play())
        try:
            with _shown(board, console) as show:
                while True:
                    stage.check()
                    all_judged = playing.done() and playing.result() is None
                    heard = await listener.hear()
                    for headline in filter(board.hear, heard):
                        show.headline(headline)
                    show.frame()
                    if all_judged and not heard and await listener.at_end():
                        board.note = "all is in; Ctrl-C ends"
                        if end:
                            break
        finally:
            playing.cancel()
            if out is not None:
                listener.write(out)
    console.print(councils(sorted(board.standings.values(), key=lambda standing: standing.name)))
    console.print(board.summary())


class _Remembering:
    """A producer that remembers where each partition ends after its last record."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.ends: dict[int, int] = {}

    async def send_and_wait(
        self, topic: str, value: bytes, key: bytes, *, headers: list[tuple[str, bytes]]
    ) -> Any:
        lies = await self._client.send_and_wait(topic, value, key, headers=headers)
        self.ends[lies.partition] = lies.offset + 1
        return lies


class _Lines:
    """Headlines as plain lines, for a pipe or a file."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def headline(self, headline: Headline) -> None:
        self._console.print(spoken(headline), soft_wrap=True)

    def frame(self) -> None:
        pass


class _Screen:
    """The board on the whole terminal, redrawn a few times a second."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._drawn = 0.0

    def headline(self, headline: Headline) -> None:
        pass

    def frame(self) -> None:
        now = time.monotonic()
        if now - self._drawn >= FRAME_SECONDS:
            self._drawn = now
            self._live.refresh()


@contextmanager
def _shown(board: Board, console: Console) -> Iterator[Show]:
    if not console.is_terminal:
        yield _Lines(console)
        return
    with Live(board, console=console, screen=True, auto_refresh=False) as live:
        yield _Screen(live)


def _board(night: Night) -> Board:
    return Board(
        title=night.about.title,
        expected={
            council.council: sum(w.state != "unopposed" for w in council.wards) for council in night.maps
        },
        note="the worker is starting",
    )


def _tick(board: Board, progress: Progress) -> None:
    board.clock = progress.event.declared_at.at
