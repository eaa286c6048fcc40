"""`results asyncapi`: topics and messages as an AsyncAPI document."""

import typer


def asyncapi() -> None:
    """Print the AsyncAPI 3.1 document of the topics and their messages."""
    from streams.asyncapi import text

    typer.echo(text(), nl=False)
