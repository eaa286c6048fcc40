"""Where a mode demands signatures, does the agent hold each against the producer's key, whatever intake did?"""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from schemas.reading import InputEvent
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Output, Record
from streams.signing import Signatories, canonical, new_key, read_signatories, sign, verifies
from streams.trouble import Trouble
from tests.intake.conftest import DESK, declaration

PRIVATE, PUBLIC = new_key()
OTHER, _ = new_key()


def read(event: InputEvent, *headers: tuple[str, bytes]) -> Any:
    keeper = CouncilKeeper("rehearsal", 1, Signatories({DESK: [PUBLIC]}).fault)
    topic = "results.rehearsal.declarations.v1"
    found = keeper.read(Record(topic, 0, 5, event.council.encode(), canonical(event), headers, 0))
    if isinstance(found, Output):
        told = json.loads(found.value)
        return told["reason"], told["field"], b64decode(told["original"])
    return found


def test_a_signed_event_is_read() -> None:
    event = declaration()

    assert read(event, ("signature", sign(event, PRIVATE))) == Addressed(event.council, event)


def test_what_is_written_otherwise_is_signed_all_the_same() -> None:
    """The signature is over what an event says, not over its spaces."""
    spread = json.dumps(json.loads(canonical(declaration())), indent=2).encode()
    keeper = CouncilKeeper("rehearsal", 1, Signatories({DESK: [PUBLIC]}).fault)
    event = declaration()
    headers = (("signature", sign(event, PRIVATE)),)

    found = keeper.read(Record("t", 0, 0, event.council.encode(), spread, headers, 0))

    assert found == Addressed(event.council, event)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("signature", b"")],
        [("signature", b"no base64 \xff")],
        [("signature", sign(declaration(), OTHER))],
        [("signature", sign(declaration(elected={"CON": 1}), PRIVATE))],
        [("signature", sign(declaration(revision=2), PRIVATE))],
        [("signature", sign(declaration(), PRIVATE)), ("signature", sign(declaration(), OTHER))],
    ],
    ids=["missing", "empty", "garbage", "another's key", "other figures", "another revision", "two"],
)
def test_anything_else_is_rejected_with_its_bytes(headers: list[tuple[str, bytes]]) -> None:
    event = declaration()

    assert read(event, *headers) == ("sig", "signature", canonical(event))


def test_a_stranger_has_no_key() -> None:
    event = declaration().model_copy(update={"producer": "A. Stranger"})

    assert read(event, ("signature", sign(event, PRIVATE)))[0] == "sig"


def test_a_key_may_be_replaced_without_a_gap() -> None:
    new, new_public = new_key()
    both = Signatories({DESK: [PUBLIC, new_public]})

    for private in (PRIVATE, new):
        assert both.fault(declaration(), [("signature", sign(declaration(), private))]) is None


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({DESK: [PUBLIC]}))
    event = declaration()

    assert read_signatories(path).fault(event, [("signature", sign(event, PRIVATE))]) is None
    path.write_text('{"Kent desk": "no list"}')
    with pytest.raises(Trouble, match="must read"):
        read_signatories(path)


def test_a_public_key_that_is_none_verifies_nothing() -> None:
    assert not verifies(declaration(), sign(declaration(), PRIVATE), "no key")
