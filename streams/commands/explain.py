"""`results explain` and `results facts`: what the feed says and why, worked out again from the log."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from streams.trouble import Trouble

_Log = Annotated[
    str | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="Declarations as JSON lines, maps first; - is standard input. Without it: the topic.",
    ),
]


def explain(
    council: Annotated[str, typer.Argument(help="Its name or id.")],
    log: _Log = None,
) -> None:
    """Explain a council: standing, proof, figures on each basis, and what was said when and why."""
    from streams.commands.log import events
    from streams.rules.explain import explain as explained
    from streams.rules.explain import retell

    told = list(events(log))
    asked = council.lower()
    ids = {
        event.council
        for _, event in told
        if asked
        in (event.council.lower(), event.council.split(".")[1].lower(), getattr(event, "name", "").lower())
    }
    found = retell((event for _, event in told), ids.pop()) if len(ids) == 1 else None
    if found is None:
        raise Trouble(f"No council is called {council!r} in this log: give its name or its id.")
    for line in explained(found):
        typer.echo(line)


def facts(
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIME", help="A time in UTC like 2023-05-05T17:15:00Z, or `now`."),
    ] = "now",
    log: _Log = None,
) -> None:
    """Print what stood as said at a time: every council with its claims, retractions taken into account."""
    from streams.commands.log import events
    from streams.rules.explain import standing_claims

    until = _moment(at)
    known = (event for moment, event in events(log) if moment <= until)
    for name, sentences in standing_claims(known):
        typer.echo(name)
        for sentence in sentences:
            typer.echo(f"  {sentence}")


def _moment(text: str) -> datetime:
    if text == "now":
        return datetime.max.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(f"{text!r} is no time: write it like 2023-05-05T17:15:00Z.") from None
    if moment.tzinfo is None:
        raise Trouble(f"{text!r} has no zone: write it in UTC, like 2023-05-05T17:15:00Z.")
    return moment
