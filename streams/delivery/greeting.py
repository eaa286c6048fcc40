"""Who stands behind a bare connection: asked twice what any Kafka client asks first, which requests are known there."""

import socket
import struct
from enum import Enum, auto

#: An ApiVersions request, version 0, which every broker answers: size, kind, version, number, and no client's name.
_REQUEST = struct.Struct(">ihhih")
_HEAD = struct.Struct(">ii")  # of the answer: size, number
_LARGEST_ANSWER = 1_000_000


class Answer(Enum):
    """What came back."""

    KAFKA = auto()
    #: An answer, and then the line was cut: where a login is wanted, it is wanted after the first answer.
    LOGIN_WANTED = auto()
    CLOSED = auto()
    SILENT = auto()
    FOREIGN = auto()


def greet(line: socket.socket) -> Answer:
    """Ask; waits for as long as the line's timeout at most."""
    first = _ask(line, 1)
    if first is not Answer.KAFKA:
        return first
    return Answer.LOGIN_WANTED if _ask(line, 2) is Answer.CLOSED else Answer.KAFKA


def _ask(line: socket.socket, number: int) -> Answer:
    try:
        line.sendall(_REQUEST.pack(_REQUEST.size - 4, 18, 0, number, -1))
        size, answered = _HEAD.unpack(_read(line, _HEAD.size))
        if answered != number or not 4 <= size <= _LARGEST_ANSWER:
            return Answer.FOREIGN
        _read(line, size - 4)
    except TimeoutError:
        return Answer.SILENT
    except (OSError, EOFError):  # TLS too says so when it turns a client away
        return Answer.CLOSED
    return Answer.KAFKA


def _read(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = line.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found
