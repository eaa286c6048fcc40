"""Do readers hear what is held, and nothing of what one person at the desk wrote to another?"""

import orjson
import pytest

from schemas.area import Board
from schemas.standing import Standing
from streams.publishers.discretion import discreet
from tests.publishers.making import SWALE, a_board, a_client, a_log, a_site, a_standing, an_archive

HOLD = {"hold": "hold-7", "by": "A. Editor", "reason": "The agent of J. Mercer says that the count was wrong"}
HELD = a_standing(holds=[HOLD | {"scope": "ward"}], held=True)
HELD_AREA = a_board(holds=[HOLD | {"scope": "area"}], held=True)


@pytest.mark.parametrize(
    ("path", "picture"),
    [
        (f"/api/v1/councils/{SWALE}", HELD),
        (f"/api/v1/councils/{SWALE}/versions/1", HELD),
        ("/api/v1/areas", HELD_AREA),
        ("/api/v1/areas/kent", HELD_AREA),
        ("/api/v1/areas/kent/versions/1", HELD_AREA),
        ("/council/swale", HELD),
        ("/area/kent", HELD_AREA),
    ],
)
async def test_readers_hear_that_something_is_held_and_not_by_whom_or_why(
    path: str, picture: Standing | Board
) -> None:
    async with a_client(a_site(an_archive(a_log(picture)))) as client:
        answer = await client.get(path)

    assert answer.status_code == 200
    assert "held" in answer.text.lower()
    assert "Mercer" not in answer.text
    assert "Editor" not in answer.text


def test_nothing_else_changes_not_even_what_a_later_release_added() -> None:
    later = orjson.loads(HELD.model_dump_json()) | {"added_later": [1, 2]}

    told = orjson.loads(discreet(orjson.dumps(later)))

    assert told.pop("holds") == [
        {"hold": "hold-7", "by": "the desk", "reason": "held for checking", "scope": "ward"}
    ]
    assert told == {name: value for name, value in later.items() if name != "holds"}
