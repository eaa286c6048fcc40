"""`results verify`: is the arithmetic behind each call right?"""

from typing import Annotated

import typer

from streams.commands.lines import lines
from streams.trouble import Trouble


def verify(
    file: Annotated[str, typer.Argument(help="Headlines as JSON lines; - is standard input.")],
    maps: Annotated[
        str | None,
        typer.Option("--maps", metavar="FILE", help="Council maps as JSON lines: then ward by ward."),
    ] = None,
) -> None:
    """Check the proof of each headline that makes a call. Ends with 1 when one does not hold."""
    from streams.verification import NotReadable, verdicts

    checked = wrong = 0
    try:
        for headline, mistakes in verdicts(lines(file), lines(maps) if maps else ()):
            checked += 1
            wrong += bool(mistakes)
            for mistake in mistakes:
                typer.echo(f"{headline.name}, headline {headline.id}: {mistake}.")
    except NotReadable as refused:
        raise Trouble(f"{refused}.") from None
    typer.echo(f"{checked} proofs checked, {wrong} do not hold.")
    if wrong:
        raise typer.Exit(1)
