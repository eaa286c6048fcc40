"""The tile map: one square of equal weight for each council, about where it lies."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.standing import Standing

#: Columns and rows for which the style sheet has places.
COLUMNS, ROWS = 16, 40


@dataclass(frozen=True, slots=True)
class Tile:
    """A council's place, counted from 1, and its three letters."""

    council: str
    column: int
    row: int
    letters: str


@lru_cache(maxsize=1)
def _layouts() -> Mapping[str, Mapping[str, tuple[int, int, str]]]:
    found = json.loads(Path(__file__).with_name("tiles.json").read_text(encoding="utf-8"))
    return {election: {slug: tuple(place) for slug, place in of.items()} for election, of in found.items()}


def tiles(standings: Iterable[Standing]) -> list[Tile]:
    """Places for these councils in reading order; those without one of their own come in rows below."""
    placed: list[Tile] = []
    homeless: list[Standing] = []
    for standing in standings:
        place = _layouts().get(standing.election, {}).get(slug(standing.council))
        if place is None:
            homeless.append(standing)
        else:
            placed.append(Tile(standing.council, *place))
    width = max([tile.column for tile in placed], default=11)
    first = max([tile.row for tile in placed], default=0)
    homeless.sort(key=lambda standing: standing.name)
    for number, standing in enumerate(homeless):
        row, column = divmod(number, width)
        letters = "".join(c for c in standing.name.upper() if c.isalpha())[:3]
        placed.append(Tile(standing.council, column + 1, min(first + row + 1, ROWS), letters))
    return sorted(placed, key=lambda tile: (tile.row, tile.column))


def slug(council: str) -> str:
    """The part of a council's id that names it."""
    return council.split(".")[1]


def style_sheet() -> str:
    """CSS that puts tiles in their places, for a strict policy allows no style in the page."""
    columns = "".join(f".x{n}{{grid-column:{n}}}" for n in range(1, COLUMNS + 1))
    return columns + "".join(f".y{n}{{grid-row:{n}}}" for n in range(1, ROWS + 1)) + "\n"
