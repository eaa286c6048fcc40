"""What may be committed."""

from streams.delivery.batches import Book


def test_only_an_unbroken_run_from_the_first_batch_is_committed() -> None:
    book = Book()
    first, second, third = (book.hand_out(after) for after in (4, 9, 12))

    done = []
    for entry in (third, first, second):
        book.acknowledge(entry)
        done.append(book.done)

    assert done == [None, 4, 12]
