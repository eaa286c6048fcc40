"""Producers and people of the desk, entered on the command line; keys are shown once and passwords never."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.intake.desk.register import Register
from streams.intake.producers import Producers
from streams.trouble import Trouble

RUN = CliRunner()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESULTS_INTAKE_DIR", str(tmp_path / "intake"))
    return tmp_path / "intake"


def results(*arguments: str, said: str = "") -> tuple[int, str]:
    done = RUN.invoke(app, arguments, input=said)
    if isinstance(done.exception, Trouble):
        return 2, str(done.exception)
    return done.exit_code, done.stdout


def test_a_producer_from_entry_to_thaw(folder: Path) -> None:
    code, key = results(
        "producer", "add", "Kent desk", "--area", "kent", "--tier", "1", "--door", "declarations"
    )
    key = key.strip()
    code, listed = results("producer", "list")
    assert code == 0
    assert listed == (
        f"Kent desk  bearer {key.split('.')[0]}  tier 1  20/s  all of kent  declarations  may send\n"
    )

    assert results("producer", "freeze", "Kent desk", "--why", "lost a phone") == (
        0,
        "Kent desk is frozen.\n",
    )
    assert "frozen: lost a phone" in results("producer", "list")[1]
    assert results("producer", "freeze", "Kent desk", "--thaw") == (0, "Kent desk may send again.\n")
    _, new = results("producer", "rotate", "Kent desk")
    assert new.strip() not in (key, "")
    register = Producers(folder)
    assert register.of_key(key.split(".")[0]) is None
    register.close()
    assert (folder / "producers.sqlite").stat().st_mode & 0o077 == 0


def test_the_secret_of_an_hmac_lies_in_a_file_of_its_own(folder: Path) -> None:
    _, key = results("producer", "add", "Signer", "--council", "*", "--hmac")
    secret = key.strip().split(".")[1]

    assert secret in (folder / "hmac-secrets.json").read_text()
    assert (folder / "hmac-secrets.json").stat().st_mode & 0o077 == 0
    others = [path for path in folder.iterdir() if path.name != "hmac-secrets.json"]
    assert not any(secret.encode() in path.read_bytes() for path in others)
    results("producer", "rotate", "Signer")
    assert secret not in (folder / "hmac-secrets.json").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "Nobody"], "Say what it may declare"),
        (["add", "Nobody", "--council", "*", "--door", "windows"], "There is no door windows"),
        (["freeze", "Nobody"], "There is no producer Nobody"),
        (["rotate", "Nobody"], "There is no producer Nobody"),
    ],
)
def test_a_mistake_ends_in_a_sentence(arguments: list[str], sentence: str) -> None:
    code, told = results("producer", *arguments)

    assert (code, sentence in told) == (2, True)


def test_people_of_the_desk(folder: Path) -> None:
    added = results(
        "desk",
        "add",
        "Ann",
        "--role",
        "enter",
        "--role",
        "hold",
        "--password-stdin",
        said="a long password\n",
    )
    short = results("desk", "add", "Ben", "--role", "enter", "--password-stdin", said="short\n")
    other = results("desk", "add", "Ben", "--role", "king", "--password-stdin", said="a long password\n")

    assert added == (0, "Ann may enter, hold.\n")
    assert (short[0], other[0]) == (2, 2)
    assert results("desk", "list") == (0, "Ann  enter, hold\n")
    register = Register(folder)
    assert register.password_holds("Ann", "a long password")
    assert not register.password_holds("Ann", "another")
    register.close()
    assert b"a long password" not in (folder / "desk.sqlite").read_bytes()
    assert results("desk", "remove", "Ann") == (0, "Ann is no longer at the desk.\n")
    assert results("desk", "remove", "Ann")[0] == 2
