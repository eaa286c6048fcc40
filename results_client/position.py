"""A position in the headlines topic as an opaque word: any copy of the service takes up where another left off."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

_VERSION = 2
#: Of the longest word; a few hundred partitions, or a few with all that may be held back, fit.
LONGEST = 12_000

NO_MARK = b"\0\0"


class NoPosition(ValueError):
    """The word is no position of this feed."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a partition was told: all before ``offset`` but the ``held``, which wait for one before them.

    ``mark`` is of the record before ``offset``: it tells another log from this one, where offsets alone would be taken
    up anywhere.
    """

    offset: int
    mark: bytes = NO_MARK
    held: tuple[int, ...] = ()

    def lacks(self, offset: int) -> bool:
        """Whether a record was not told."""
        return offset >= self.offset or offset in self.held

    def joined(self, other: "Reach") -> "Reach":
        """What was told by either."""
        far, near = (self, other) if self.offset >= other.offset else (other, self)
        return Reach(far.offset, far.mark, tuple(held for held in far.held if near.lacks(held)))


@dataclass(frozen=True, slots=True)
class Position:
    """Which headlines a reader has had, by partition."""

    reached: Mapping[int, Reach] = field(default_factory=dict)

    def lacks(self, partition: int, offset: int) -> bool:
        """Whether the reader has not had a record."""
        found = self.reached.get(partition)
        return found is None or found.lacks(offset)

    def joined(self, partition: int, reach: Reach) -> "Position":
        """The position of a reader who has had this as well."""
        found = self.reached.get(partition)
        return Position({**self.reached, partition: reach if found is None else found.joined(reach)})

    def covers(self, other: "Position") -> bool:
        """Whether a reader here has had all that a reader there has had."""
        return all(self.joined(partition, reach) == self for partition, reach in other.reached.items())

    def word(self) -> str:
        """The position as URL-safe text."""
        parts = bytearray([_VERSION])
        for partition, reach in sorted(self.reached.items()):
            parts += _varint(partition) + _varint(reach.offset) + reach.mark + _varint(len(reach.held))
            after = reach.offset
            for held in reversed(reach.held):
                parts += _varint(after - held)
                after = held
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
    found: dict[int, Reach] = {}
    at = 1
    while at < len(raw):
        partition, at = _read(raw, at)
        offset, at = _read(raw, at)
        mark = raw[at : at + 2]
        count, at = _read(raw, at + 2)
        held: list[int] = []
        for _ in range(count):
            step, at = _read(raw, at)
            held.append((held[-1] if held else offset) - step)
            if step == 0 or held[-1] < 0:
                raise NoPosition("cut short")
        if partition > 65_535 or partition in found:
            raise NoPosition("cut short")
        found[partition] = Reach(offset, mark, tuple(reversed(held)))
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
