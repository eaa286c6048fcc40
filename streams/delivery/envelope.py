"""The bytes of a changelog record: a row in its envelope, an attachment, or a partition's mark."""

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from streams.delivery.keeper import Output

#: Kind, version and last judged offset stand uncompressed in front, so that recovery compares rows unopened.
HEAD = struct.Struct(">cQq")
ROW, ATTACHMENT, MARK = b"R", b"A", b"M"


class Rank(NamedTuple):
    """Which of two rows of a key is the later: the higher version, then the higher judged offset."""

    version: int
    judged: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """A row as it is written.

    ``version`` counts the accepted changes of the key, ``judged`` is the offset of the last record judged for
    it, ``incarnation`` the id of the input topic that ``judged`` belongs to, ``intents`` the outputs not yet
    known to be acknowledged, ``state`` what the keeper dumped.
    """

    version: int
    judged: int
    incarnation: str
    intents: tuple[Output, ...]
    state: bytes


def seal_row(row: Envelope) -> bytes:
    """A row as changelog bytes, compressed."""
    body = {
        "incarnation": row.incarnation,
        "state": _text(row.state),
        "intents": [
            [
                o.topic,
                None if o.key is None else _text(o.key),
                _text(o.value),
                [[n, _text(h)] for n, h in o.headers],
            ]
            for o in row.intents
        ],
    }
    packed = zlib.compress(orjson.dumps(body), 1)
    return HEAD.pack(ROW, row.version, row.judged) + packed


def open_row(value: bytes) -> Envelope:
    """The row in changelog bytes; ValueError when these are none."""
    kind, version, judged = HEAD.unpack_from(value)
    if kind != ROW:
        raise ValueError(f"a changelog record of kind {kind!r} is not a row")
    try:
        body = orjson.loads(zlib.decompress(value[HEAD.size :]))
    except zlib.error as fault:
        raise ValueError(f"a row of version {version} does not decompress: {fault}") from None
    intents = tuple(
        Output(
            topic,
            None if key is None else _bytes(key),
            _bytes(said),
            tuple((n, _bytes(h)) for n, h in headers),
        )
        for topic, key, said, headers in body["intents"]
    )
    return Envelope(version, judged, body["incarnation"], intents, _bytes(body["state"]))


def rank(value: bytes) -> Rank:
    """Which row this is, without opening it."""
    _, version, judged = HEAD.unpack_from(value)
    return Rank(version, judged)


def seal_attachment(data: bytes) -> bytes:
    """An attachment as changelog bytes, compressed."""
    return ATTACHMENT + zlib.compress(data, 6)


def open_attachment(value: bytes) -> bytes:
    """The attachment in changelog bytes."""
    return zlib.decompress(value[1:])


def seal_mark(incarnation: str) -> bytes:
    """A partition's mark: which incarnation of the input topic its rows were judged from."""
    return MARK + incarnation.encode()


def open_mark(value: bytes) -> str:
    """The incarnation in a mark."""
    return value[1:].decode()


def _text(data: bytes) -> str:  # any byte is one latin-1 character, so this loses nothing
    return data.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
