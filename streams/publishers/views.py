"""What the pages show, worked out from the archive: values for the templates, and no markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.area import Board
from schemas.proof import Proof
from schemas.standing import Changes, Standing, WardStanding
from streams.publishers import bars, words
from streams.publishers.archive import Archive, Entry
from streams.publishers.colours import colours, style
from streams.publishers.scoreboard import BASES, Scoreboard, scoreboard
from streams.publishers.tiles import Tile, slug, tiles

#: What the front page tells unless every declaration is asked for.
MAIN = ("F", "U")
ALL = ("F", "U", "R", "B")
#: Headlines on a page as it is first sent; the rest comes by `more`.
FIRST = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A headline as a page shows it; ``fate`` is what became of it, ``by`` the id of the headline that did it."""

    entry: Entry
    id: str
    kind: str
    priority: str
    clock: str
    moment: datetime
    text: str
    key: str
    name: str
    link: str
    action: str
    fate: str
    by: str
    reason: str
    editorial: bool
    changed_ms: int


@dataclass(frozen=True, slots=True)
class CouncilLine:
    """A council in a list or on the map."""

    council: str
    slug: str
    name: str
    style: str
    control: str
    word: str
    phrase: str
    progress: str
    declared: int
    wards: int
    final: bool
    started: bool
    decided: bool
    hollow: bool
    bar: bars.SeatsBar
    tile: Tile | None
    said: str


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """Changes of a council on one basis, or why there are none."""

    title: str
    as_of: str
    comparable: bool
    scope: str
    rows: tuple[tuple[str, int, int | None, int, bool], ...]


@dataclass(frozen=True, slots=True)
class CouncilView:
    """All of a council's page."""

    standing: Standing
    line: CouncilLine
    majority_mark: float
    reaches: list[bars.Reach]
    call: Line | None
    proof: list[str]
    changes: list[ChangeTable]
    wards: list[WardStanding]
    out: list[WardStanding]
    pivotal: frozenset[str]
    names: dict[str, str]
    areas: list[Board]


@dataclass(frozen=True, slots=True)
class Front:
    """All of the front page but its headlines."""

    score: Scoreboard
    councils: list[CouncilLine]
    tiles: list[CouncilLine]
    title: str
    updated: datetime | None
    areas: list[Board]


def latest(archive: Archive) -> list[Standing]:
    """The councils as they stand, by name."""
    found = [history.latest for history in archive.councils.values() if history.latest is not None]
    return sorted(found, key=lambda standing: standing.name)


def boards(archive: Archive) -> list[Board]:
    """The areas as they stand: the feed, nations, regions, counties, each by name."""
    order = {"feed": 0, "nation": 1, "region": 2, "county": 3}
    found = [history.latest for history in archive.areas.values() if history.latest is not None]
    return sorted(found, key=lambda board: (order[board.kind], board.name))


def whole(archive: Archive) -> tuple[str, frozenset[str]]:
    """The area of all councils of the feed, and those within it: what is said of them repeats what is said of it.

    Where no area is all of them, an empty name and none.
    """
    found = {board.area: board.kind for board in boards(archive)}
    feed = next((area for area, kind in found.items() if kind == "feed"), "")
    return feed, frozenset(found) - {feed} if feed else frozenset()


def front(archive: Archive, only: Iterable[str] | None = None) -> Front:
    """The front page, or the page of an area with ``only`` its councils."""
    wanted = None if only is None else set(only)
    standings = [s for s in latest(archive) if wanted is None or s.council in wanted]
    lines = council_lines(standings)
    placed = sorted(
        (line for line in lines if line.tile),
        key=lambda line: (line.tile.row, line.tile.column) if line.tile else (),
    )
    moments = [s.last_declared_at for s in standings if s.last_declared_at]
    return Front(
        scoreboard(standings, colours()),
        lines,
        placed,
        words.election(standings[0].election) if standings else "",
        max(moments, default=None),
        boards(archive),
    )


def council_lines(standings: list[Standing]) -> list[CouncilLine]:
    """Councils for lists and the map."""
    places = {tile.council: tile for tile in tiles(standings)}
    return [council_line(standing, places.get(standing.council)) for standing in standings]


def council_line(standing: Standing, tile: Tile | None = None) -> CouncilLine:
    """A council for lists and the map."""
    names = party_names(standing)
    after = standing.control.after if standing.control.reported else None
    word, phrase = words.outcome(standing.control, names.get(after or "", after or ""))
    progress = words.progress(standing)
    said = f"{standing.name}: " + (f"{phrase}, {progress.lower()}" if phrase else progress.lower())
    return CouncilLine(
        standing.council,
        slug(standing.council),
        standing.name,
        style(after) if after else "",
        after or "",
        word,
        phrase,
        progress,
        standing.wards_declared,
        standing.wards_expected,
        standing.final,
        standing.wards_declared > 0,
        after is not None,
        standing.held,
        bars.seats_bar(standing),
        tile,
        said,
    )


