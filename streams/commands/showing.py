"""The page of a demo: a copy of `results serve` as a child process that ends with it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streams
from streams.rehearsal.bound import bound
from streams.settings import PREFIX, Settings

_PATIENCE_SECONDS = 2.0


@contextmanager
def page(these: Settings, port: int, folder: Path) -> Iterator[str]:
    """Serve the night for the length of a ``with``; gives the address, with another port when this one is taken."""
    port = _free(port)
    told = {
        "mode": these.mode,
        "profile": these.profile,
        "broker": these.broker,
        "serve_host": "127.0.0.1",
        "serve_port": port,
        "log_format": "json",
    }
    with (folder / "serve.log").open("ab") as words:
        child = subprocess.Popen(
            bound(sys.executable, "-m", "streams", "serve"),
            cwd=Path(streams.__file__).parents[1],  # the very code that runs here, installed or not
            env=os.environ | {f"{PREFIX}{name.upper()}": str(value) for name, value in told.items()},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which ends its children
        )
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        child.terminate()
        try:
            child.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found
