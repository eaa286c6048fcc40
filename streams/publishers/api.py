"""The API's answers for a state of the archive: bodies as bytes, records of the topics untouched within them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import BaseModel, Field

from schemas.area import Board
from schemas.contract import Mode
from schemas.headline import Headline
from schemas.proof import Proof
from schemas.standing import Control, Standing
from streams.publishers import tables, views
from streams.publishers.archive import Archive, History, Picture
from streams.publishers.colours import colours
from streams.publishers.polling import Run
from streams.publishers.problem import Problem
from streams.publishers.scoreboard import Scoreboard, scoreboard


class Missing(BaseModel):
    """Headlines known to be missing of a council or area."""

    key: str
    first: int
    last: int


class Meta(BaseModel):
    """What every answer says of itself. ``stale``: Kafka is away, and this may not be the latest.

    ``said_at``: when the latest record in it was written. ``as_of``: the moment asked for, None for now.
    ``missing``: gaps in the numbers of headlines (P8).
    """

    mode: Mode
    said_at: datetime | None
    as_of: datetime | None
    stale: bool
    missing: list[Missing]


class ScoreboardAnswer(BaseModel):
    """The score."""

    meta: Meta
    scoreboard: Scoreboard


class CouncilSummary(BaseModel):
    """A council in a list."""

    council: str
    name: str
    version: int
    n: int
    url: str
    page: str
    seats: dict[str, int]
    majority: int
    total: int
    control: Control
    wards_declared: int
    wards_expected: int
    final: bool
    held: bool
    last_declared_at: datetime | None


class CouncilsAnswer(BaseModel):
    """All councils."""

    meta: Meta
    councils: list[CouncilSummary]


class Call(BaseModel):
    """The call on control that stands, with its arithmetic, and in words."""

    headline: str
    text: str
    proof: Proof | None
    words: list[str]


class CouncilAnswer(BaseModel):
    """A council: its standing as on the topic, the call that stands, and its headlines from the first on."""

    meta: Meta
    version_url: str
    standing: Standing
    call: Call | None
    headlines: list[Headline]


class StandingAnswer(BaseModel):
    """One version of a council's standing; it never changes."""

    standing: Standing


class VersionLine(BaseModel):
    """A version and where it is."""

    version: int
    said_at: datetime
    url: str


class VersionsAnswer(BaseModel):
    """Versions that the topic still has."""

    meta: Meta
    latest: str
    versions: list[VersionLine]


class AreasAnswer(BaseModel):
    """All areas, as on the topic."""

    meta: Meta
    areas: list[Board]


class AreaAnswer(BaseModel):
    """An area, as on the topic, and its own headlines."""

    meta: Meta
    version_url: str
    board: Board
    headlines: list[Headline]


class BoardAnswer(BaseModel):
    """One version of an area's board; it never changes."""

    board: Board


class HeadlinesAnswer(BaseModel):
    """Headlines, oldest first. Ask ``next`` again for what is new; ``truncated``: there is more already."""

    meta: Meta
    headlines: list[Headline]
    next: str
    position: str
    truncated: bool


class FateLine(BaseModel):
    """What a later headline did to this one."""

    action: str
    by: str
    reason: str | None


class HeadlineAnswer(BaseModel):
    """A headline and what became of it."""

    meta: Meta
    headline: Headline
    fate: FateLine | None


