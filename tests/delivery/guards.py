"""Every guard of delivery: what it is for, how it is cut out of the source, and the test that must fail without it.

``python -m tests.delivery.guards`` makes all cuts, one at a time, and prints what it saw as a table; exit code 1 when a
test passes without its guard.
"""

import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from tests.delivery.cutting import Cut, forked

#: Most nights that a simulation may need to notice that a guard is missing.
SEEDS = 1000


@dataclass(frozen=True)
class Guard:
    """``seen``: whether the simulation, too, must notice within a thousand nights that it is missing."""

    name: str
    against: str
    module: str
    cuts: Sequence[Cut]
    test: str
    seen: bool = False


def _unawaited(step: str, rest: str) -> list[Cut]:
    call = f"self._write(Step.{step}, {rest})"
    return [(f"await {call}", f"__import__('asyncio').ensure_future({call})")]


SEALING, DESK, LINE = "streams.delivery.sealing", "streams.delivery.desk", "streams.delivery.line"
DRAFTS, ROWS, BATCHES = "streams.delivery.drafts", "streams.delivery.rows", "streams.delivery.batches"
TRANSPORT, FETCHING = "streams.delivery.transport", "streams.delivery.fetching"
RECOVERY, TABLE = "streams.delivery.recovery", "streams.delivery.table"

_EACH_STEP = "test_sealing.py::test_each_step_is_awaited_before_the_next_begins"
_FIRST, _DESK, _INPUT = "test_guards_recovery.py::", "test_guards_desk.py::", "test_guards_transport.py::"

