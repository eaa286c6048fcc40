"""What records come to before anything is written."""

import json
import random
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from streams.delivery import drafts
from streams.delivery.drafts import Judge
from streams.delivery.envelope import Envelope, seal_row
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.rows import Row, Shelf


class Counter:
    """Counts words per key; refuses what is not a word, and words that no `allow` has allowed."""

    def read(self, record: Record) -> Addressed[str] | Output:
        try:
            return Addressed((record.key or b"").decode(), (record.value or b"").decode("ascii"))
        except UnicodeDecodeError:
            return Output("rejections", record.key, b"unreadable")

    def judge(
        self, key: str, state: tuple[str, ...] | None, event: str, record: Record
    ) -> Judged[tuple[str, ...]]:
        known = state or ()
        if event.startswith("allow "):
            word = event.removeprefix("allow ")
            return Judged(
                (*known, word), (Output("said", key.encode(), event.encode()),), attachments={word: b"list"}
            )
        if event not in known:
            return Judged(None, refusals=(Output("rejections", key.encode(), event.encode()),))
        return Judged((*known, event), (Output("said", key.encode(), event.encode() * 100),))

    def dump(self, state: tuple[str, ...]) -> bytes:
        return json.dumps(state).encode()

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> tuple[str, ...]:
        return tuple(json.loads(row))

    def follow(self, key: str, state: tuple[str, ...], version: int) -> tuple[Output, ...]:
        return ()


def records(*values: tuple[str, str], start: int = 0) -> list[Record]:
    return [
        Record("in", 0, start + i, key.encode(), value.encode("latin-1"), (), None)
        for i, (key, value) in enumerate(values)
    ]


def judge(
    shelf: Shelf[tuple[str, ...]] | None = None, incarnation: str = "t1"
) -> Judge[tuple[str, ...], str]:
    return Judge(Counter(), shelf or Shelf(Counter()), incarnation)


def shelf_with(key: str, state: tuple[str, ...], version: int, judged: int) -> Shelf[tuple[str, ...]]:
    shelf: Shelf[tuple[str, ...]] = Shelf(Counter())
    shelf.rows[key] = Row(state, version, judged, "t1", said=True)
    return shelf


def test_a_version_counts_accepted_changes_alone() -> None:
    (draft,) = judge().judge(records(("a", "allow x"), ("a", "nonsense"), ("a", "x"), ("b", "allow x")))

    assert {key: (c.version, c.judged) for key, c in draft.changes.items()} == {"a": (2, 2), "b": (1, 3)}
    assert [refusal.value for refusal in draft.refusals] == [b"nonsense"]


def test_a_row_remembers_the_last_record_judged_even_if_it_was_refused() -> None:
    (draft,) = judge().judge(records(("a", "allow x"), ("a", "nonsense")))

    assert draft.changes["a"].judged == 1


def test_what_was_refused_once_is_not_accepted_by_a_later_state() -> None:
    shelf = shelf_with("a", ("late",), version=1, judged=6)

    (draft,) = judge(shelf).judge(records(("a", "late"), start=5))

    assert (draft.changes, draft.refusals) == ({}, [])


def test_offsets_of_another_incarnation_say_nothing_about_this_one() -> None:
    shelf = shelf_with("a", ("late",), version=1, judged=6)

    (draft,) = judge(shelf, incarnation="t2").judge(records(("a", "late"), start=5))

    assert draft.changes["a"].version == 2


def test_the_next_batch_is_judged_on_what_is_not_acknowledged_yet() -> None:
    judges = judge()
    (first,) = judges.judge(records(("a", "allow x")))

    (second,) = judges.judge(records(("a", "x"), start=1))

    assert second.changes["a"].state == ("x", "x")
    assert first.changes["a"].state == ("x",)


def test_a_settled_draft_leaves_later_working_copies_alone() -> None:
    shelf = shelf_with("a", ("x",), version=1, judged=0)
    judges = judge(shelf)
    (first,) = judges.judge(records(("a", "x"), start=1))
    (second,) = judges.judge(records(("a", "x"), start=2))

    judges.settle(first)
    (third,) = judges.judge(records(("a", "x"), start=3))

    assert [d.changes["a"].version for d in (first, second, third)] == [2, 3, 4]