class ProblemAnswer(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    field: str = Field(default="")


@dataclass(frozen=True, slots=True)
class Answers:
    """Makes bodies for one archive; ``as_of`` when it is one of the past."""

    archive: Archive
    stale: bool
    as_of: datetime | None = None

    def meta(self) -> bytes:
        """The meta of an answer."""
        at_ms = self.archive.at_ms
        said_at = datetime.fromtimestamp(at_ms / 1000, UTC) if at_ms else None
        missing = [
            Missing(key=gap.key, first=gap.first, last=gap.last) for gap in self.archive.sequence.gaps()
        ]
        told = Meta(
            mode=self.archive.mode, said_at=said_at, as_of=self.as_of, stale=self.stale, missing=missing
        )
        return told.model_dump_json().encode()

    def scoreboard(self) -> bytes:
        """The score."""
        return _object(meta=self.meta(), scoreboard=self._score().model_dump_json().encode())

    def scoreboard_table(self) -> bytes:
        """The score as a table."""
        score = self._score()
        bases = [basis.basis for basis in score.bases]
        return tables.table(
            [
                "party",
                "name",
                "councils",
                "gains",
                "losses",
                "seats",
                *[f"change_{basis}" for basis in bases],
            ],
            [
                [p.party, p.name, p.councils, p.gains, p.losses, p.seats, *[p.changes.get(b) for b in bases]]
                for p in (*score.parties, score.noc)
            ],
        )

    def councils(self) -> bytes:
        """The list of councils."""
        lines = [_summary(standing).model_dump_json().encode() for standing in views.latest(self.archive)]
        return _object(meta=self.meta(), councils=_array(lines))

    def councils_table(self) -> bytes:
        """The list of councils as a table, a line for each party that has a seat."""
        heading = (
            "council name version party party_name seats floor ceiling total majority control_before "
            "control_after outcome wards_declared wards_expected final"
        )
        return tables.table(
            heading.split(),
            [
                [
                    s.council, s.name, s.version, p.party, p.name, p.seats, p.floor, p.ceiling, s.seats.total,
                    s.seats.majority, s.control.before, s.control.after, s.control.outcome, s.wards_declared,
                    s.wards_expected, "yes" if s.final else "no",
                ]
                for s in views.latest(self.archive)
                for p in s.parties
                if p.seats or p.ceiling
            ],
        )  # fmt: skip

    def council(self, key: str) -> bytes:
        """A council."""
        history, standing = _find(self.archive.councils, key, "council")
        view = views.council(self.archive, standing)
        call = None
        if view.call is not None:
            headline = view.call.entry.headline
            call = Call(headline=headline.id, text=headline.text, proof=headline.proof, words=view.proof)
        return _object(
            meta=self.meta(),
            version_url=orjson.dumps(f"/api/v1/councils/{key}/versions/{standing.version}"),
            standing=history.raw,
            call=call.model_dump_json().encode() if call else b"null",
            headlines=_array(entry.raw for entry in self.archive.of(key)),
        )

    def wards_table(self, key: str) -> bytes:
        """A council's wards as a table, a line for each councillor elected."""
        _, standing = _find(self.archive.councils, key, "council")
        rows: list[Sequence[tables.Cell]] = []
        for ward in standing.wards:
            at = ward.declared_at.isoformat().replace("+00:00", "Z") if ward.declared_at else None
            for elected in ward.elected or (None,):
                person = [elected.name, elected.party, elected.votes] if elected else [None, None, None]
                rows.append([standing.council, ward.ward, ward.name, ward.seats, ward.status, at, *person])
        return tables.table(
            "council ward ward_name seats status declared_at elected party votes".split(), rows
        )

    def versions(self, key: str) -> bytes:
        """Versions of a council's standing."""
        history, _ = _find(self.archive.councils, key, "council")
        return self._versions(history, f"/api/v1/councils/{key}")

    def area_versions(self, key: str) -> bytes:
        """Versions of an area's board."""
        history, _ = _find(self.archive.areas, self.area_key(key), "area")
        return self._versions(history, f"/api/v1/areas/{key}")

    def version(self, key: str, number: int) -> bytes:
        """One version of a council's standing."""
        history, _ = _find(self.archive.councils, key, "council")
        return _object(standing=_version(history, number))

    def area_version(self, key: str, number: int) -> bytes:
        """One version of an area's board."""
        history, _ = _find(self.archive.areas, self.area_key(key), "area")
        return _object(board=_version(history, number))

    def areas(self) -> bytes:
        """All areas."""
        return _object(
            meta=self.meta(), areas=_array(self.archive.areas[b.area].raw for b in views.boards(self.archive))
        )

    def area(self, name: str) -> bytes:
        """An area, by its slug or id."""
        key = self.area_key(name)
        history, board = _find(self.archive.areas, key, "area")
        return _object(
            meta=self.meta(),
            version_url=orjson.dumps(f"/api/v1/areas/{name}/versions/{board.version}"),
            board=history.raw,
            headlines=_array(entry.raw for entry in self.archive.of(key)),
        )

    def headlines(self, run: Run, link: Callable[[str], str]) -> bytes:
        """A run of headlines; ``link`` gives the question that goes on at a position."""
        return _object(
            meta=self.meta(),
            headlines=_array(entry.raw for entry in run.entries),
            next=orjson.dumps(link(run.word)),
            position=orjson.dumps(run.word),
            truncated=orjson.dumps(run.truncated),
        )

    def headlines_table(self, run: Run) -> bytes:
        """A run of headlines as a table."""
        heading = "id n action type priority key name declared_at declared_basis text supersedes mode"
        return tables.table(
            heading.split(),
            [
                [
                    h.id, h.n, h.action, h.type, h.priority, h.key, h.name,
                    h.declared_at.at.isoformat().replace("+00:00", "Z"), h.declared_at.basis, h.text,
                    " ".join(h.supersedes), h.mode,
                ]
                for h in (entry.headline for entry in run.entries)
            ],
        )  # fmt: skip

    def headline(self, id: str) -> bytes:
        """One headline."""
        entry = self.archive.by_id.get(id)
        if entry is None:
            raise Problem("not-found", f"There is no headline {id[:40]} in this feed.", "id")
        fate = self.archive.fates.get(id)
        told = None
        if fate is not None:
            told = FateLine(action=fate.action, by=fate.by.headline.id, reason=fate.by.headline.reason)
        return _object(
            meta=self.meta(), headline=entry.raw, fate=told.model_dump_json().encode() if told else b"null"
        )

    def snapshot(self, why: str) -> bytes:
        """What a stream tells a reader who has missed too much: why, the score, and where the headlines are."""
        return _object(
            reason=orjson.dumps(why),
            meta=self.meta(),
            scoreboard=self._score().model_dump_json().encode(),
            headlines=orjson.dumps("/api/v1/headlines?last=100"),
        )

    def area_key(self, name: str) -> str:
        """The id of an area, given that or its slug."""
        if name in self.archive.areas:
            return name
        found = [board.area for board in views.boards(self.archive) if board.slug == name]
        if len(found) != 1:
            raise Problem("not-found", f"There is no area {name[:80]} in this feed.", "area")
        return found[0]

    def _score(self) -> Scoreboard:
        return scoreboard(views.latest(self.archive), colours())

    def _versions(self, history: History[Picture], url: str) -> bytes:
        lines = [
            VersionLine(
                version=version.version,
                said_at=datetime.fromtimestamp(version.at_ms / 1000, UTC),
                url=f"{url}/versions/{version.version}",
            )
            .model_dump_json()
            .encode()
            for _, version in sorted(history.versions.items())
        ]
        return _object(meta=self.meta(), latest=orjson.dumps(url), versions=_array(lines))


def moment(given: str) -> datetime:
    """A moment as it is asked for; raises :class:`Problem`."""
    try:
        found = datetime.fromisoformat(given.replace(" ", "+"))
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(
            "moment", "as_of is a time with its zone, such as 2023-05-05T17:15:00Z", "as_of"
        ) from None


def _summary(standing: Standing) -> CouncilSummary:
    return CouncilSummary(
        council=standing.council,
        name=standing.name,
        version=standing.version,
        n=standing.n,
        url=f"/api/v1/councils/{standing.council}",
        page=f"/council/{standing.council.split('.')[1]}",
        seats={p.party: p.seats for p in standing.parties if p.seats},
        majority=standing.seats.majority,
        total=standing.seats.total,
        control=standing.control,
        wards_declared=standing.wards_declared,
        wards_expected=standing.wards_expected,
        final=standing.final,
        held=standing.held,
        last_declared_at=standing.last_declared_at,
    )


def _find(histories: dict[str, History[Picture]], key: str, what: str) -> tuple[History[Picture], Picture]:
    history = histories.get(key)
    if history is None or history.latest is None:
        raise Problem("not-found", f"There is no {what} {key[:100]} in this feed.", what)
    return history, history.latest


def _version(history: History[Picture], number: int) -> bytes:
    found = history.versions.get(number)
    if found is None:
        raise Problem(
            "not-found",
            f"There is no version {number}: it was never written, or is older than the topic keeps.",
            "version",
        )
    return found.raw


def _object(**members: bytes) -> bytes:
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members.items()) + b"}"


def _array(values: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(values) + b"]"
