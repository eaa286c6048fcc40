"""Names in a file against the names on the maps. One match or none: where it is not plain, people are asked."""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from schemas.council import Candidate, CouncilOpened, Ward
from streams.trouble import Trouble

T = TypeVar("T")

_SPACE = re.compile(r"\s+")


def plain(name: str) -> str:
    """A name without what people write differently: case, spaces, curly apostrophes, a full stop after St."""
    return _SPACE.sub(" ", name.replace("’", "'").replace(".", " ").replace("&", "and")).strip().casefold()


def council(written: str, maps: Iterable[CouncilOpened]) -> CouncilOpened:
    """A council by id, name or official name; raises ``Trouble`` with suggestions."""
    return _one("council", written, list(maps), lambda one: (one.council, one.name, one.official_name))


def ward(written: str, of: CouncilOpened) -> Ward:
    """A ward of a council by id or name."""
    return _one(f"ward of {of.name}", written, of.wards, lambda one: (one.id, one.name))


def candidate(written: str, party: str, of: Ward, council_map: CouncilOpened) -> Candidate:
    """A candidate of a ward by id or name; ``party`` (code or name, may be empty) has to agree with the map."""
    names = {each.code: (each.code, each.name) for each in council_map.parties}
    standing: list[Candidate] = list(of.candidates)
    if party:
        codes = {code for code, known in names.items() if plain(party) in map(plain, known)}
        if not codes:
            near = _near(party, [name for known in names.values() for name in known])
            raise Trouble(f"there is no party {party!r} on the map of {council_map.name}{near}")
        of_party = [one for one in standing if one.party in codes]
        same = [one for one in standing if plain(written) in (plain(one.id), plain(one.name))]
        if same and not any(one in of_party for one in same):
            raise Trouble(
                f"{same[0].name} stands for {same[0].party} in {of.name}, not for {party} (DR-34 g)"
            )
        standing = of_party if same else standing
    return _one(f"candidate in {of.name}", written, standing, lambda one: (one.id, one.name))


def _one(what: str, written: str, all_of: Iterable[T], names: Callable[[T], Iterable[str]]) -> T:
    everything = list(all_of)
    found = [one for one in everything if plain(written) in map(plain, names(one))]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(next(iter(names(one))) for one in found))
        raise Trouble(f"{written!r} is more than one {what}: write which, {ids}")
    near = _near(written, [name for one in everything for name in names(one)])
    raise Trouble(f"there is no {what} called {written!r}{near}")


def _near(written: str, names: list[str]) -> str:
    by_plain = {plain(name): name for name in names}
    near = [by_plain[one] for one in difflib.get_close_matches(plain(written), by_plain, n=3, cutoff=0.6)]
    return f"; did you mean {', '.join(near)}?" if near else ""