GUARDS = (
    Guard(
        "refusals are awaited", "a refusal lost while what follows is acknowledged", SEALING,
        _unawaited("REFUSE", "[_said(output) for output in draft.refusals]"), _EACH_STEP, seen=True,
    ),
    Guard(
        "attachments are awaited", "a row whose map is missing", SEALING,
        _unawaited("ATTACH", "[self._kept(name, value) for name, value in attachments.items()]"), _EACH_STEP,
        seen=True,
    ),
    Guard(
        "rows are awaited", "an acknowledged batch that no row knows of", SEALING,
        _unawaited("KEEP", "[self._kept(key, value) for key, value in sealed.items()]"), _EACH_STEP, seen=True,
    ),
    Guard(
        "outputs are awaited", "a headline lost and forgotten", SEALING,
        _unawaited("SAY", "[_said(output) for _, row in rows for output in row.intents]"), _EACH_STEP, seen=True,
    ),
    Guard(
        "what follows is awaited", "a standing that stays behind its row", SEALING,
        _unawaited("FOLLOW", "[_said(output) for output in following]"), _EACH_STEP,
    ),
    Guard(
        "every record of a write is awaited", "one of many records lost", DESK,
        [("        await asyncio.gather(*acknowledgements)\n", "")],
        _DESK + "test_a_write_is_done_when_every_record_is_acknowledged", seen=True,
    ),
    Guard(
        "rows before outputs, intents in the row", "a headline that nobody remembers owing", SEALING,
        [("Envelope(row.version, row.judged, row.incarnation, row.intents, state)",
          "Envelope(row.version, row.judged, row.incarnation, (), state)")],
        "test_sealing.py::test_an_intent_not_acknowledged_stays_in_the_next_row", seen=True,
    ),
    Guard(
        "an intent stays until it is acknowledged", "a headline dropped by the next row", SEALING,
        [("carried = () if before is None else before.intents", "carried: tuple[Output, ...] = ()")],
        "test_sealing.py::test_an_intent_not_acknowledged_stays_in_the_next_row",
    ),
    Guard(
        "intents are said again after recovery", "the last word of a night", DESK,
        [("said = await sealer.say_unsaid()", "said = 0")],
        _DESK + "test_what_a_recovered_row_owes_is_said_before_input_is_taken", seen=True,
    ),
    Guard(
        "the table holds acknowledged rows alone", "a working copy that outlives its revoked partition", SEALING,
        [("        self._shelf.rows.update(rows)\n", ""),
         ("        await self._write(Step.REFUSE,",
          "        self._shelf.rows.update(rows)\n        await self._write(Step.REFUSE,")],
        "test_sealing.py::test_nothing_is_a_row_before_the_broker_has_it", seen=True,
    ),
    Guard(
        "a revoked partition stops between two steps", "a row kept in memory that was written for the next owner",
        SEALING,
        [("            await self._writer.write(step, writes)\n        if self.revoked:\n            raise Revoked\n",
          "            await self._writer.write(step, writes)\n")],
        "test_sealing.py::test_a_partition_that_goes_between_two_steps_leaves_no_row_behind",
    ),
    Guard(
        "no row above its limit", "a row that the broker never takes, found after its refusals were sent", SEALING,
        [("        _check_sizes(sealed)\n", "")],
        "test_sealing.py::test_a_row_above_the_limit_is_a_broken_assumption_before_anything_is_written",
    ),
    Guard(
        "a batch is cut before a row carries too much", "the same, by many headlines of one council", DRAFTS,
        [("change.outputs_bytes + size > INTENTS_CUT_BYTES", "False")],
        "test_drafts.py::test_a_batch_is_cut_before_a_row_carries_too_much",
    ),
    Guard(
        "judged once", "a refusal turned over by a later map when a batch comes again", DRAFTS,
        [("and offset <= row.judged", "and False")],
        "test_drafts.py::test_what_was_refused_once_is_not_accepted_by_a_later_state", seen=True,
    ),
    Guard(
        "a row remembers refused records as judged", "a refusal that is sent again each time its batch comes again",
        DRAFTS,
        [("                draft.changes[read.key].judged = record.offset\n",
          "                draft.changes[read.key].judged = max(draft.changes[read.key].judged, record.offset"
          " if judged.state is not None else -1)\n")],
        "test_drafts.py::test_a_row_remembers_the_last_record_judged_even_if_it_was_refused",
    ),
    Guard(
        "offsets belong to an incarnation", "a topic created anew of which the first records are skipped", DRAFTS,
        [("row.incarnation == self._incarnation and ", "")],
        "test_drafts.py::test_offsets_of_another_incarnation_say_nothing_about_this_one", seen=True,
    ),
    Guard(
        "the highest rank wins", "a frozen worker's old row that lands after the new owner's", ROWS,
        [("if key not in found or rank(value) > rank(found[key]):", "if True:")],
        "test_rows.py::test_the_row_of_highest_version_wins_in_any_order", seen=True,
    ),
    Guard(
        "the highest rank wins over what is open", "the same, read again in a rebalance", ROWS,
        [("if row is not None and row.incarnation == incarnation and rank(value) <= row.rank:", "if False:")],
        "test_rows.py::test_a_row_read_again_owes_nothing_again",
    ),
    Guard(
        "a later incarnation's row wins", "a frozen worker's row of a topic that was created anew since", ROWS,
        [("if len(self._marks) > 1 else", "if False else")],
        "test_rows.py::test_a_row_of_the_topic_before_it_was_created_anew_counts_for_nothing",
    ),
    Guard(
        "a later incarnation's row wins over what is found", "the same, as its mark comes late", ROWS,
        [("sorted(self._found, key=self._place)", "self._found")],
        "test_rows.py::test_a_mark_that_a_frozen_worker_writes_late_makes_its_rows_no_later",
    ),
    Guard(
        "a later incarnation's row wins over what is open", "the same, read again in a rebalance", ROWS,
        [("if before is not None and self._place(row.incarnation) < self._place(before.incarnation):", "if False:")],
        "test_rows.py::test_nor_where_it_is_read_when_rows_are_open",
    ),
    Guard(
        "an unknown record of the changelog is a fault", "a row left out in silence", ROWS,
        [("if value is None or kind not in (ROW, ATTACHMENT, MARK):", "if value is None:")],
        "test_rows.py::test_a_record_that_delivery_never_wrote_is_a_broken_assumption",
    ),
    Guard(
        "commits are unbroken runs", "a batch committed that was never sealed", BATCHES,
        [("while self._waiting and self._waiting[0][1]:\n            self.done = self._waiting.popleft()[0]",
          "self.done = max(self.done or 0, entry[0])")],
        "test_batches.py::test_only_an_unbroken_run_from_the_first_batch_is_committed",
    ),
    Guard(
        "acknowledged when sealed, not when handed out", "a batch committed that no worker finished", BATCHES,
        [("        self._waiting.append(entry)\n", "        self._waiting.append(entry)\n        self.done = after\n")],
        "test_batches.py::test_only_an_unbroken_run_from_the_first_batch_is_committed", seen=True,
    ),
    Guard(
        "the acknowledgement comes last", "the same, by the line", LINE,
        [("            for draft in drafts:\n", "            acknowledge()\n            for draft in drafts:\n"),
         ("                self._judge.settle(draft)\n            acknowledge()\n",
          "                self._judge.settle(draft)\n")],
        "test_line.py::test_batches_are_acknowledged_in_order_and_only_when_sealed", seen=True,
    ),
    Guard(
        "a stream's own acknowledgement counts for nothing", "what a stream drops or what raised is committed",
        TRANSPORT,
        [("        self._unacked_messages.discard(message)\n        return False\n",
          "        self._unacked_messages.discard(message)\n        message.book.acknowledge(message.entry)\n"
          "        return True\n")],
        "test_batches.py::test_what_a_stream_acknowledges_by_itself_counts_for_nothing",
    ),
    Guard(
        "batches are sealed in their order", "a newer row and its outputs before an older one's", LINE,
        [("                await asyncio.wait([before])\n", "                pass\n")],
        "test_line.py::test_the_second_batch_writes_nothing_before_the_first_is_sealed", seen=True,
    ),
    Guard(
        "a failed write ends the process", "what is acknowledged after it", LINE,
        [("            self._end(fault)\n", "")],
        "test_line.py::test_a_failed_write_ends_the_process_and_nothing_after_it_is_acknowledged",
    ),
    Guard(
        "a cancellation ends the process", "a batch that Faust acknowledges because its agent was cancelled", LINE,
        [("        except BaseException as fault:", "        except Exception as fault:")],
        "test_line.py::test_a_cancellation_ends_the_process_as_well",
    ),
    Guard(
        "a fault of the keeper ends the process", "a batch dropped by an agent that starts again", DESK,
        [("        except Exception as fault:\n            self._end(fault)\n            raise\n        finally:\n",
          "        finally:\n")],
        _DESK + "test_a_fault_of_the_keeper_ends_the_process_and_acknowledges_nothing",
    ),
    Guard(
        "partitions that go are left after a while", "a batch acknowledged for its next owner", DESK,
        [("            line.revoke()\n", "            pass\n")],
        _DESK + "test_what_takes_too_long_is_left_to_the_next_owner",
    ),
    Guard(
        "input begins where it was committed before the rows were read",
        "a worker frozen in recovery, which goes on where another has come with rows that do not know of it",
        RECOVERY,
        [("        await consumer.look_up_starts()\n        await super()._build_highwaters(consumer, tps, destination,"
          " title)\n",
          "        await super()._build_highwaters(consumer, tps, destination, title)\n"
          "        await consumer.look_up_starts()\n")],
        _FIRST + "test_what_is_committed_is_looked_up_before_the_end_of_the_changelog",
    ),
    Guard(
        "the seek goes there", "the same", TRANSPORT,
        [("            start = max(committed or 0, earliest[tp] or 0)\n",
          "            start = max((await self.seek_to_committed()).get(tp) or 0, earliest[tp] or 0)\n")],
        _INPUT + "test_input_begins_where_it_was_committed_before_the_rows_were_read",
    ),
    Guard(
        "explicit seek to the earliest", "a new group that begins where the client happens to be", TRANSPORT,
        [("            await self.seek_wait({tp: start})\n", "")],
        _INPUT + "test_a_group_that_has_committed_nothing_begins_at_the_earliest_record",
    ),
    Guard(
        "rows are said before input", "a headline after those that follow from it", RECOVERY,
        [("        await self._wait(app.desk.open(source))\n", ""),
         ("        app.desk.opened()\n",
          "        await self._wait(app.desk.open(source))\n        app.desk.opened()\n")],
        _FIRST + "test_rows_are_said_position_sought_queues_emptied_and_then_comes_input",
    ),
    Guard(
        "seek, then empty the queues, then open", "records fetched in between, which vanish", RECOVERY,
        [("        app.flow_control.resume()  # empties the queues while they can only hold what is stale\n", ""),
         ("        consumer.resume_flow()\n", "        consumer.resume_flow()\n        app.flow_control.resume()\n")],
        _FIRST + "test_rows_are_said_position_sought_queues_emptied_and_then_comes_input",
    ),
    Guard(
        "a rebalance meanwhile keeps the input closed", "input of partitions that have gone", RECOVERY,
        [("        if app.consumer_generation_id != generation_id:\n            return\n", "")],
        _FIRST + "test_a_rebalance_while_rows_are_opened_keeps_the_input_closed",
    ),
    Guard(
        "only partitions whose start is known are opened", "the same", RECOVERY,
        [(" or source != consumer.starts.keys()", "")],
        _FIRST + "test_partitions_that_changed_since_their_start_was_looked_up_are_not_opened",
    ),
    Guard(
        "a partition that comes back is read from the beginning", "the rows that its owner wrote meanwhile", RECOVERY,
        [("            self.revoke(tp)\n", "            pass\n")],
        _FIRST + "test_a_partition_that_comes_back_is_read_from_the_beginning",
    ),
    Guard(
        "rows of partitions that went are forgotten", "rows that lack what others wrote", TABLE,
        [("            del self.shelves[gone]\n", "            pass\n")],
        _FIRST + "test_rows_of_partitions_that_are_no_longer_ours_are_forgotten",
    ),
    Guard(
        "rows of partitions that went are not recovered", "the same, from a changelog read too late", TABLE,
        [("                if event.message.tp not in active:\n                    continue\n", "")],
        _FIRST + "test_rows_of_a_partition_that_went_away_meanwhile_are_left_out",
    ),
    Guard(
        "a changelog that cannot be read ends the process", "rows that Faust logs and leaves out", TABLE,
        [("            self._end(BrokenAssumption(", "            str(BrokenAssumption(")],
        _FIRST + "test_a_changelog_that_cannot_be_read_ends_the_process",
    ),
    Guard(
        "the mark of an incarnation", "a topic created anew that is read on from the old offset", DESK,
        [("        if shelf.mark == self._incarnation:\n            return\n", "        return\n")],
        _FIRST + "test_a_topic_created_anew_is_committed_from_its_beginning_and_marked_after_that", seen=True,
    ),
    Guard(
        "starting over is committed before it is marked", "the same, by a worker killed between the two", DESK,
        [("            await consumer.start_over(tp)  # before the mark says that it is done\n", ""),
         ("        shelf.mark = self._incarnation\n",
          "        if shelf.mark is not None:\n            await consumer.start_over(tp)\n"
          "        shelf.mark = self._incarnation\n")],
        _FIRST + "test_a_topic_created_anew_is_committed_from_its_beginning_and_marked_after_that", seen=True,
    ),
    Guard(
        "a lost changelog is refused", "a night counted again from zero", DESK,
        [("if shelf.mark is None and committed:", "if False:")],
        _FIRST + "test_a_changelog_that_was_lost_is_not_counted_from_zero",
    ),
    Guard(
        "no fetch of an empty set", "records of all partitions, taken and dropped", TRANSPORT,
        [("        if not active:\n", "        if False:\n")],
        _INPUT + "test_when_nothing_is_asked_for_nothing_is_fetched",
    ),
    Guard(
        "a copy of the set", "the same, when the set empties under a running fetch", TRANSPORT,
        [("active = set(active_partitions or ())", "active = active_partitions or set()")],
        _INPUT + "test_partitions_that_leave_the_set_while_a_fetch_waits_are_fetched_all_the_same",
    ),
    Guard(
        "continuity of the fetch", "a hole that nobody sees", TRANSPORT,
        [("if began[tp] != book.position or (run and run[0].offset < book.position):", "if False:")],
        _INPUT + "test_a_fetch_that_does_not_begin_where_the_last_one_ended_is_a_broken_assumption",
    ),
    Guard(
        "what is not handed out is given back", "records fetched as the flow stops", TRANSPORT,
        [("                await self._give_back(tp, run[0].offset, ended.get(tp))\n", "                pass\n")],
        _INPUT + "test_what_cannot_be_handed_out_is_given_back",
    ),
    Guard(
        "giving back does not undo a seek", "a position from before the rebalance", FETCHING,
        [("if after is None or _position(consumer, tp) != after:", "if after is None:")],
        _INPUT + "test_what_is_given_back_does_not_undo_a_seek",
    ),
    Guard(
        "no input while rebalancing", "records in queues that are emptied at the end of it", TRANSPORT,
        [("return not self.app.rebalancing and ", "return ")],
        _INPUT + "test_there_is_no_input_while_rebalancing",
    ),
    Guard(
        "no input of another generation", "the same, across its end", TRANSPORT,
        [("if not self.flow_active or self.app.consumer_generation_id != generation:", "if not self.flow_active:")],
        _INPUT + "test_there_is_no_input_of_another_generation",
    ),
    Guard(
        "no input from before a seek", "records that come twice, in two books", TRANSPORT,
        [("book is not None and book is self._books_fetched.get(tp)", "book is not None")],
        _INPUT + "test_what_was_fetched_before_a_seek_is_not_handed_out_after_it",
    ),
    Guard(
        "open batches settle before their partitions go", "work that the next owner does again", TRANSPORT,
        [("        await self.settle(revoked)\n", "")],
        _INPUT + "test_before_partitions_go_open_batches_settle_and_are_committed",
    ),
    Guard(
        "and are committed before they are forgotten", "the same", TRANSPORT,
        [("        await self.commit()\n        self._books.clear()\n",
          "        self._books.clear()\n        await self.commit()\n")],
        _INPUT + "test_before_partitions_go_open_batches_settle_and_are_committed",
    ),
)  # fmt: skip


