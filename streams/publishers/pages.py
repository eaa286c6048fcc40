"""The pages: which there are, and the bytes of each for a state of the archive."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from schemas.contract import Mode
from schemas.standing import Standing
from streams.publishers import colours, tiles, views, words
from streams.publishers.archive import Archive
from streams.publishers.problem import Problem
from streams.publishers.scoreboard import OTHERS, PartyLine

_STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

SITE = "Election results"
_MARK_SAYS = {
    "replay": "An earlier night, played again. These are not new results.",
    "rehearsal": "This is a test. None of these results are real.",
}

_SHORT = {"RES": "Residents’ associations", "IND": "Independents", OTHERS: "Others"}
_OWN = ("CON", "LAB", "LD", "GRN", "REF", "SNP", "PC", "UKIP")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages, under a name that changes with it."""

    name: str
    body: bytes
    media_type: str


def assets() -> dict[str, Asset]:
    """All assets by the name that the pages use in the end."""
    found: dict[str, Asset] = {}
    made = {"colours.css": (colours.style_sheet() + tiles.style_sheet()).encode()}
    for path in sorted(_STATIC.iterdir()):
        made[path.name] = path.read_bytes()
    for name, body in made.items():
        if name == "live.css":  # it names others by their hashed names
            for other in ("replay.svg", "rehearsal.svg"):
                body = body.replace(other.encode(), _hashed(other, made[other]).encode())
        found[name] = Asset(_hashed(name, body), body, _TYPES[Path(name).suffix])
    return found


def _hashed(name: str, body: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{ending}"


def _environment(files: Mapping[str, Asset]) -> Environment:
    made = Environment(
        loader=PackageLoader("streams.publishers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    made.globals.update(
        asset=lambda name: f"/static/{files[name].name}",
        style=colours.style,
        signed=words.signed,
        direction=words.direction,
        basis=words.basis,
        short_basis=words.short_basis,
        clock=words.clock,
        day=words.day,
        day_and_clock=words.day_and_clock,
        election=words.election,
        seats=words.seats,
        ward_status=words.ward_status,
        party_name=party_name,
        site=SITE,
    )
    return made


def party_name(line: PartyLine) -> str:
    """A party's name in the scoreboard, where councils' own names of the same group would mislead."""
    if line.party in _OWN:
        return colours.colours()[line.party].name
    return _SHORT.get(line.party, line.name)


@dataclass(slots=True)
class Pages:
    """Renders pages. ``archive`` and ``stale`` say what there is now, ``silent_since`` from when it is."""

    mode: Mode
    archive: Callable[[], Archive]
    stale: Callable[[], bool]
    silent_since: Callable[[], datetime | None]
    files: dict[str, Asset] = field(default_factory=assets)
    _made: Environment | None = None

    def front(self, *, main: bool, parts: bool) -> bytes:
        """The front page."""
        archive = self.archive()
        feed, within = views.whole(archive)
        found = (
            views.newest(archive, priorities=views.MAIN, without=within) if main else views.newest(archive)
        )
        return self._page(
            "front.html",
            parts,
            f=views.front(archive),
            main=main,
            feed=feed,
            headlines=[] if parts else found,
            heading="",
            stream="",
        )

    def councils(self, *, parts: bool) -> bytes:
        """The list of councils alone."""
        return self._page("councils.html", parts, f=views.front(self.archive()), stream="")

    def board(self, *, parts: bool) -> bytes:
        """The big board for a studio wall."""
        archive = self.archive()
        feed, within = views.whole(archive)
        found = [] if parts else views.newest(archive, priorities=("F",), without=within, most=4)
        return self._page("board.html", parts, f=views.front(archive), feed=feed, headlines=found, stream="")

    def council(self, name: str, *, parts: bool) -> bytes:
        """A council's page, by its id or the part of it that names it."""
        archive = self.archive()
        standing = self.standing(name)
        keys = frozenset({standing.council})
        found = [] if parts else views.newest(archive, keys=keys, most=200)
        return self._page("council.html", parts, v=views.council(archive, standing), headlines=found)

    def areas(self) -> bytes:
        """The list of areas."""
        return self._page("areas.html", False)

    def area(self, name: str, *, parts: bool) -> bytes:
        """An area's page, by its slug or id."""
        archive = self.archive()
        for board in views.boards(archive):
            if name in (board.slug, board.area):
                councils = frozenset(council.council for council in board.councils)
                keys = councils | {board.area}
                return self._page(
                    "area.html",
                    parts,
                    b=board,
                    f=views.front(archive, councils),
                    headlines=[] if parts else views.newest(archive, priorities=views.MAIN, keys=keys),
                    stream=f"area={board.area}&council={','.join(sorted(councils))}&priority=F,U",
                )
        raise Problem("not-found", f"There is no area {name[:80]} in this feed.")

    def embed(self, name: str | None, *, parts: bool) -> bytes:
        """A council, or the scoreboard, to be shown in a frame of another page."""
        archive = self.archive()
        standing = self.standing(name) if name else None
        return self._page(
            "embed.html",
            parts,
            v=views.council(archive, standing) if standing else None,
            f=None if standing else views.front(archive),
            stream=f"council={standing.council}" if standing else "priority=F,U",
            link=f"/council/{tiles.slug(standing.council)}" if standing else "/",
        )

    def search(self, asked: str) -> bytes:
        """Councils and wards by name."""
        councils, wards = views.find(self.archive(), asked)
        return self._page("search.html", False, q=asked, councils=councils, wards=wards)

    def headline(self, id: str) -> bytes:
        """One headline, with its proof and what it replaced."""
        archive = self.archive()
        entry = archive.by_id.get(id)
        if entry is None:
            raise Problem("not-found", f"There is no headline {id[:40]} in this feed.")
        headline = entry.headline
        history = archive.councils.get(headline.key)
        names = views.party_names(history.latest) if history and history.latest else {}
        earlier = [archive.by_id[old] for old in headline.supersedes if old in archive.by_id]
        return self._page(
            "headline.html",
            False,
            h=views.line(archive, entry),
            proof=words.proof(headline.proof, names) if headline.proof else [],
            earlier=views.lines(archive, earlier),
        )

    def problem(self, problem: Problem) -> bytes:
        """A refusal, for people."""
        return self._page("problem.html", False, problem=problem.body())

    def standing(self, name: str) -> Standing:
        """The standing of a council, by its id or the part of it that names it."""
        archive = self.archive()
        history = archive.councils.get(name)
        if history is None:
            found = [h for key, h in archive.councils.items() if tiles.slug(key) == name]
            history = found[0] if len(found) == 1 else None
        if history is None or history.latest is None:
            raise Problem("not-found", f"There is no council {name[:80]} in this feed.")
        return history.latest

    def _page(self, template: str, parts: bool, **values: Any) -> bytes:
        if self._made is None:
            self._made = _environment(self.files)
        archive = self.archive()
        mark = "" if self.mode == "live" else self.mode.upper()
        text = self._made.get_template(template).render(
            values,
            parts=parts,
            mark=mark,
            mark_says=_MARK_SAYS.get(self.mode, ""),
            after=archive.word(),
            stale=self.stale(),
            silent_since=self.silent_since(),
            areas=views.boards(archive),
        )
        return text.encode()
