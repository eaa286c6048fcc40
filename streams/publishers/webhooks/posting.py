"""One attempt over HTTP: to the address that was checked and no other, without redirects, within time and size."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from streams.publishers.webhooks.addresses import AddressRefused, Gate, Target

TIMEOUT_SECONDS = 5.0
#: An answer is not read further than this.
ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt: a status, or why there is none.

    ``asked``: seconds that the receiver wants us to wait.
    """

    status: int | None
    sentence: str
    asked: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


class Post:
    """Sends bodies; keeps connections open for a while."""

    def __init__(self, gate: Gate, *, context: ssl.SSLContext | None = None) -> None:
        self._gate = gate
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context or ssl.create_default_context(),
            max_connections=100,
            max_keepalive_connections=50,
            keepalive_expiry=10.0,
            network_backend=_Checked(gate),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def send(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Make one attempt. The address is checked before, even when a connection is still open (rebinding)."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._gate.address(target)
                return await self._send(target, body, headers)
        except AddressRefused as why:
            return Outcome(None, f"refused: {why}")
        except TimeoutError:
            return Outcome(None, f"no answer within {TIMEOUT_SECONDS:.0f} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failed:
            return Outcome(None, f"no connection: {str(failed)[:200] or type(failed).__name__}")

    async def _send(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Outcome:
        async with self._pool.stream(
            "POST", target.url, headers=list(headers.items()), content=body
        ) as answer:
            read = 0
            async for part in answer.aiter_stream():
                read += len(part)
                if read > ANSWER_BYTES:
                    break
            status = answer.status
            told = {name.lower(): value for name, value in answer.headers}
        if 300 <= status < 400:
            return Outcome(status, f"{status}: redirects are not followed; subscribe the address it leads to")
        return Outcome(status, str(status), _asked(told.get(b"retry-after")))


def _asked(header: bytes | None) -> float | None:
    """Seconds of a `Retry-After`; its other form, a date, is left to our own schedule."""
    text = (header or b"").decode("latin-1").strip()
    return float(text) if text.isdigit() and len(text) < 8 else None


class _Checked(httpcore.AsyncNetworkBackend):
    """Connects to the address that the gate gives for a host, and resolves nothing a second time."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect; https where the port is 443, as far as the gate is concerned."""
        address = await self._gate.address(Target("", host, port, port == 443))
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *given: Any, **named: Any) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise AddressRefused("no webhook goes to a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
