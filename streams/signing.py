"""Signatures of events: Ed25519 over the canonical bytes, carried in a header of the record."""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from schemas.reading import InputEvent
from streams.trouble import Trouble

#: The record's header with the signature, in base64; the event's producer says whose it is.
HEADER = "signature"


def canonical(event: InputEvent) -> bytes:
    """An event in the one form that is signed and sent: compact JSON in the contract's order, defaults left out.

    Mode, election, council, revision and id are in it, so a signature is good for this one event only.
    """
    return event.model_dump_json(exclude_defaults=True).encode()


def new_key() -> tuple[str, str]:
    """A new pair in base64: the private key to keep, the public key to show."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return b64encode(private).decode(), _public(key)


def _public(key: Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def sign(event: InputEvent, private_key: str) -> bytes:
    """The header's value for an event."""
    return b64encode(Ed25519PrivateKey.from_private_bytes(b64decode(private_key)).sign(canonical(event)))


def verifies(event: InputEvent, signature: bytes, public_key: str) -> bool:
    """Whether the signature is of this very event by the holder of the key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), canonical(event))
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True


class Signatories:
    """Whose signatures count: public keys by the name of the producer; several while one is being replaced."""

    def __init__(self, keys: Mapping[str, Sequence[str]]) -> None:
        self._keys = {name: tuple(own) for name, own in keys.items()}

    def fault(self, event: InputEvent, headers: Sequence[tuple[str, bytes]]) -> str | None:
        """Why an event cannot be relied on to come from its producer; None when it can."""
        given = [value for name, value in headers if name == HEADER]
        if len(given) != 1:
            return f"the record has {len(given)} headers `{HEADER}` where one signature is required"
        keys = self._keys.get(event.producer)
        if not keys:
            return f"no public key is known for the producer {event.producer}"
        if not any(verifies(event, given[0], key) for key in keys):
            return f"the signature is not that of {event.producer} on this very event"
        return None


def read_signatories(path: Path) -> Signatories:
    """Public keys from a file of JSON, ``{"name of the producer": ["key in base64", …]}``."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as failed:
        raise Trouble(f"The public keys in {path} cannot be read: {failed}") from None
    if not isinstance(found, dict) or not all(
        isinstance(keys, list) and all(isinstance(key, str) for key in keys) for keys in found.values()
    ):
        raise Trouble(f'The public keys in {path} must read {{"name of the producer": ["key", …]}}.')
    return Signatories(found)
