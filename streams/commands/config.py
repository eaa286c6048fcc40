"""`results config`: what is in force, secrets masked."""

from typing import Annotated

import typer


def config(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The table of all settings, as it stands in the README.")
    ] = False,
) -> None:
    """Show the settings in force, secrets masked."""
    from streams.settings import effective, settings, table

    if markdown:
        typer.echo(table(), nl=False)
        return
    for name, value in effective(settings()).items():
        typer.echo(f"{name}={value}")
