"""`results monitor`: lag, verdicts, metrics and the operators' page, in a process of its own."""

import asyncio


def monitor() -> None:
    """Watch the feed until SIGTERM or Ctrl-C: metrics at /metrics, the page at /ops."""
    from streams.log import configure
    from streams.ops.service import serve
    from streams.settings import settings

    these = settings()
    configure(these)
    asyncio.run(serve(these))