def test_a_batch_is_cut_before_a_row_carries_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "INTENTS_CUT_BYTES", 250)

    cut = list(judge().judge(records(("a", "allow x"), *[("a", "x")] * 5)))

    assert [d.changes["a"].version for d in cut] == [3, 5, 6]
    assert [len(d.changes["a"].outputs) for d in cut] == [3, 2, 1]


def test_a_batch_that_comes_to_nothing_is_still_one_draft() -> None:
    assert len(list(judge().judge([]))) == 1


def test_an_attachment_is_written_once() -> None:
    shelf = shelf_with("a", (), version=1, judged=0)
    (draft,) = judge(shelf).judge(records(("a", "allow x"), start=1))

    assert draft.attachments == {"a#x": b"list"}


def test_an_attachment_in_place_is_not_written_again_and_never_changed() -> None:
    from streams.delivery.envelope import seal_attachment

    shelf = shelf_with("a", (), version=1, judged=0)
    shelf.attach("a#x", seal_attachment(b"list"))
    shelf.attach("a#y", seal_attachment(b"another"))

    (draft,) = judge(shelf).judge(records(("a", "allow x"), start=1))

    assert draft.attachments == {}
    with pytest.raises(BrokenAssumption, match="written once"):
        list(judge(shelf).judge(records(("a", "allow y"), start=2)))


def test_a_key_with_the_sign_of_attachments_is_refused() -> None:
    with pytest.raises(BrokenAssumption, match="'a#b'"):
        list(judge().judge(records(("a#b", "allow x"))))


class Growing(Counter):
    """Refuses the very event by which its row would pass the limit."""

    def judge(
        self, key: str, state: tuple[str, ...] | None, event: str, record: Record
    ) -> Judged[tuple[str, ...]]:
        judged = super().judge(key, state, event, record)
        return replace(
            judged, outgrown=lambda: Output("rejections", record.key, f"too large: {event}".encode())
        )


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("measured", [0, 700])
def test_the_event_that_would_outgrow_its_row_is_refused_however_records_are_batched(
    monkeypatch: pytest.MonkeyPatch, at_once: int, measured: int
) -> None:
    """Random words do not compress: the row takes them until it is full, and then refuses each that is new."""
    monkeypatch.setattr(drafts, "STATE_LIMIT_BYTES", 900)
    monkeypatch.setattr(drafts, "MEASURED_BYTES", measured)
    lot = random.Random(1)
    words = [f"allow {lot.getrandbits(200):x}" for _ in range(40)]
    shelf: Shelf[tuple[str, ...]] = Shelf(Growing())
    judge = Judge(Growing(), shelf, "t1")

    refused: list[bytes] = []
    for start in range(0, 40, at_once):
        for draft in judge.judge(
            records(*(("a", word) for word in words[start : start + at_once]), start=start)
        ):
            refused += [refusal.value for refusal in draft.refusals]
            for key, change in draft.changes.items():
                state = Growing().dump(change.state)
                sealed = seal_row(Envelope(change.version, change.judged, "t1", (), state))
                shelf.rows[key] = Row(change.state, change.version, change.judged, "t1", size=len(sealed))
            judge.settle(draft)

    kept = shelf.rows["a"].state
    assert len(zlib.compress(Growing().dump(kept), 1)) <= 900
    assert 20 < len(kept) < 40
    assert refused == [f"too large: {word}".encode() for word in words[len(kept) :]]


def test_an_attachment_above_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "ATTACHMENT_LIMIT_BYTES", 5)
    monkeypatch.setattr(drafts, "MEASURED_BYTES", 0)

    (draft,) = Judge(Growing(), Shelf(Growing()), "t1").judge(records(("a", "allow x"), ("a", "x")))

    assert [refusal.value for refusal in draft.refusals] == [b"too large: allow x", b"x"]
    assert (draft.changes, draft.attachments) == ({}, {})
