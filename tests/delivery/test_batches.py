"""What may be committed."""

from types import SimpleNamespace
from typing import Any

from streams.delivery.batches import Batch, Book
from streams.delivery.transport import BatchConsumer


def test_only_an_unbroken_run_from_the_first_batch_is_committed() -> None:
    book = Book()
    first, second, third = (book.hand_out(after) for after in (4, 9, 12))

    done = []
    for entry in (third, first, second):
        book.acknowledge(entry)
        done.append(book.done)

    assert done == [None, 4, 12]


def test_what_a_stream_acknowledges_by_itself_counts_for_nothing() -> None:
    """Streams also acknowledge what they skip while partitions go away."""
    batch = Batch.__new__(Batch)
    batch.book = Book()
    batch.entry = batch.book.hand_out(4)
    consumer: Any = SimpleNamespace(_unacked_messages={batch})

    counted = BatchConsumer.ack(consumer, batch)

    assert (counted, batch.book.done, consumer._unacked_messages) == (False, None, set())
