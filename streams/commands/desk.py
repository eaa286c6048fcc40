"""`results desk`: who may sit at the desk, and what each may do there."""

import sys
from typing import Annotated

import typer

from streams.trouble import Trouble

desk = typer.Typer(help="The desk: who may key, confirm, resolve and hold.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The person's name, as holds and the history will show it.")]


@desk.command()
def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help="enter, confirm, resolve or hold; once for each.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Enter a person, or give one a new password and roles; open sessions of that person end."""
    from streams.intake.desk.register import ROLES, Register
    from streams.settings import settings

    if unknown := sorted(set(role) - set(ROLES)):
        raise Trouble(f"There is no role {', '.join(unknown)}: the roles are {', '.join(ROLES)}.")
    these = settings()
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    register = Register(these.intake_dir)
    register.put_user(name, password, role)
    register.close()
    typer.echo(f"{name} may {', '.join(sorted(set(role)))}.")


@desk.command("list")
def list_users() -> None:
    """Show everyone at the desk."""
    from streams.intake.desk.register import Register
    from streams.settings import settings

    register = Register(settings().intake_dir)
    for user in register.users():
        typer.echo(f"{user.name}  {', '.join(sorted(user.roles))}")
    register.close()


@desk.command()
def remove(name: Name) -> None:
    """Take a person off the desk; sessions end at once."""
    from streams.intake.desk.register import Register
    from streams.settings import settings

    register = Register(settings().intake_dir)
    register.remove_user(name)
    register.close()
    typer.echo(f"{name} is no longer at the desk.")
