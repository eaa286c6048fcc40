"""`results topics`: the topics of a mode, created with their policies, or held against them."""

import typer


def topics() -> None:
    """Create the topics of this mode that are missing, and check all of them. Run once, before any worker."""
    from streams import app
    from streams.settings import settings

    these = settings()
    specs = app.every_topic(these)
    broker = app.topics(these)
    created = set(broker.create(specs, these.replication))
    broker.check(specs)
    for spec in specs:
        state = "created" if spec.name in created else "there"
        typer.echo(f"{spec.name}  {spec.partitions} partitions  {state}")