def council(archive: Archive, standing: Standing) -> CouncilView:
    """A council's page."""
    names = party_names(standing)
    mark, reach = bars.reaches(standing)
    call, proof = _call(archive, standing.council)
    return CouncilView(
        standing,
        council_line(standing),
        mark,
        reach,
        call,
        words.proof(proof, names) if proof else [],
        [_changes(changes) for changes in _ordered(standing.changes)],
        sorted(standing.wards, key=lambda ward: (not ward.elected, ward.name)),
        sorted(
            (w for w in standing.wards if w.status not in ("declared", "unopposed")), key=lambda w: w.name
        ),
        _pivotal(archive, standing.council),
        names,
        [board for board in boards(archive) if any(c.council == standing.council for c in board.councils)],
    )


def lines(archive: Archive, entries: Iterable[Entry]) -> list[Line]:
    """Headlines for a page, in the order given."""
    return [line(archive, entry) for entry in entries]


def line(archive: Archive, entry: Entry) -> Line:
    """A headline for a page."""
    headline = entry.headline
    fate = archive.fates.get(headline.id)
    link = f"/council/{slug(headline.council)}" if headline.council else f"/area/{headline.area}"
    why = words.reason(fate.by.headline.reason) if fate else words.reason(headline.reason)
    return Line(
        entry,
        headline.id,
        words.kind(headline),
        headline.priority,
        words.declared(headline.declared_at),
        headline.declared_at.at,
        headline.text,
        headline.key,
        headline.name,
        link,
        headline.action,
        fate.action if fate else "",
        fate.by.headline.id if fate else "",
        why,
        headline.confidence == "editorial",
        fate.by.at_ms if fate else entry.at_ms,
    )


def newest(
    archive: Archive,
    *,
    priorities: Sequence[str] = ALL,
    keys: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
    most: int = FIRST,
) -> list[Line]:
    """The newest headlines first, of these priorities and of these councils and areas, ``without`` others."""
    found = []
    for entry in reversed(archive.entries):
        key = entry.headline.key
        if (keys is None or key in keys) and key not in without and entry.headline.priority in priorities:
            found.append(line(archive, entry))
        if len(found) == most:
            break
    return found


def party_names(standing: Standing) -> dict[str, str]:
    """Names of the parties of a council by code."""
    return {party.party: party.name for party in standing.parties} | {"NOC": "No overall control"}


def find(archive: Archive, asked: str) -> tuple[list[CouncilLine], list[tuple[str, str, WardStanding]]]:
    """Councils, and wards with the slug and name of their council, whose name holds every word asked for."""
    wanted = asked.casefold().replace("’", "'").split()
    if not wanted:
        return [], []

    def has(name: str) -> bool:
        folded = name.casefold().replace("’", "'")
        return all(word in folded for word in wanted)

    standings = latest(archive)
    found = [
        (slug(standing.council), standing.name, ward)
        for standing in standings
        for ward in standing.wards
        if has(ward.name)
    ]
    return council_lines([standing for standing in standings if has(standing.name)]), found[:100]


def _call(archive: Archive, key: str) -> tuple[Line | None, Proof | None]:
    """The call on control that stands, with its proof."""
    for entry in reversed(archive.of(key)):
        headline = entry.headline
        if headline.fact != "control":
            continue
        if headline.action == "withdrawn":
            return None, None
        return line(archive, entry), headline.proof
    return None, None


def _pivotal(archive: Archive, key: str) -> frozenset[str]:
    """Wards any one of which could decide control next, as last said."""
    for entry in reversed(archive.of(key)):
        if entry.headline.type == "PIVOTAL_WARDS":
            gone = entry.headline.action == "withdrawn" or entry.headline.id in archive.fates
            named = entry.headline.value.get("wards", [])
            return frozenset() if gone else frozenset(str(ward) for ward in named)
    return frozenset()


def _ordered(changes: Iterable[Changes]) -> list[Changes]:
    return sorted(changes, key=lambda c: (BASES.index(c.basis), c.scope))


def _changes(changes: Changes) -> ChangeTable:
    title = words.basis(changes.basis, changes.as_of.year)
    rows = [
        (row.party, row.before, row.now, row.change, row.new)
        for row in sorted(changes.rows, key=lambda r: (r.party in ("OTHERS", "VACANT", "PENDING"), -r.now))
    ]
    return ChangeTable(
        title[0].upper() + title[1:], words.day(changes.as_of), changes.comparable, changes.scope, tuple(rows)
    )
