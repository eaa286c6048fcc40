"""What answers are made from: an archive, how fresh it is, and what every answer says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from schemas.contract import Mode
from streams.publishers.archive import Archive, History, Picture
from streams.publishers.problem import Problem


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


@dataclass(frozen=True, slots=True)
class Known:
    """An archive to answer from; ``as_of`` when it is one of the past."""

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


def find(histories: dict[str, History[Picture]], key: str, what: str) -> tuple[History[Picture], Picture]:
    """The history of a council or area, and its latest picture; raises :class:`Problem`."""
    history = histories.get(key)
    if history is None or history.latest is None:
        raise Problem("not-found", f"There is no {what} {key[:100]} in this feed.", what)
    return history, history.latest


def json_object(**members: bytes) -> bytes:
    """An object of members that are JSON already."""
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), value) for name, value in members.items()) + b"}"


def json_array(values: Iterable[bytes]) -> bytes:
    """An array of values that are JSON already."""
    return b"[" + b",".join(values) + b"]"
