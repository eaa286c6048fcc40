"""`results serve`: pages, API, streams and feeds, in this process; start more of them to share the readers."""

import asyncio
from contextlib import suppress
from typing import Annotated

import typer


def serve(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port, instead of RESULTS_SERVE_PORT.")
    ] = None,
) -> None:
    """Serve readers until SIGTERM or Ctrl-C. Needs no database and leaves no trace at Kafka."""
    from streams.log import configure
    from streams.publishers.service import serve as answer
    from streams.settings import settings

    these = settings(serve_port=port)
    configure(these)
    with suppress(ImportError):  # the extra `fast`
        import uvloop  # type: ignore[import-not-found, unused-ignore]

        uvloop.install()
    asyncio.run(answer(these))
