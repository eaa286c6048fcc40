"""The live page of 5 May 2023, statement by statement, and what the feed says in its place.

`python -m tests.night.page` writes docs/the-page-of-5-may.md; a test holds the file against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.headline import Headline
from tests.night.conftest import Outcome, tell_the_night

PAGE = Path(__file__).parents[2] / "docs" / "the-page-of-5-may.md"


@dataclass(frozen=True)
class Said:
    """A headline of the night that says it: council, type, and words that single it out."""

    council: str
    type: str
    words: str = ""


@dataclass(frozen=True)
class Statement:
    """A statement of the page in our words, and what becomes of it.

    ``says``: the headlines that say it. ``area``: headline types of areas that say it, which have tests of their own.
    ``missing``: the input that the night lacks, and ``test`` with made-up values that says it. ``why_not``: why no feed
    could say it. ``note``: what the page had otherwise.
    """

    n: int
    text: str
    says: tuple[Said, ...] = ()
    area: tuple[str, ...] = ()
    missing: str = ""
    test: str = ""
    why_not: str = ""
    note: str = ""


def _editorial(n: int, text: str, why_not: str) -> Statement:
    return Statement(n, text, why_not=why_not)


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        1,
        "A party leader visits Medway after Labour's win there",
        (Said("medway", "CONTROL_GAIN"),),
        note="The visit is news and follows from no declaration.",
    ),
    Statement(
        2,
        "Labour takes Medway with 33 seats, for the first time",
        (Said("medway", "FIRST_EVER_CONTROL"), Said("medway", "COUNCIL_FINAL", "Labour 33")),
    ),
    Statement(3, "The live coverage has ended", area=("COVERAGE_STATUS",)),
    Statement(
        4,
        "Heavy Conservative losses in Sussex, in Chichester and Horsham",
        (
            Said("chichester", "SEAT_CHANGE_SUMMARY", "election of 2019"),
            Said("horsham", "SEAT_CHANGE_SUMMARY", "election of 2019"),
        ),
        area=("COUNTY_ROLLUP", "NET_CHANGE"),
        note="“Heavy” is a judgement.",
    ),
    _editorial(5, "Sign-off, and links by county", "It is about the page itself."),
    _editorial(6, "Names of the reporters", "It is about the page itself."),
    Statement(7, "No change at Rother", (Said("rother", "CONTROL_NO_CHANGE"),)),
    Statement(
        8,
        "No party gained a majority there",
        (Said("rother", "CONTROL_NO_CHANGE", "no party"),),
        note="The proof in the headline has the ceiling of each party.",
    ),
    Statement(
        9,
        "The Conservatives lose Tonbridge and Malling, and nobody takes it",
        (Said("tonbridge-and-malling", "CONTROL_LOSS_TO_NOC"),),
    ),
    Statement(
        10,
        "Liberal Democrats, independents and residents' groups are gaining across Surrey",
        area=("ROLLUP_BY_FAMILY",),
    ),
    Statement(11, "Conservative losses in Lewes", (Said("lewes", "WIPE_OUT", "19 seats"),)),
    Statement(
        12,
        "The Conservatives lost 19 there, leaving no overall control",
        (Said("lewes", "WIPE_OUT", "18 seats on the eve of poll"), Said("lewes", "CONTROL_NO_CHANGE")),
        note="Defect of the page: “leaving” suggests a change of control, where there was none before either.",
    ),
    Statement(
        13,
        "In Lewes the Greens are up eight, the Liberal Democrats seven and Labour six",
        (Said("lewes", "SEAT_CHANGE_SUMMARY", "election of 2019: Greens up eight to 17"),),
    ),
    Statement(14, "Swale remains under no overall control", (Said("swale", "CONTROL_NO_CHANGE"),)),
    Statement(
        15,
        "In Swale Labour is up four and the Conservatives are down four",
        (
            Said("swale", "SEAT_CHANGE_SUMMARY", "Labour up four to 15"),
            Said("swale", "SEAT_CHANGE_SUMMARY", "Conservatives down four to 12"),
            Said("swale", "LARGEST_PARTY_NEW", "Labour is now the largest party"),
        ),
    ),
    Statement(
        16,
        "A further win for Labour: Thanet, from no overall control",
        (Said("thanet", "CONTROL_GAIN", "from no overall control"),),
        area=("NTH_GAIN",),
    ),
    Statement(
        17,
        "Canterbury remains under no overall control; the Conservatives are down 15",
        (
            Said("canterbury", "CONTROL_NO_CHANGE"),
            Said("canterbury", "SEAT_CHANGE_SUMMARY", "Conservatives down 15 to eight"),
        ),
        note="Control compares with the eve of poll, seats with 2019; each headline says which.",
    ),
    Statement(
        18,
        "The Liberal Democrats take Surrey Heath, which had no majority",
        (
            Said("surrey-heath", "CONTROL_GAIN"),
            Said("surrey-heath", "COUNCIL_FINAL", "Frimley Green to follow"),
        ),
        note="The page called the borough a district and left the postponed ward out.",
    ),
    Statement(
        19,
        "The same as a line of its own",
        why_not="A repeat: the feed says each certainty once, and nothing when the same event comes again.",
    ),
    Statement(
        20,
        "A reporter: Labour wins Brighton and Hove",
        (Said("brighton-and-hove", "CONTROL_GAIN"),),
    ),
    _editorial(21, "A notice about an embedded post", "It is about the page itself."),
    Statement(
        22,
        "The Greens are up five in Folkestone and Hythe and have most seats",
        (
            Said("folkestone-and-hythe", "LARGEST_PARTY_NEW", "The Greens are now"),
            Said("folkestone-and-hythe", "SEAT_CHANGE_SUMMARY", "election of 2019: Greens up five to 11"),
        ),
    ),
    _editorial(
        23,
        "A Green councillor would like a coalition",
        "A quotation. The feed offers the arithmetic: COALITION_ARITHMETIC has the Greens and Labour at 21 of 30.",
    ),
    Statement(
        24,
        "The Conservatives had a majority there until four years ago",
        (Said("folkestone-and-hythe", "HISTORY_CONTEXT", "until 2019"),),
    ),
    _editorial(25, "Conservatives looked bewildered", "Colour."),
    Statement(
        26,
        "David Monk, leader of the council before, is out",
        (Said("folkestone-and-hythe", "NOTABLE_DEFEAT", "David Monk"),),
        note="He sat for Folkestone Central and stood in North Downs East; the headline says so.",
    ),
    Statement(
        27,
        "The chair of the local party was not elected",
        (Said("folkestone-and-hythe", "NOTABLE_NOT_ELECTED", "Stephen James"),),
        note="He had no seat to lose (DR-28).",
    ),
    _editorial(28, "His reasons", "A quotation."),
    Statement(
        29,
        "The Conservatives have 29 seats and keep control",
        (Said("dartford", "CONTROL_HOLD"), Said("dartford", "COUNCIL_FINAL", "Conservatives 29")),
        note="Defect of the page: the council is not named in the text. Every headline names its council.",
    ),
    Statement(
        30,
        "There, Labour and the Greens gain one each at the expense of the residents' association",
        (
            Said(
                "dartford",
                "SEAT_TRANSFER",
                "election of 2019, the Greens gained one seat and Labour gained one seat",
            ),
        ),
    ),
    Statement(
        31,
        "Horsham was seen as safely Conservative",
        missing="control before 2019",
        test="tests/rules/test_history.py::test_since_when_and_until_when_a_party_had_control",
        note="“Safe” is a judgement; since when a party had control is not.",
    ),
    Statement(
        32,
        "Claire Vickers, leader of Horsham, has just lost to the Liberal Democrats",
        (Said("horsham", "NOTABLE_DEFEAT", "Claire Vickers"),),
    ),
    _editorial(33, "Her explanation", "A quotation."),
    _editorial(34, "The mood in the hall", "Colour."),
    Statement(
        35,
        "Liberal Democrats and Greens are gaining in Horsham as results come in",
        (Said("horsham", "PARTIAL_TREND", "Liberal Democrats up"),),
        note="On the same wards only, compared with the list of 2022: ward results of 2019 are not in the sources.",
    ),
    _editorial(36, "A pointer to a postcode search", "It is about the page itself."),
    Statement(
        37,
        "The Liberal Democrats nearly wipe the Conservatives out in Mole Valley, with seven seats from them",
        (Said("mole-valley", "NEAR_WIPE_OUT"),),
        missing="notional results of 2022 on the new boundaries",
        test="tests/rules/test_changes.py::TestTransfers::test_one_gainer",
    ),
    Statement(
        38,
        "There, the Conservatives have three seats and the Liberal Democrats 30",
        (Said("mole-valley", "CONTROL_HOLD"), Said("mole-valley", "COUNCIL_FINAL", "Liberal Democrats 30")),
        note="The six Ashtead Independents, whom the page left out, are in the table.",
    ),
    _editorial(39, "What parties hoped for in Wealden", "An outlook, not a result."),
    Statement(
        40,
        "The extent of the swing from the Conservatives in Wealden surprised them",
        (Said("wealden", "VOTE_SHARE", "Conservatives 34.9%"),),
        missing="votes of 2019",
        test="tests/rules/test_votes.py::test_swing_beside_the_last_election",
    ),
    Statement(
        41,
        "In Wealden the Conservatives had 28 at the start of the week and nine at its end",
        (
            Said(
                "wealden",
                "MAJOR_LOSS",
                "nine seats on Wealden council, down from 28 on the eve of poll and 34",
            ),
        ),
    ),
    _editorial(42, "Long faces", "Colour."),
    _editorial(43, "Green celebrations", "Colour."),
    Statement(
        44,
        "The Greens have seven seats more there than in 2019",
        (
            Said(
                "wealden",
                "MAJOR_GAIN",
                "11 seats on Wealden council, up from four on the eve of poll and two",
            ),
        ),
        note="Defect of the page: nine more than in 2019, seven more than on the eve of poll.",
    ),
    Statement(
        45,
        "Labour's first seats ever there",
        (Said("wealden", "FIRST_EVER_SEATS", "Uckfield New Town and Uckfield North"),),
    ),
    Statement(
        46,
        "The Liberal Democrats go from six in 2019 to the largest party, with 13",
        (
            Said("wealden", "LARGEST_PARTY_NEW", "The Liberal Democrats are now the largest party"),
            Said(
                "wealden",
                "MAJOR_GAIN",
                "13 seats on Wealden council, up from six on the eve of poll and four",
            ),
        ),
        note="Defect of the page: four in 2019, six on the eve of poll.",
    ),
    Statement(
        47,
        "Talks between Greens and Liberal Democrats are to follow",
        (Said("wealden", "COALITION_ARITHMETIC", "the Liberal Democrats and the Greens have 24 together"),),
        note="The talks are news; the sum is arithmetic.",
    ),
    Statement(
        48,
        "The Liberal Democrats are up 14 and take Chichester",
        (
            Said("chichester", "CONTROL_GAIN", "from no overall control"),
            Said("chichester", "SEAT_CHANGE_SUMMARY", "election of 2019: Liberal Democrats up 14 to 25"),
            Said("chichester", "FIRST_EVER_CONTROL", "the Conservatives alone"),
        ),
    ),
    Statement(
        49,
        "There, the Conservatives are down 13 and Labour is down two",
        (
            Said("chichester", "SEAT_CHANGE_SUMMARY", "Conservatives down 13 to five"),
            Said("chichester", "WIPE_OUT", "Labour has lost all of its seats"),
        ),
    ),
    _editorial(
        50, "The time of the page", "It is about the page itself; each headline has times of its own."
    ),
)

#: What the page missed and the feed says.
MISSED: tuple[tuple[str, Said], ...] = (
    ("The Conservatives have no seat left in Lewes", Said("lewes", "WIPE_OUT", "have none now")),
    ("Labour overtakes the Conservatives in Swale", Said("swale", "LARGEST_PARTY_NEW", "Labour")),
    ("The Conservatives are third in Canterbury", Said("canterbury", "RANK_DROP", "third")),
    ("Canterbury's leader loses the seat", Said("canterbury", "NOTABLE_DEFEAT", "Ben Fitter-Harding")),
    (
        "Brighton and Hove's leader loses the seat",
        Said("brighton-and-hove", "NOTABLE_DEFEAT", "Phélim Mac Cafferty"),
    ),
    ("A seat in Seasalter is decided by lot", Said("canterbury", "TIE_BY_LOT", "825 votes each")),
    ("Surrey Heath's postponed ward", Said("surrey-heath", "POLL_COUNTERMANDED", "Frimley Green")),
    ("Thanet is certain before all wards are in", Said("thanet", "CONTROL_GAIN", "still out")),
    ("Horsham is certain with 12 seats out", Said("horsham", "CONTROL_GAIN", "12 seats still out")),
    ("Who has a majority together in Wealden", Said("wealden", "COALITION_ARITHMETIC", "24 together")),
    (
        "Who has a majority together in Folkestone and Hythe",
        Said("folkestone-and-hythe", "COALITION_ARITHMETIC", "the Greens and Labour have 21 together"),
    ),
    (
        "Liberal Democrats cannot win Wealden, from nominations alone",
        Said("wealden", "CANNOT_WIN_OUTRIGHT", "The Liberal Democrats cannot win a majority"),
    ),
    (
        "Nor can the Greens",
        Said("wealden", "CANNOT_WIN_OUTRIGHT", "The Greens cannot win a majority"),
    ),
)


def found(outcome: Outcome, said: Said) -> list[Headline]:
    """The headlines of the night that say it; one is enough."""
    return [
        h
        for h in outcome.headlines(said.council, said.type)
        if said.words in h.text and h.action != "withdrawn"
    ]


def render(outcome: Outcome) -> str:
    """The page as a document."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield "# The page of 5 May 2023"
    yield ""
    yield (
        "On that afternoon a broadcaster's live page told the results of the South East of England in 50 statements. "
        "This is each of them in our words, and what the feed says in its place when the night is replayed: the last "
        "headline that says it, with its type and the bases of its figures. Where the night lacks an input, the input "
        "is named, with the test that says it on made-up values."
    )
    yield ""
    yield "This file is written by `python -m tests.night.page`; a test compares it with the night."
    yield ""
    yield "| # | the page said | the feed says | remarks |"
    yield "|---|---|---|---|"
    for statement in STATEMENTS:
        yield _row(statement, outcome)
    yield ""
    yield "## What the page did not say"
    yield ""
    yield "| | the feed says |"
    yield "|---|---|"
    for text, said in MISSED:
        yield f"| {text} | {_told(said, outcome)} |"


def _row(statement: Statement, outcome: Outcome) -> str:
    told = [_told(said, outcome) for said in statement.says]
    told += [f"`{kind}`, of the area" for kind in statement.area]
    if statement.missing:
        told.append(f"lacks **{statement.missing}**; `{statement.test}`")
    if statement.why_not:
        told.append("—")
    remarks = statement.why_not or statement.note
    return f"| {statement.n} | {statement.text} | {'<br>'.join(told)} | {remarks} |"


def _told(said: Said, outcome: Outcome) -> str:
    headline = found(outcome, said)[-1]
    bases = f" ({', '.join(headline.bases)})" if headline.bases else ""
    return f"`{headline.type}`{bases}: {headline.text}"


if __name__ == "__main__":
    PAGE.write_text(render(tell_the_night()), encoding="utf-8")
