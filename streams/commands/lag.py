"""`results lag`: is the feed late, in a terminal."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

_WORDS = {
    "ok": ("on time", "green"),
    "unknown": ("not known", "yellow"),
    "warn": ("falling behind", "yellow"),
    "empty": ("no worker has the work", "bold red"),
    "rewound": ("went back in the log", "bold red"),
    "stalled": ("a worker is there and does not move", "bold red"),
    "stopped": ("nothing is taken", "bold red"),
}
_ARROWS = {"rising": "↗", "falling": "↘", "steady": "→"}


def lag(
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and show each change until Ctrl-C.")] = False,
) -> None:
    """Show how late the feed is, worst group first. Ends with 1 when a group is stopped or behind."""
    from rich.console import Console
    from rich.live import Live

    from streams.settings import settings

    these = settings()
    console = Console(highlight=False)
    if not watch:
        found = _found(these)
        console.print(shown(found))
        raise typer.Exit(0 if found["verdict"] == "ok" else 1)
    with Live(shown(_found(these)), console=console, auto_refresh=False, screen=False) as live:
        while True:
            time.sleep(1.0)
            live.update(shown(_found(these)), refresh=True)


def _found(these: Any) -> dict[str, Any]:
    from streams.ops import glance

    return glance.from_monitor(these) or asyncio.run(glance.from_broker(these))


def shown(found: dict[str, Any]) -> "RenderableType":
    """The state as a table for a terminal of any width."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    words, style = _WORDS[found["verdict"]]
    late = Text.assemble(("Late by ", "dim"), (seconds(found["late_seconds"]), f"bold {style}"), f"  {words}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("Group", "Verdict"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Late", "", "Unread", "Caught up in", "Members"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in found["groups"]:
        words, style = _WORDS[group["verdict"]]
        catch_up = group["catch_up_seconds"]
        table.add_row(
            group["agent"],
            Text(f"{group['verdict']}: {words}" if group["verdict"] != "ok" else "ok", style),
            seconds(group["lag_seconds"]),
            _ARROWS[group["trend"]],
            "–" if group["lag"] is None else str(group["lag"]),
            "" if catch_up is None else seconds(catch_up),
            "–" if group["members"] is None else str(group["members"]),
        )
    wards = found["wards"]
    rest = []
    if wards["expected"]:
        rest.append(f"{wards['declared']} of {wards['expected']} wards declared")
        rest.append(f"{found['open']} rejections open, {found['parked']} waiting for a map")
    rest.append(f"mode {found['mode']} at {found['cluster']}")
    return Group(late, table, Text("; ".join(rest), "dim"))


def seconds(value: float | None) -> str:
    """A duration for people; a dash when it is not known."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"
