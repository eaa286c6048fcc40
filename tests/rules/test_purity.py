"""A restored book is the book that was kept, and a rule gives the same twice."""

from streams.rules.book import restore
from tests.rules.making import Night, a_declaration, a_map, a_ward, an_event, ward_id

COUNCIL_MAP = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2, 3)))
NIGHT = (
    a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}),
    an_event("WardWithdrawn", "stray", ward=ward_id("Nowhere"), revision=1, reason="test_leak"),
    an_event("Held", "hold", scope="ward", ward=ward_id("Ward 1"), by="Desk", reason="Checking"),
    an_event("WardWithdrawn", "w", ward=ward_id("Ward 1"), revision=2, reason="duplicate"),
)


def test_a_book_restored_from_its_events_is_the_same_book():
    book = Night(COUNCIL_MAP, *NIGHT).last.book
    held = [event for revisions in book.wards.values() for event in revisions.values()]
    held += [event for about, event in book.latest.items() if about[0] != "map"]

    again = restore(book.map, held, book.fingerprints)

    assert (again.wards, again.latest, again.parked, again.counted, again.fingerprints) == (
        book.wards,
        book.latest,
        book.parked,
        book.counted,
        book.fingerprints,
    )


def test_the_same_order_twice_gives_the_same_headlines_byte_for_byte():
    one, other = Night(COUNCIL_MAP, *NIGHT), Night(COUNCIL_MAP, *NIGHT)

    assert [h.model_dump_json() for h in one.headlines] == [h.model_dump_json() for h in other.headlines]


def test_every_event_three_times_says_nothing_more():
    once = Night(COUNCIL_MAP, *NIGHT)
    thrice = Night(COUNCIL_MAP, *(event for event in NIGHT for _ in range(3)))

    assert [h.id for h in thrice.headlines] == [h.id for h in once.headlines]


def test_an_older_map_that_comes_late_changes_nothing():
    amended = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2, 3)), version=2)
    night = Night(amended)

    night.hear(COUNCIL_MAP)

    assert night.verdicts[-1] == "stale"
    assert night.last.book.map.version == 2


def test_an_event_of_a_lower_revision_is_stale():
    source = {"name": "Officer", "tier": 1}
    polls = [
        an_event("PollChanged", f"p{n}", ward=ward_id("Ward 1"), revision=n, state="recount", source=source)
        for n in (2, 1)
    ]

    night = Night(COUNCIL_MAP, *polls)

    assert night.verdicts[-1] == "stale"
    assert night.last.book.find("p2") is polls[0]
    assert night.last.book.find("p1") is None
