"""A council as bytes and back: the events that may count, what was said, and how many headlines that took."""

from collections.abc import Callable
from typing import Any

import orjson

from schemas.area import Contribution
from schemas.council import CouncilOpened
from schemas.reading import InputEvent, reread
from schemas.standing import Standing
from streams.rules.book import Book, restore
from streams.rules.council import Council, Given
from streams.rules.said import Said
from streams.rules.telling import RULES_VERSION

_SCHEMA = 1

#: Events whose JSON is kept at hand, so that a row of many wards is not written out anew for each.
_KEPT = 50_000


class RowOfNewerRules(Exception):
    """The row was written by rules that this program does not have."""


def map_name(version: int) -> str:
    """The attachment that holds a version of a council's map."""
    return f"map.{version}"


def map_bytes(event: CouncilOpened) -> bytes:
    """A map as an attachment."""
    return event.model_dump_json().encode()


class Writer:
    """Writes rows; remembers the JSON of events that it has written before."""

    def __init__(self) -> None:
        self._json: dict[str, bytes] = {}

    def write(self, council: Council) -> bytes:
        """The row of a council, its map left out."""
        book = council.book
        events: list[InputEvent] = [
            event for revisions in book.wards.values() for event in revisions.values()
        ]
        events += [event for about, event in book.latest.items() if about[0] != "map"]
        return orjson.dumps(
            {
                "schema": _SCHEMA,
                "rules": RULES_VERSION,
                "n": council.n,
                "map": book.map.version,
                "events": [orjson.Fragment(self._event(event, book)) for event in events],
                "fingerprints": book.fingerprints,
                "ledger": {key: entry(said) for key, said in council.ledger.items()},
                "shown": orjson.Fragment(council.shown.model_dump_json())
                if council.shown is not None
                else None,
                "given": council.given.version,
                "kept": [orjson.Fragment(kept.model_dump_json()) for kept in council.given.kept],
            }
        )

    def _event(self, event: InputEvent, book: Book) -> bytes:
        mark = book.fingerprints[event.id]
        found = self._json.get(mark)
        if found is None:
            if len(self._json) >= _KEPT:
                self._json.clear()
            found = self._json[mark] = event.model_dump_json().encode()
        return found


def load(row: bytes, attachment: Callable[[str], bytes]) -> Council:
    """A council from its row; ``attachment`` gives its map. Raises :class:`RowOfNewerRules`."""
    found = orjson.loads(row)
    if found["rules"] > RULES_VERSION or found["schema"] > _SCHEMA:
        raise RowOfNewerRules(
            f"a row was written by rules {found['rules']}, this worker has {RULES_VERSION}: start the newer version"
        )
    council_map = reread(attachment(map_name(found["map"])))
    if not isinstance(council_map, CouncilOpened):
        raise TypeError("the attachment of a council's map holds another event")
    events = [reread(orjson.dumps(event)) for event in found["events"]]
    return Council(
        book=restore(council_map, events, found["fingerprints"]),
        ledger={key: said_again(kept) for key, kept in found["ledger"].items()},
        n=found["n"],
        shown=Standing.model_validate_json(orjson.dumps(found["shown"]))
        if found["shown"] is not None
        else None,
        given=Given(
            found.get("given", 0),
            tuple(Contribution.model_validate_json(orjson.dumps(kept)) for kept in found.get("kept", ())),
        ),
    )


def entry(said: Said) -> list[Any]:
    """What was said, as it is kept in a row."""
    return [
        said.id,
        said.type,
        said.story,
        said.value,
        said.text,
        said.priority,
        said.lapses,
        said.confidence,
        said.bases,
    ]


def said_again(kept: list[Any]) -> Said:
    """What ``entry`` kept."""
    id, kind, story, value, text, priority, lapses, confidence, bases = kept
    stated = tuple((basis, version) for basis, version in bases)
    return Said(id, kind, story, value, text, priority, lapses, confidence, stated)
