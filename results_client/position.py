"""A position in the headlines topic as an opaque word: any copy of the service takes up where another left off."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

_VERSION = 1
#: Of the longest word; 256 partitions with twelve bytes each fit.
LONGEST = 4_400


class NoPosition(ValueError):
    """The word is no position of this feed."""


@dataclass(frozen=True, slots=True)
class Position:
    """For each partition the lowest offset not told yet, with a mark of the record before it.

    The marks tell another log from this one: offsets alone would be taken up anywhere.
    """

    offsets: Mapping[int, tuple[int, bytes]] = field(default_factory=dict)

    def word(self) -> str:
        """The position as URL-safe text."""
        parts = bytearray([_VERSION])
        for partition, (offset, mark) in sorted(self.offsets.items()):
            parts += _varint(partition) + _varint(offset) + mark
        return base64.urlsafe_b64encode(bytes(parts)).rstrip(b"=").decode()


def position(word: str) -> Position:
    """Read a position; raises :class:`NoPosition`."""
    if len(word) > LONGEST:
        raise NoPosition("longer than any position")
    try:
        raw = base64.b64decode(word.encode("ascii") + b"=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NoPosition("not a position") from None
    if not raw or raw[0] != _VERSION:
        raise NoPosition("not a position of this version")
    found: dict[int, tuple[int, bytes]] = {}
    at = 1
    while at < len(raw):
        partition, at = _read(raw, at)
        offset, at = _read(raw, at)
        mark = raw[at : at + 2]
        at += 2
        if len(mark) != 2 or partition > 65_535 or partition in found:
            raise NoPosition("cut short")
        found[partition] = (offset, mark)
    return Position(found)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read(raw: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(raw) and shift < 63:
        byte = raw[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise NoPosition("cut short")
