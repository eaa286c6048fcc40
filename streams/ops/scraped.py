"""How a process answers scrapes: on a port of its own, in a thread of its own."""

from prometheus_client import CollectorRegistry, start_http_server

from streams.trouble import Trouble


def show(registry: CollectorRegistry, host: str, port: int, who: str) -> None:
    """Answer scrapes from now on; ``Trouble`` when the port is taken. ``who``: whose metrics, for that sentence."""
    try:
        start_http_server(port, host, registry)
    except OSError as refused:
        raise Trouble(
            f"{who} cannot show its metrics at {host}:{port} ({refused.strerror}): set RESULTS_METRICS_PORT to a "
            "port that is free, one for each process."
        ) from None
