"""`results intake`: the doors for declarations, in this process."""

import asyncio
from contextlib import suppress


def intake() -> None:
    """Take declarations over HTTP, and carry them to the log, until SIGTERM or Ctrl-C."""
    from streams.intake.service import serve
    from streams.log import configure
    from streams.settings import settings

    these = settings()
    configure(these)
    with suppress(ImportError):  # the extra `fast`
        import uvloop  # type: ignore[import-not-found, unused-ignore]

        uvloop.install()
    asyncio.run(serve(these))
