"""`results sink`: headlines into a file of JSON lines."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def sink(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Grows by a line for each headline.")],
    council: Annotated[
        list[str] | None, typer.Option(help="Only this council, by id; may be repeated.")
    ] = None,
    priority: Annotated[list[str] | None, typer.Option(help="Only this priority: F, U, R or B.")] = None,
) -> None:
    """Write each headline once, from the first one on, until Ctrl-C; run again, it goes on where it was."""
    asyncio.run(_sink(path, council or [], priority or []))


async def _sink(path: Path, councils: list[str], priorities: list[str]) -> None:
    from aiokafka.errors import KafkaError

    from results_client.consumer import HeadlineConsumer
    from results_client.reading import LaterVersion
    from streams.clients import connection, shut_out
    from streams.log import configure
    from streams.publishers.filters import NoSuchFilter, read_filter
    from streams.publishers.lines import LinesFile
    from streams.settings import settings
    from streams.trouble import Trouble

    these = settings()
    configure(these)
    try:
        wanted = read_filter({"council": councils, "priority": priorities})
    except NoSuchFilter as why:
        raise Trouble(f"--{why}") from None
    given = connection(these)
    broker = given.pop("bootstrap_servers")
    with LinesFile(path) as file:
        try:
            async with HeadlineConsumer(broker, these.mode, **given) as headlines:
                async for headline in headlines:
                    if wanted.passes(headline):
                        file.write(headline, headlines.raw)
        except KafkaError:
            raise await shut_out(these) from None
        except LaterVersion as why:
            raise Trouble(f"A headline cannot be read: {why}.") from None
        except LookupError as why:
            raise Trouble(f"{str(why)[0].upper()}{str(why)[1:]}: create it with `results topics`.") from None
