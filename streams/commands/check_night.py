"""`results check-night`: every mistake in a night's folder, each with its place."""

from pathlib import Path
from typing import Annotated

import typer


def check_night(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The night's folder.")]) -> None:
    """Find each mistake in a night before it is replayed. Ends with 1 when there is one."""
    from streams.rehearsal.night import check_night as check

    mistakes = check(folder)
    for mistake in mistakes:
        typer.echo(str(mistake))
    if mistakes:
        typer.echo(f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''} in {folder}.")
        raise typer.Exit(1)
    typer.echo(f"No mistakes in {folder}.")
