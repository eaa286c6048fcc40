"""`results rehearse`: a night that never was, sent as if it were one; in rehearsal mode only."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from streams.commands.pace import Speed, read_speed
from streams.trouble import Trouble

if TYPE_CHECKING:
    from schemas.reading import InputEvent

Rate = Annotated[float, typer.Option(min=0, max=1, help="Share of the declarations to which this happens.")]


def rehearse(
    seed: Annotated[int, typer.Option(help="The same seed gives the same night.")] = 1,
    councils: Annotated[int, typer.Option(min=1, max=500, help="How many invented councils.")] = 12,
    night: Annotated[
        str | None, typer.Option(help="The maps of a night, by name or folder, with invented people instead.")
    ] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Polling day of invented councils.")
    ] = None,
    late: Rate = 0.03,
    duplicate: Rate = 0.05,
    corrected: Rate = 0.03,
    transposed: Rate = 0.02,
    leaked: Rate = 0.01,
    speed: Speed = "60",
    show: Annotated[
        bool, typer.Option("--show", help="Print the events as JSON lines instead of sending.")
    ] = False,
) -> None:
    """Make a night from a seed and send it: Trumptonshire and friends, or real maps with invented people."""
    from streams.commands.nights import chosen
    from streams.rehearsal.synthetic.maps import invented, with_invented_people
    from streams.rehearsal.synthetic.mishaps import Rates, befall
    from streams.rehearsal.synthetic.results import declared

    if night is None:
        polling_day = day.date() if day else _the_day_before_yesterday()
        maps = invented(seed, councils, polling_day)
    else:
        maps = with_invented_people(chosen(night).maps, seed)
    rates = Rates(late=late, duplicate=duplicate, corrected=corrected, transposed=transposed, leaked=leaked)
    events = befall(declared(maps, seed), rates, seed)
    if show:
        for event in (*maps, *events):
            typer.echo(event.model_dump_json(exclude_defaults=True))
        return
    asyncio.run(_send(list(maps), events, read_speed(speed)))


def _the_day_before_yesterday() -> date:
    """So that the whole of the invented night lies behind us: intake takes nothing from the future."""
    return datetime.now(UTC).date() - timedelta(days=2)


async def _send(maps: "list[InputEvent]", events: "list[InputEvent]", speed: float | None) -> None:
    from schemas import topics
    from schemas.cloudevents import event_headers
    from streams.clients import producer
    from streams.rehearsal.replay import pace
    from streams.settings import settings
    from streams.signing import canonical

    these = settings()
    if these.mode != "rehearsal":
        raise Trouble(
            f"A rehearsal is for mode rehearsal, this feed is {these.mode}: set RESULTS_MODE=rehearsal."
        )
    topic = topics.declarations(these.mode)
    async with producer(these, topic) as client:
        for event, wait in [*((one, 0.0) for one in maps), *pace(events, speed)]:
            if wait:
                await asyncio.sleep(wait)
            await client.send_and_wait(
                topic, canonical(event), event.council.encode(), headers=list(event_headers(event))
            )
    typer.echo(f"{len(maps)} maps and {len(events)} events sent to {topic}.")
