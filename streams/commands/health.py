"""`results health`: does the feed stand? 0 or 1 and a sentence, for containers and monitors."""

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from streams.delivery.status import Status
    from streams.settings import Settings

#: How long a part may take to answer for itself.
DOOR_SECONDS = 5.0


class Part(StrEnum):
    """The parts of the feed that say how they are."""

    council = "council"
    area = "area"
    intake = "intake"
    serve = "serve"
    monitor = "monitor"


def health(
    part: Annotated[
        Part | None, typer.Argument(help="Ask the part of this machine that has the same settings as well.")
    ] = None,
) -> None:
    """Say whether the feed stands. Ends with 0 or 1.

    Asks the broker whether it answers and the topics are as they must be, and a worker for its state. `intake`, `serve`
    and `monitor` are asked themselves and nobody else, for they wait for a broker that is away.
    """
    from streams.settings import settings

    these = settings()
    match part:
        case Part.intake | Part.serve | Part.monitor:
            well, sentence = _door(these, part)
        case None:
            well, sentence = _broker(these)
        case _:
            well, sentence = _broker(these)
            if well:
                typer.echo(sentence)
                well, sentence = _worker(these, part)
    typer.echo(sentence)
    if not well:
        raise typer.Exit(1)


def _broker(these: "Settings") -> tuple[bool, str]:
    from streams import app

    try:
        app.topics(these).check(app.every_topic(these))
    except Trouble as trouble:
        return False, str(trouble)
    return (
        True,
        f"The broker at {these.broker} answers, and the topics of mode {these.mode} are as they must be.",
    )


def _worker(these: "Settings", agent: str) -> tuple[bool, str]:
    from streams import app
    from streams.delivery import status

    word = status.read(app.status_file(these, agent))
    ready = status.is_ready(word, time.time())
    return ready, said(word, ready, these.member(agent))


def _door(these: "Settings", part: Part) -> tuple[bool, str]:
    import ssl
    from urllib.error import HTTPError
    from urllib.request import urlopen

    host, port = {
        Part.intake: (these.intake_host, these.intake_port),
        Part.serve: (these.serve_host, these.serve_port),
        Part.monitor: (these.monitor_host, these.monitor_port),
    }[part]
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    scheme = "https" if part is Part.intake and these.intake_cert_file else "http"
    url = f"{scheme}://{f'[{own}]' if ':' in own else own}:{port}/health"
    # Its certificate is for the name that others know it by. Nothing is told here, and nothing believed.
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        urlopen(url, timeout=DOOR_SECONDS, context=anybody).close()  # noqa: S310
    except HTTPError as answered:
        return False, f"What listens at {url} answers {answered.code}: its log says more."
    except OSError as failed:
        why = getattr(failed, "reason", failed)
        return False, f"Nothing answers at {url} ({why}): start it with `results {part}`."
    return True, f"`results {part}` answers at {url}."


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
