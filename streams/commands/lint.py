"""`results lint`: does a page say what the standings say?"""

from typing import Annotated

import typer

from streams.commands.lines import lines
from streams.trouble import Trouble


def lint(
    file: Annotated[str, typer.Argument(help="Plain text; - is standard input.")],
    standings: Annotated[
        str,
        typer.Option(
            "--standings", metavar="FILE", help="Standings as JSON lines, as `results demo --out` writes."
        ),
    ],
) -> None:
    """Check a sentence or page against standings: numbers, names, bases, words. Ends with 1 when something is found."""
    from pydantic import ValidationError

    from schemas.standing import Standing
    from streams.rules.lint.check import lint as findings

    known = []
    for place, line in lines(standings):
        try:
            known.append(Standing.model_validate_json(line))
        except ValidationError as refused:
            first = refused.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"]))
            raise Trouble(f"{place}: no standing ({field or 'JSON'}: {first['msg']}).") from None
    page: dict[int, str] = {}
    for place, line in lines(file):
        try:
            page[int(place.rpartition(" ")[2])] = line.decode()
        except UnicodeDecodeError as bad:
            raise Trouble(f"{place}: not UTF-8 text (byte {bad.start}).") from None
    text = "\n".join(page.get(number, "") for number in range(1, max(page, default=0) + 1))
    found = findings(text, known)
    for finding in found:
        typer.echo(f"line {finding.line}, {finding.kind}: {finding.sentence}.")
    typer.echo(f"{len(known)} standings, {len(found)} findings.")
    if found:
        raise typer.Exit(1)