def shown(guards: Sequence[Guard] = GUARDS) -> Iterator[tuple[Guard, bool, str]]:
    """For each guard whether its test fails without it, and the words of the test; all pass with it."""
    _prepare()
    tests = sorted({guard.test for guard in guards})
    code, words = forked("", (), lambda: _tested(*tests))
    if code != 0:
        raise AssertionError(f"the tests of the guards fail with all guards in:\n{words}")
    for guard in guards:
        code, words = forked(guard.module, guard.cuts, lambda guard=guard: _tested(guard.test))  # type: ignore[misc]
        yield guard, code == 1, words


def seeds(guards: Sequence[Guard] = GUARDS) -> Iterator[tuple[Guard, int | None, str]]:
    """For each guard that the simulation must miss, after how many nights it does; None for not at all."""
    _prepare()
    for guard in guards:
        if guard.seen:
            code, words = forked(guard.module, guard.cuts, _simulated)
            yield guard, json.loads(words.splitlines()[-1]) if code == 0 else None, words


def _prepare() -> None:
    """Import what takes long and has nothing to cut, once for all forks."""
    for name in (
        "faust faust.transport.drivers.aiokafka confluent_kafka.admin schemas.reading hypothesis.strategies"
        " pytest pytest_asyncio.plugin"
    ).split():
        importlib.import_module(name)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def _tested(*tests: str) -> int:
    import pytest

    options = "-q -o addopts=--import-mode=importlib --noconftest -p pytest_asyncio.plugin -p no:cacheprovider".split()
    return int(pytest.main([*options, *(f"tests/delivery/{test}" for test in tests)]))


