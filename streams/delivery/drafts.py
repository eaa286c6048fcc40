"""What a run of records comes to before anything is written: judged one by one, cut before a row grows too large."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic

from streams.delivery.envelope import seal_attachment
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import E, Judged, Keeper, Output, Record, S
from streams.delivery.rows import Shelf

#: Most bytes of outputs, uncompressed, that one row carries before the batch is cut.
INTENTS_CUT_BYTES = 256 * 1024

#: A state or an attachment above its limit is refused, compressed as it goes to the broker: what is left up to the
#: limit of a record is for outputs.  Nothing is measured while what is known of the row, together with all that was
#: heard since, cannot come near.
STATE_LIMIT_BYTES = 700_000
ATTACHMENT_LIMIT_BYTES = 950_000
MEASURED_BYTES = 256 * 1024


@dataclass(slots=True)
class Change(Generic[S]):
    """The latest state of a key, judged and not yet acknowledged.

    ``heard``: bytes of the records and outputs that made it of the row on the shelf.
    """

    state: S
    version: int
    judged: int
    outputs: list[Output] = field(default_factory=list)
    outputs_bytes: int = 0
    heard: int = 0


@dataclass(slots=True)
class Draft(Generic[S]):
    """What is sealed in one go: refusals, attachments (``key#name``), and the changed rows with their outputs."""

    refusals: list[Output] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    changes: dict[str, Change[S]] = field(default_factory=dict)


class Judge(Generic[S, E]):
    """Judges the records of one partition, in order, on working copies of its acknowledged rows.

    The working copies live and die with this object: it is thrown away when the partition is revoked.
    """

    def __init__(self, keeper: Keeper[S, E], shelf: Shelf[S], incarnation: str) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._incarnation = incarnation
        self._working: dict[str, Change[S]] = {}

    def judge(self, records: Iterable[Record], begun: Draft[S] | None = None) -> Iterator[Draft[S]]:
        """The drafts of a run of records; at least one, however little there is to say.

        ``begun``: the draft of the records before, still open, which these go on with.
        """
        draft = Draft() if begun is None else begun
        for record in records:
            read = self._keeper.read(record)
            if isinstance(read, Output):
                draft.refusals.append(read)
                continue
            if self._judged_before(read.key, record.offset):
                continue
            state, version = self._latest(read.key)
            judged = self._keeper.judge(read.key, state, read.event, record)
            _check(read.key, judged)
            size = _size(judged.outputs) if judged.outputs else 0
            heard = self._heard(read.key) + len(record.value or b"") + size
            if judged.outgrown is not None and self._outgrown(read.key, judged, heard):
                draft.refusals.append(judged.outgrown())
                continue
            if self._too_much(draft, read.key, size):
                yield draft
                draft = Draft()
            draft.refusals.extend(judged.refusals)
            if judged.state is not None:
                self._attach(draft, read.key, judged)
                change = self._change(draft, read.key, judged.state, version + 1)
                change.outputs += judged.outputs
                change.outputs_bytes += size
                change.heard = heard
            if read.key in draft.changes:
                draft.changes[read.key].judged = record.offset
        yield draft

    def settle(self, draft: Draft[S]) -> None:
        """Forget the working copies that are rows now."""
        for key, change in draft.changes.items():
            if self._working.get(key) is change:
                del self._working[key]

    def _judged_before(self, key: str, offset: int) -> bool:
        # Admission depends on state: judged again by a later state, a record refused once could be accepted.
        # Offsets of another incarnation of the topic say nothing about this one.
        row = self._shelf.rows.get(key)
        return row is not None and row.incarnation == self._incarnation and offset <= row.judged

    def _latest(self, key: str) -> tuple[S | None, int]:
        latest = self._working.get(key) or self._shelf.rows.get(key)
        return (None, 0) if latest is None else (latest.state, latest.version)

    def _heard(self, key: str) -> int:
        working = self._working.get(key)
        return 0 if working is None else working.heard

    def _outgrown(self, key: str, judged: Judged[S], heard: int) -> bool:
        # What is measured depends on the state alone, not on how far the changelog is behind: a replay refuses the
        # same event.
        row = self._shelf.rows.get(key)
        if judged.state is None or (0 if row is None else row.size) + heard <= MEASURED_BYTES:
            return False
        sealed = (len(seal_attachment(data)) for data in judged.attachments.values())
        state = zlib.compress(self._keeper.dump(judged.state), 1)
        return len(state) > STATE_LIMIT_BYTES or any(size > ATTACHMENT_LIMIT_BYTES for size in sealed)

    def _too_much(self, draft: Draft[S], key: str, size: int) -> bool:
        change = draft.changes.get(key) if size else None
        return change is not None and change.outputs_bytes + size > INTENTS_CUT_BYTES

    def _attach(self, draft: Draft[S], key: str, judged: Judged[S]) -> None:
        for name, data in judged.attachments.items():
            there = self._shelf.attached(key, name)
            if there is None:
                draft.attachments[f"{key}#{name}"] = data
            elif there != data:
                raise BrokenAssumption(
                    f"attachment {name!r} of {key} is written once and has other bytes already"
                )

    def _change(self, draft: Draft[S], key: str, state: S, version: int) -> Change[S]:
        change = draft.changes.get(key)
        if change is None:
            change = draft.changes[key] = self._working[key] = Change(state, version, -1)
        change.state, change.version = state, version
        return change


def _size(outputs: Iterable[Output]) -> int:
    return sum(len(o.value) + len(o.key or b"") + sum(len(n) + len(h) for n, h in o.headers) for o in outputs)


def _check(key: str, judged: Judged[Any]) -> None:
    if "#" in key or not key:
        raise BrokenAssumption(f"a row key must be a name without '#', not {key!r}")
    if judged.state is None and (judged.outputs or judged.attachments):
        raise BrokenAssumption(f"outputs of {key} came without a state: there is no row to keep them in")
