"""The command line: which commands there are, and how they end."""

import logging
import signal
import sys
from types import FrameType

import typer

from streams.commands import (
    area,
    asyncapi,
    check_night,
    config,
    declare,
    demo,
    desk,
    explain,
    health,
    intake,
    lag,
    lint,
    monitor,
    producer,
    record,
    refold,
    rehearse,
    rejections,
    replay,
    serve,
    sink,
    topics,
    verify,
    watch,
    webhook,
    worker,
)
from streams.trouble import Trouble

app = typer.Typer(
    name="results",
    help="British election results as they are declared: ward declarations in, standings and headlines out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
_TRY, _FEED, _RUN, _CHECK = "Try it", "The feed", "Run it", "Check it"
app.command(rich_help_panel=_TRY)(demo.demo)
app.command(rich_help_panel=_TRY)(replay.replay)
app.command(rich_help_panel=_TRY)(rehearse.rehearse)
app.command("open", rich_help_panel=_FEED)(declare.open_councils)
app.command(rich_help_panel=_FEED)(declare.declare)
app.command(rich_help_panel=_FEED)(watch.watch)
app.add_typer(area.area, name="area", rich_help_panel=_FEED)
app.command(rich_help_panel=_RUN)(topics.topics)
app.command(rich_help_panel=_RUN)(worker.worker)
app.command(rich_help_panel=_RUN)(intake.intake)
app.add_typer(desk.desk, name="desk", rich_help_panel=_RUN)
app.add_typer(producer.producer, name="producer", rich_help_panel=_RUN)
app.command(rich_help_panel=_RUN)(serve.serve)
app.add_typer(webhook.webhook, name="webhook", rich_help_panel=_RUN)
app.command(rich_help_panel=_RUN)(sink.sink)
app.command(rich_help_panel=_RUN)(monitor.monitor)
app.command(rich_help_panel=_RUN)(lag.lag)
app.add_typer(rejections.rejections, name="rejections", rich_help_panel=_RUN)
app.command(rich_help_panel=_RUN)(record.record)
app.command(rich_help_panel=_RUN)(record.reseed)
app.command(rich_help_panel=_RUN)(refold.refold)
app.command(rich_help_panel=_RUN)(health.health)
app.command(rich_help_panel=_CHECK)(config.config)
app.command(rich_help_panel=_CHECK)(asyncapi.asyncapi)
app.command(rich_help_panel=_CHECK)(verify.verify)
app.command(rich_help_panel=_CHECK)(lint.lint)
app.command(rich_help_panel=_CHECK)(explain.explain)
app.command(rich_help_panel=_CHECK)(explain.facts)
app.command("check-night", rich_help_panel=_CHECK)(check_night.check_night)


def main() -> None:
    """Run one command. Trouble ends as a sentence and exit code 2, Ctrl-C as 130; no traceback."""
    told: list[int] = []

    def leave(number: int, frame: FrameType | None) -> None:
        told.append(number)
        signal.raise_signal(signal.SIGINT)  # as with Ctrl-C, what was started is stopped

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    # A shell's background job is started with Ctrl-C ignored; SIGTERM, which ends by the same way, would be lost on it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # commands say themselves who does not answer
    try:
        app()
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        sys.exit(2)
    except (KeyboardInterrupt, SystemExit) as leaving:
        if told:
            sys.exit(128 + told[0])
        sys.exit(leaving.code if isinstance(leaving, SystemExit) else 130)