def _simulated() -> int:
    from tests.simulation.night import toy
    from tests.simulation.world import seeded

    for seed in range(SEEDS):
        if seeded(toy, seed).verdict.dirty:
            sys.stdout.write(f"{seed + 1}\n")
            return 0
    return 1


def table() -> list[str]:
    """The guards as they stand in the documentation."""
    head = ["| guard | without it | shown by |", "|---|---|---|"]
    return head + [f"| {g.name} | {g.against} | `{g.test}` |" for g in GUARDS]


@dataclass(frozen=True)
class Found:
    """What came of a guard's absence: whether its test failed, and after how many nights a simulation was dirty."""

    name: str
    fails: bool
    nights: int | None
    words: str


def found() -> Iterator[Found]:
    """Make all cuts, one at a time."""
    nights = {guard.name: (count, words) for guard, count, words in seeds()}
    for guard, fails, words in shown():
        count, more = nights.get(guard.name, (None, ""))
        yield Found(guard.name, fails, count, words[-2000:] + more[-2000:])


def main(arguments: Sequence[str]) -> int:
    """Make all cuts; print what was seen."""
    good = True
    if "--json" not in arguments:
        sys.stdout.write(
            "| guard | its test without it | nights until the simulation is dirty |\n|---|---|---|\n"
        )
    for guard, seen in zip(GUARDS, found(), strict=True):
        good = good and seen.fails and (seen.nights is not None or not guard.seen)
        if "--json" in arguments:
            sys.stdout.write(json.dumps(asdict(seen)) + "\n")
            continue
        count = seen.nights or (f"more than {SEEDS}" if guard.seen else "–")
        sys.stdout.write(f"| {guard.name} | {'fails' if seen.fails else 'PASSES'} | {count} |\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
