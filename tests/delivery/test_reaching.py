"""Is it said why a broker cannot be reached, of a cluster as of one?"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from streams.delivery import reaching
from streams.delivery.profiles import Security
from streams.delivery.reaching import why_unreached

#: The beginning of each answer of a broker to the question that is asked: size, number, and no error.
ONCE, TWICE = (bytes([0, 0, 0, 6, 0, 0, 0, number, 0, 0]) for number in (1, 2))


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """Where something gives these answers, one for each question, and closes then; silent without any."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        listening.settimeout(0.1)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    speak(listening.accept()[0])

        def speak(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.settimeout(10)
                for said in answers:
                    if line.recv(100)[:1] != b"\0":  # no question: nothing at all, or TLS
                        return
                    line.sendall(said)
                if not answers:
                    line.recv(100)
                    line.recv(100)  # until the other side gives up

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            over.set()
            thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "_LOOK_SECONDS", 0.3)


@pytest.fixture
def nobody() -> str:
    """Where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


SENTENCES = {
    "nonsense": ((b"HTTP/1.1 400 Bad Request\r\n",), "does not answer as a Kafka broker"),
    "an answer to another question": ((TWICE,), "does not answer as a Kafka broker"),
    "nothing": ((), "has not answered within 0.3 s: wait until"),
    "one answer and the end": ((ONCE,), "asks for a login over a connection that is not encrypted"),
    "answers": ((ONCE, TWICE), "answers, but took too long"),
}


@pytest.mark.parametrize("what", SENTENCES)
def test_who_is_slow_is_told_from_who_is_no_broker(what: str) -> None:
    answers, says = SENTENCES[what]
    with answering(*answers) as address:
        said = why_unreached(address, Security())

    assert says in said
    assert address in said
    assert said.count("\n") == 0


def test_of_several_addresses_one_that_listens_is_asked(nobody: str) -> None:
    with answering() as silent:
        said = why_unreached(f"{nobody},{silent}", Security())

    assert said.startswith(f"What listens at {nobody},{silent} has not answered")


def test_where_nothing_listens_nobody_answers(nobody: str) -> None:
    assert why_unreached(f"{nobody},{nobody}", Security()).startswith("No Kafka broker answers at ")
