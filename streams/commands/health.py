"""`results health`: does the feed stand? 0 or 1 and a sentence, for containers and monitors."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from streams.commands.worker import Agent
from streams.trouble import Trouble

if TYPE_CHECKING:
    from streams.delivery.status import Status


def health(
    agent: Annotated[
        Agent | None, typer.Argument(help="Also ask the worker of this machine with the same settings.")
    ] = None,
) -> None:
    """Say whether the broker answers and the topics are as they must be. Ends with 0 or 1."""
    from streams import app
    from streams.settings import settings

    these = settings()
    try:
        app.topics(these).check(app.every_topic(these))
    except Trouble as trouble:
        typer.echo(str(trouble))
        raise typer.Exit(1) from None
    typer.echo(
        f"The broker at {these.broker} answers, and the topics of mode {these.mode} are as they must be."
    )
    if agent is not None:
        from streams.delivery import status

        word = status.read(app.status_file(these, agent))
        ready = status.is_ready(word, time.time())
        typer.echo(said(word, ready, these.member(agent)))
        if not ready:
            raise typer.Exit(1)


def said(word: "Status | None", ready: bool, member: str) -> str:
    """Return a worker's word on itself as a sentence."""
    if word is None:
        return f"No worker {member} has written its state on this machine: start it with `results worker`."
    if ready:
        partitions = ", ".join(map(str, word.partitions)) or "none"
        return (
            f"Worker {member} takes records: partitions {partitions}, {word.records} records since its start."
        )
    silent = time.time() - word.written_at
    return f"Worker {member} is {word.state}, last heard of {silent:.0f} s ago; its log says more."
