"""`results topics`: the topics of a mode, created with their policies, or held against them."""

from typing import Annotated

import typer


def topics(
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Delete topics that are not as they must be and were never written to, and create them anew: a client"
            " that asks for a topic may make it by asking. End all workers first.",
        ),
    ] = False,
) -> None:
    """Create the topics of this mode that are missing, and check all of them. Run once, before any worker."""
    from streams import app
    from streams.delivery.mending import delete_unfit
    from streams.settings import settings

    these = settings()
    specs = app.every_topic(these)
    broker = app.topics(these)
    anew = delete_unfit(broker, specs) if repair else []
    created = set(broker.create(specs, these.replication))
    broker.check(specs)
    for spec in specs:
        state = "created anew" if spec.name in anew else "created" if spec.name in created else "there"
        typer.echo(f"{spec.name}  {spec.partitions} partitions  {state}")
