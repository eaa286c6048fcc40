"""An area as bytes and back: the contributions that count, what the desk holds, and what was said."""

import orjson
from pydantic import TypeAdapter

from schemas.area import AreaEvent, AreaHeld, AreaReleased, AreaReview, Board, Contribution
from streams.agents.row import RowOfNewerRules, entry, said_again
from streams.rules.area.roll import Roll
from streams.rules.area.take import AreaState
from streams.rules.telling import RULES_VERSION

_SCHEMA = 1
_EVENT: TypeAdapter[AreaEvent] = TypeAdapter(AreaEvent)

#: Contributions whose JSON is kept at hand, so that a row of many councils is not written out anew for each.
_KEPT = 5_000


class Writer:
    """Writes rows; remembers the JSON of contributions that it has written before."""

    def __init__(self) -> None:
        self._json: dict[tuple[str, str], tuple[Contribution, bytes]] = {}

    def write(self, state: AreaState) -> bytes:
        """The row of an area."""
        return orjson.dumps(
            {
                "schema": _SCHEMA,
                "rules": RULES_VERSION,
                "n": state.n,
                "councils": [
                    orjson.Fragment(self._contribution(given)) for given in state.roll.councils.values()
                ],
                "desk": [orjson.Fragment(event.model_dump_json()) for event in state.roll.desk.values()],
                "ledger": {key: entry(said) for key, said in state.ledger.items()},
                "shown": orjson.Fragment(state.shown.model_dump_json()) if state.shown is not None else None,
            }
        )

    def _contribution(self, given: Contribution) -> bytes:
        mark = given.key, given.council
        kept = self._json.get(mark)
        if kept is None or kept[0] is not given:
            if len(self._json) >= _KEPT:
                self._json.clear()
            kept = self._json[mark] = given, given.model_dump_json().encode()
        return kept[1]


def load(row: bytes) -> AreaState:
    """An area from its row. Raises :class:`RowOfNewerRules`."""
    found = orjson.loads(row)
    if found["rules"] > RULES_VERSION or found["schema"] > _SCHEMA:
        raise RowOfNewerRules(
            f"a row was written by rules {found['rules']}, this worker has {RULES_VERSION}: start the newer version"
        )
    events = [_EVENT.validate_json(orjson.dumps(event)) for event in (*found["councils"], *found["desk"])]
    return AreaState(
        roll=Roll(
            councils={event.council: event for event in events if isinstance(event, Contribution)},
            desk={
                event.id: event for event in events if isinstance(event, AreaHeld | AreaReleased | AreaReview)
            },
        ),
        ledger={key: said_again(kept) for key, kept in found["ledger"].items()},
        n=found["n"],
        shown=Board.model_validate_json(orjson.dumps(found["shown"])) if found["shown"] is not None else None,
    )
