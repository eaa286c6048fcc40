"""Who sends this request? A bearer key, or an HMAC over it with a time and a nonce."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from streams.intake.problem import Problem
from streams.intake.producers import Producer, Producers, matches

SKEW_SECONDS = 120

_BEARER = re.compile(r"Bearer ([0-9a-f]{12})\.([A-Za-z0-9_-]{20,100})", re.ASCII)
_HMAC = re.compile(
    r"HMAC key=([0-9a-f]{12}), ?at=(\d{1,12}), ?nonce=([A-Za-z0-9_-]{8,64}), ?mac=([0-9a-f]{64})", re.ASCII
)

_HOW = (
    "send the header Authorization with `Bearer KEY`, or with `HMAC key=…, at=…, nonce=…, mac=…`; "
    "an operator gives keys out with `results producer add`"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A producer as claimed by the header; an HMAC is only proved by the body."""

    producer: Producer
    at: str = ""
    nonce: str = ""
    mac: str = ""


@dataclass(slots=True)
class Doorkeeper:
    """Checks credentials. ``clock`` gives the time in UTC. Nonces are remembered while their time is good."""

    producers: Producers
    clock: Callable[[], datetime]
    _nonces: dict[tuple[str, str], float] = field(default_factory=dict)

    def claim(self, authorization: str | None) -> Claim:
        """Who the header says it is; raises :class:`Problem`. A bearer key is checked here already."""
        if not authorization:
            raise Problem("key", f"the request names no producer: {_HOW}", "Authorization")
        if bearer := _BEARER.fullmatch(authorization):
            producer = self.producers.of_key(bearer[1])
            # The comparison runs for an unknown key too, so that time tells nothing.
            known = matches(bearer[2], producer.key_hash if producer else "0" * 64)
            if producer is None or not known or producer.way != "bearer":
                raise Problem("key", "this key is not known: it may have been rotated", "Authorization")
            return Claim(producer)
        if signed := _HMAC.fullmatch(authorization):
            producer = self.producers.of_key(signed[1])
            if producer is None or producer.way != "hmac":
                raise Problem("key", "this key is not known: it may have been rotated", "Authorization")
            return Claim(producer, signed[2], signed[3], signed[4])
        raise Problem("key", f"the header Authorization cannot be read: {_HOW}", "Authorization")

    def prove(self, claim: Claim, method: str, path: str, body: bytes) -> None:
        """Hold an HMAC against the request; raises :class:`Problem`."""
        if not claim.mac:
            return
        now = self.clock().timestamp()
        if abs(now - int(claim.at)) > SKEW_SECONDS:
            raise Problem(
                "sig",
                f"at={claim.at} is more than {SKEW_SECONDS} seconds from now: set the clock",
                "Authorization",
            )
        secret = self.producers.secret(claim.producer) or ""
        expected = mac(secret, method, path, claim.at, claim.nonce, body)
        if not secret or not hmac.compare_digest(expected, claim.mac):
            raise Problem("sig", "the HMAC is not that of this request", "Authorization")
        self._nonces = {key: at for key, at in self._nonces.items() if now - at <= 2 * SKEW_SECONDS}
        if (claim.producer.name, claim.nonce) in self._nonces:
            raise Problem(
                "sig", "this nonce was used before: draw a new one for each request", "Authorization"
            )
        self._nonces[claim.producer.name, claim.nonce] = now


def mac(secret: str, method: str, path: str, at: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256, in hex, over method, path, time (Unix seconds), nonce and the SHA-256 of the body, line by line."""
    message = "\n".join((method, path, at, nonce, sha256(body).hexdigest()))
    return hmac.new(secret.encode(), message.encode(), sha256).hexdigest()
