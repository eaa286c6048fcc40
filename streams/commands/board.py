"""The board of the night: what it knows, and how that looks in a terminal of any size."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from schemas.headline import Headline
from schemas.rejection import Rejection
from schemas.standing import Standing
from streams.commands.look import LOCAL, columns, party

_BESIDE = 190  # columns from which headlines have room beside the table
_TABLE = 122  # columns that the whole table takes
_HEADLINES_AT_LEAST = 8  # lines
_CLOCK, _BADGE = 13, 8  # columns
_MEASURE = Console(width=200)  # wraps text; nothing is printed on it
_OUTCOME_STYLE = {
    "GAIN": "bold green",
    "HOLD": "bold",
    "LOSE TO NOC": "bold red",
    "NO CHANGE": "",
    "NEW COUNCIL": "bold green",
}


@dataclass(slots=True)
class Board:
    """All that has been heard: one standing per council, the highest version of it; headlines in their order."""

    title: str
    expected: dict[str, int]  # wards by council, as the night's maps have them
    clock: datetime | None = None
    note: str = ""
    standings: dict[str, Standing] = field(default_factory=dict)
    headlines: list[Headline] = field(default_factory=list)
    rejected: int = 0
    parked: int = 0
    started: float = field(default_factory=time.monotonic)
    first_seconds: float | None = None
    _heard: set[str] = field(default_factory=set)
    _changed: dict[str, None] = field(default_factory=dict)

    def hear(self, said: object) -> TypeGuard[Headline]:
        """Take whatever the feed says; whether it was a headline, and a new one."""
        match said:
            case Headline():
                return self.say(said)
            case Standing():
                self.stand(said)
            case Rejection():
                self.refuse(said)
        return False

    def stand(self, standing: Standing) -> None:
        """Take a standing, unless a later one is known; it may be said twice."""
        known = self.standings.get(standing.council)
        if known is None or known.version <= standing.version:
            self.standings[standing.council] = standing
            self._changed.pop(standing.council, None)
            self._changed[standing.council] = None

    def say(self, headline: Headline) -> bool:
        """Take a headline; False when it has been heard before, since the feed may say a thing twice under one id."""
        if headline.id in self._heard:
            return False
        self._heard.add(headline.id)
        if self.first_seconds is None:
            self.first_seconds = time.monotonic() - self.started
        self.headlines.append(headline)
        return True

    def refuse(self, rejection: Rejection) -> None:
        """Take a rejection: a record refused for good, one that waits for a map, or one that found it."""
        self.rejected += rejection.status == "rejected"
        self.parked += {"parked": 1, "fitted": -1}.get(rejection.status, 0)

    def summary(self) -> str:
        """Return what there is to say at the end, in a sentence or two."""
        flashes = sum(headline.priority == "F" for headline in self.headlines)
        first = "" if self.first_seconds is None else f"First headline after {self.first_seconds:.1f} s, "
        return (
            f"{self.declared} of {self.wards} wards declared, {self.final} of {self.councils} councils complete; "
            f"{len(self.headlines)} headlines, {flashes} of them flashes; {self.rejected} records rejected.\n"
            f"{first}all of it after {time.monotonic() - self.started:.1f} s."
        )

    @property
    def councils(self) -> int:
        """Councils of the night."""
        return len(self.expected)

    @property
    def wards(self) -> int:
        """Wards of the night: those of the maps until a council's standing knows better."""
        known = {council: standing.wards_expected for council, standing in self.standings.items()}
        return sum((self.expected | known).values())

    @property
    def declared(self) -> int:
        """Wards declared so far, in all councils."""
        return sum(standing.wards_declared for standing in self.standings.values())

    @property
    def final(self) -> int:
        """Councils with every ward in."""
        return sum(standing.final for standing in self.standings.values())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.size.height
        room = height - 4
        if width >= _BESIDE:
            side = Table.grid(padding=(0, 2), expand=True)
            side.add_column(width=_TABLE)
            side.add_column(ratio=1)
            side.add_row(councils(self._latest(room - 1)), self._said(room, width - _TABLE - 4))
            body: RenderableType = side
        else:
            rows = max(3, min(len(self.standings), room - _HEADLINES_AT_LEAST - 3))
            left = max(3, room - rows - 2)
            table = councils(self._latest(rows), narrow=width < _TABLE)
            body = Group(table, Rule(style="dim"), self._said(left, width))
        yield Group(*self._heading(width), body)

    def _heading(self, width: int) -> Iterable[RenderableType]:
        top = Table.grid(padding=(0, 2), expand=True)
        top.add_column(no_wrap=True)
        top.add_column(justify="right", no_wrap=True)
        clock = self.clock.astimezone(LOCAL).strftime("%A %-d %B, %H:%M") if self.clock else ""
        note = self.note if width >= _TABLE else ""
        top.add_row(Text.assemble((self.title, "bold"), "  ", (note, "dim")), Text(clock, "bold"))
        yield top
        progress = Table.grid(padding=(0, 2), expand=True)
        progress.add_column(ratio=1)
        progress.add_column(justify="right")
        progress.add_row(
            ProgressBar(total=self.wards, completed=self.declared, complete_style="bright_white"),
            Text.assemble(
                (f"{self.declared}", "bold"), f" of {self.wards} wards declared   ",
                (f"{self.final}", "bold"), f" of {self.councils} councils complete",
                (f"   {self.rejected} rejected", "bold yellow") if self.rejected else "",
                (f"   {self.parked} waiting", "bold yellow") if self.parked else "",
            ),
        )  # fmt: skip
        yield progress
        yield Text("")

    def _latest(self, rows: int) -> list[Standing]:
        """The councils in order of name; where not all fit, those that changed last."""
        shown = list(self._changed)[-rows:] if rows < len(self._changed) else list(self._changed)
        return sorted((self.standings[council] for council in shown), key=lambda standing: standing.name)

    def _said(self, lines: int, width: int) -> Table:
        """What was said last, the newest at the bottom; above it the flashes that would be out of sight by now."""
        latest = _fitting(reversed(self.headlines), lines - lines // 3, width)
        shown = {headline.id for headline in latest}
        earlier = (h for h in reversed(self.headlines) if h.priority == "F" and h.id not in shown)
        flashes = _fitting(earlier, lines // 3, width)
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=_CLOCK, no_wrap=True)
        grid.add_column(width=_BADGE, no_wrap=True)
        grid.add_column(ratio=1)
        for headline in (*flashes, *latest):
            grid.add_row(*columns(headline))
        return grid


def _fitting(headlines: Iterable[Headline], lines: int, width: int) -> list[Headline]:
    """Take headlines while they fit into so many lines; gives them the other way round."""
    taken: list[Headline] = []
    for headline in headlines:
        text = columns(headline)[2]
        lines -= len(text.wrap(_MEASURE, width - _CLOCK - _BADGE - 2))
        if lines < 0:
            break
        taken.append(headline)
    return taken[::-1]


def councils(standings: Iterable[Standing], *, narrow: bool = False) -> Table:
    """Return the table of councils: wards in, seats by party, control and outcome; ``narrow`` fits 80 columns."""
    seats = 28 if narrow else 50
    table = Table(box=None, pad_edge=False, padding=(0, 1), expand=False, header_style="dim")
    table.add_column("Council", no_wrap=True, width=22)
    table.add_column("In" if narrow else "Wards in", justify="right", no_wrap=True, width=5 if narrow else 8)
    table.add_column("Seats", no_wrap=True, width=seats)
    if not narrow:
        table.add_column("To come", justify="right", no_wrap=True, width=7)
        table.add_column("Before", no_wrap=True, width=6)
    table.add_column("Now", no_wrap=True, width=6)
    table.add_column("Outcome", no_wrap=True, width=11)
    for standing in standings:
        control = standing.control
        done = standing.wards_declared == standing.wards_expected
        to_come = standing.seats.pending + standing.seats.postponed
        left_out = [
            Text(str(to_come or ""), "dim"),
            party(control.before) if control.before else Text("–", "dim"),
        ]
        table.add_row(
            Text(standing.name, "bold" if control.outcome else ""),
            Text(f"{standing.wards_declared}/{standing.wards_expected}", "" if done else "dim"),
            _seats(standing, seats),
            *([] if narrow else left_out),
            party(control.after) if control.after else Text(" …", "dim"),
            _outcome(standing),
        )
    return table


def _seats(standing: Standing, width: int) -> Text:
    """Seats of the leading parties, most first, as many as fit; what the others have stands in one figure."""
    filled = sorted((p for p in standing.parties if p.seats), key=lambda p: (-p.seats, p.party))
    rest = sum(found.seats for found in filled)
    line = Text()
    for found in filled:
        seats = Text.assemble(party(found.party), f" {found.seats}  ")
        others = rest - found.seats
        if len(line) + len(seats) + (len(f"+{others}") if others else -2) > width:
            break
        line.append_text(seats)
        rest = others
    if rest:
        line.append(f"+{rest}", "dim")
    line.rstrip()
    return line


def _outcome(standing: Standing) -> Text:
    control = standing.control
    if standing.held:
        return Text("desk holds", "yellow")
    if control.outcome:
        return Text(control.outcome, _OUTCOME_STYLE[control.outcome])
    if control.lost_for_certain and control.before:
        return Text(f"{control.before} lost", "red")
    return Text("")
