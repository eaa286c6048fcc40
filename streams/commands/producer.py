"""`results producer`: who may say what about which councils."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from streams.intake.producers import Producers

producer = typer.Typer(help="Producers: who may say what about which councils.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The producer's name, as its events give it.")]


@producer.command()
def add(
    name: Name,
    council: Annotated[list[str], typer.Option(help="A council that it may declare; * is all of them.")] = [],  # noqa: B006
    area: Annotated[list[str], typer.Option(help="All councils of an area, by its id: kent.")] = [],  # noqa: B006
    door: Annotated[
        list[str],
        typer.Option(help="What it may send: declarations, withdrawals, polls, reports, councils, holds, …"),
    ] = [],  # noqa: B006
    tier: Annotated[int, typer.Option(min=1, max=3, help="The best tier that its sources may claim.")] = 2,
    rate: Annotated[float, typer.Option(min=0.1, help="Events a second.")] = 20.0,
    hmac: Annotated[
        bool, typer.Option("--hmac", help="It signs each request instead of showing its key.")
    ] = False,
) -> None:
    """Enter a producer and show its key, once."""
    from streams.intake.producers import DEFAULT_DOORS, DOORS

    if unknown := sorted(set(door) - set(DOORS)):
        raise Trouble(f"There is no door {', '.join(unknown)}: the doors are {', '.join(DOORS)}.")
    if not council and not area:
        raise Trouble("Say what it may declare: --council ID, --area ID, or --council '*' for everything.")
    with _register() as register:
        key = register.add(
            name, way="hmac" if hmac else "bearer", tier=tier, councils=council, areas=area,
            doors=door or DEFAULT_DOORS, rate=rate,
        )  # fmt: skip
    typer.echo(key)
    typer.echo(f"The key of {name}, shown this once: keep it where only {name} can read it.", err=True)


@producer.command("list")
def list_producers() -> None:
    """Show all producers, without their keys."""
    with _register() as register:
        for one in register.all():
            speaks_of = ", ".join([*sorted(one.councils), *(f"all of {area}" for area in sorted(one.areas))])
            state = f"frozen: {one.frozen}" if one.frozen else "may send"
            typer.echo(
                f"{one.name}  {one.way} {one.key_id}  tier {one.tier}  {one.rate:g}/s  {speaks_of}  "
                f"{'+'.join(sorted(one.doors))}  {state}"
            )


@producer.command()
def freeze(
    name: Name,
    why: Annotated[str, typer.Option(help="What is said to it.")] = "an operator froze it",
    thaw: Annotated[bool, typer.Option("--thaw", help="Let it send again.")] = False,
) -> None:
    """Take nothing more from a producer; it holds at once."""
    with _register() as register:
        register.freeze(name, "" if thaw else why)
    typer.echo(f"{name} {'may send again' if thaw else 'is frozen'}.")


@producer.command()
def rotate(name: Name) -> None:
    """Give a producer a new key; the old one is void at once."""
    with _register() as register:
        key = register.rotate(name)
    typer.echo(key)
    typer.echo(f"The new key of {name}, shown this once.", err=True)


def _register() -> "AbstractContextManager[Producers]":
    from contextlib import closing

    from streams.intake.producers import Producers
    from streams.settings import settings

    return closing(Producers(settings().intake_dir))
