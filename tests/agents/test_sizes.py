"""No row, headline or standing outgrows its limit: on the bundled night, and for a parliament of 650 divisions."""

import sys
from collections import defaultdict
from hashlib import sha256

import pytest

from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.reading import read
from streams.agents.council import CouncilKeeper
from streams.agents.row import map_bytes
from streams.delivery import drafts
from streams.delivery.drafts import Judge
from streams.delivery.envelope import Envelope, seal_attachment, seal_row
from streams.delivery.keeper import Addressed, Output
from streams.delivery.rows import Shelf
from streams.rules.book import enter, open_book
from streams.rules.council import Council
from tests.agents.records import a_record, rejections
from tests.house.modules import ROOT
from tests.schemas.good import DECLARED, MAP, Json, raw

KB = 1024
NIGHT = ROOT / "streams/rehearsal/nights/south-east-2023"


class Written:
    """A council's rows as delivery writes them, and the sizes of all that is said of it."""

    def __init__(self, mode: Mode, council: str, state: Council | None = None) -> None:
        self.keeper = CouncilKeeper(mode, 1)
        self.council, self.state, self.offset = council, state, 0
        self.topic = f"results.{mode}.declarations.v1"
        self.sizes: dict[str, int] = defaultdict(int)
        self.types: set[str] = set()

    def hear(self, value: bytes, keep: bool = True) -> None:
        """Judge a record; its row is written out when it is to be kept, which takes the most time."""
        record = a_record(value, self.offset, key=self.council.encode(), topic=self.topic)
        found = self.keeper.read(record)
        assert isinstance(found, Addressed), found
        judged = self.keeper.judge(self.council, self.state, found.event, record)
        assert judged.refusals == ()
        assert judged.state is not None
        self.state, self.offset = judged.state, self.offset + 1
        for attachment in judged.attachments.values():
            self._note("attachment", len(seal_attachment(attachment)))
        self._say(judged.outputs)
        if keep:
            row = seal_row(Envelope(1, 1, "incarnation", judged.outputs, self.keeper.dump(judged.state)))
            self._note("row", len(row))
            self._say(self.keeper.follow(self.council, judged.state, self.offset))

    def _say(self, outputs: tuple[Output, ...]) -> None:
        for output in outputs:
            self._note(output.topic.split(".")[2], len(output.value))
            self.types.add(dict(output.headers)["ce_type"].decode().removeprefix("uk.results.Headline."))

    def _note(self, what: str, size: int) -> None:
        self.sizes[what] = max(self.sizes[what], size)


def test_every_row_of_the_bundled_night_is_below_the_soft_limit() -> None:
    councils: dict[str, Written] = {}
    for name in ("maps.jsonl", "events.jsonl"):
        for number, line in enumerate((NIGHT / name).read_bytes().splitlines()):
            key = read(line).council
            written = councils.setdefault(key, Written("replay", key))
            written.hear(line, keep=number % 8 == 0 or name == "maps.jsonl")
    largest = {
        what: max(w.sizes[what] for w in councils.values()) for what in next(iter(councils.values())).sizes
    }

    assert len(councils) == 35
    assert 0 < largest["row"] < 256 * KB
    assert 0 < largest["attachment"] < 256 * KB
    assert 0 < largest["headlines"] <= 64 * KB
    assert 0 < largest["standings"] <= 64 * KB


# -- a parliament: 650 divisions of one seat, 4,000 candidates, names that do not compress well

PARLIAMENT = "parl.2024-07-04"
CODES = ("RED", "BLUE", "GOLD", "GREEN", "TEAL", "PURPLE", "GREY")
DIVISIONS = range(650)


def _nonsense(*of: object) -> str:
    return "n" + sha256(repr(of).encode()).hexdigest()[:20]


def _standing(division: int) -> int:
    """Candidates: the last party stands in just as many divisions as make a majority."""
    return 7 if division < 326 else 6 if division < 424 else 5


def _ward(division: int) -> str:
    return f"parl.{_nonsense(division)}.2024-07-04"


def _parliament() -> Json:
    parties = [
        {
            "code": code,
            "name": f"{code.title()} Party",
            "the": f"the {code.title()} Party",
            "adjective": code.title(),
            "plural": False,
            "kind": "party",
            "may_control": True,
        }
        for code in CODES
    ]
    wards = [
        {
            "id": _ward(n),
            "name": _nonsense("name", n),
            "seats": 1,
            "state": "contested",
            "electorate": 70_000,
            "candidates": [
                {"id": f"c{i}", "name": f"{_nonsense(n, i)} {i}", "party": CODES[i]}
                for i in range(_standing(n))
            ],
            "baselines": [{"basis": "last_election", "seats": {CODES[n % 2]: 1}}],
        }
        for n in DIVISIONS
    ]
    return MAP | {
        "election": PARLIAMENT,
        "council": PARLIAMENT,
        "name": "House of Commons",
        "official_name": "House of Commons",
        "style": "parliament",
        "gss_code": None,
        "areas": [],
        "seats": 650,
        "held": {},
        "vacant": 0,
        "parties": parties,
        "wards": wards,
        "poll": {"opens": "2024-07-04T06:00:00Z", "closes": "2024-07-04T21:00:00Z"},
        "baselines": [MAP["baselines"][0] | {"seats": {"RED": 325, "BLUE": 325}, "vacant": 0}],
        "history": [],
        "watch": [],
    }


def _declared(division: int) -> Json:
    votes = [2_000 + (division * 37 + place * 101) % 6_000 for place in range(_standing(division))]
    first = votes.index(max(votes))
    return DECLARED | {
        "election": PARLIAMENT,
        "council": PARLIAMENT,
        "id": f"{_ward(division)}:r1",
        "ward": _ward(division),
        "electorate": 70_000,
        "ballots": 60_000,
        "turnout_percent": None,
        "declared_at": {"at": f"2024-07-05T{division // 60:02}:{division % 60:02}:00Z", "basis": "officer"},
        "results": [
            {"candidate": f"c{place}", "party": CODES[place], "votes": count, "elected": place == first}
            for place, count in enumerate(votes)
        ],
    }


def test_a_parliament_of_650_divisions_and_4000_candidates_keeps_within_a_megabyte() -> None:
    assert sum(_standing(n) for n in DIVISIONS) == 4_000
    opened = read(raw(_parliament()))
    assert isinstance(opened, CouncilOpened)
    early = Written("rehearsal", PARLIAMENT, Council(open_book(opened)))

    # The first division is lost by the party that needed each of its own: a call whose proof names the other 649.
    early.hear(raw(_declared(150)))

    assert "CANNOT_WIN_OUTRIGHT.v1" in early.types
    assert 32 * KB < early.sizes["headlines"] <= 64 * KB
    assert early.sizes["standings"] < 1024 * KB

    # At its end nothing was said so far, as under a hold: one row carries the headlines of 641 divisions.
    book = open_book(opened)
    for n in DIVISIONS[:-10]:
        book = enter(book, read(raw(_declared(n)))).book
    written = Written("rehearsal", PARLIAMENT, Council(book))
    for n in DIVISIONS[-10:]:
        written.hear(raw(_declared(n)), keep=n in (DIVISIONS[-10], DIVISIONS[-1]))

    assert {"WARD_GAIN.v1", "WARD_HOLD.v1", "CONTROL_LOSS_TO_NOC.v1", "COUNCIL_FINAL.v1"} <= written.types
    assert len(seal_attachment(map_bytes(opened))) < 1024 * KB
    assert 0 < written.sizes["row"] < 1024 * KB
    assert 0 < written.sizes["standings"] < 1024 * KB
    assert 0 < written.sizes["headlines"] <= 64 * KB


@pytest.mark.timeout(400)
def test_a_parliament_declared_to_its_end_and_corrected_keeps_all_that_is_said_within_its_limits() -> None:
    written = Written("rehearsal", PARLIAMENT)
    written.hear(raw(_parliament() | {"areas": MAP["areas"]}))
    for n in DIVISIONS:
        written.hear(raw(_declared(n)), keep=n % 100 == 0 or n == DIVISIONS[-1])
    for n in DIVISIONS[::65]:
        written.hear(raw(_recounted(n)), keep=n % 130 == 0)

    sys.stdout.write(f"largest, bytes: {dict(written.sizes)}{chr(10)}")
    assert {"COUNCIL_FINAL.v1", "WARD_GAIN.v1", "uk.results.Contribution.v1"} <= written.types
    assert 0 < written.sizes["row"] < 256 * KB
    assert 0 < written.sizes["attachment"] < 256 * KB
    assert 0 < written.sizes["standings"] < 256 * KB
    assert 0 < written.sizes["headlines"] <= 64 * KB
    assert 0 < written.sizes["contributions"] <= 64 * KB


def _recounted(division: int) -> Json:
    """A correction by which the second of a division is elected in place of the first."""
    again = _declared(division)
    order = sorted(again["results"], key=lambda result: result["votes"])
    first, second = order[-1], order[-2]
    first["votes"], second["votes"] = second["votes"], first["votes"]
    first["elected"], second["elected"] = False, True
    return again | {
        "id": f"{_ward(division)}:r2",
        "revision": 2,
        "reason": "transcription",
        "supersedes": f"{_ward(division)}:r1",
    }


def test_a_map_that_kafka_would_not_take_is_rejected_and_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drafts, "ATTACHMENT_LIMIT_BYTES", 60 * KB)
    monkeypatch.setattr(drafts, "MEASURED_BYTES", 60 * KB)
    keeper = CouncilKeeper("rehearsal", 1)
    large = a_record(raw(_parliament()), 0, key=PARLIAMENT.encode())

    (draft,) = Judge(keeper, Shelf(keeper), "t").judge([large, a_record(raw(MAP), 1)])

    [said] = rejections(tuple(draft.refusals))
    assert (said.reason, said.council, said.offset, said.field) == ("too-large", PARLIAMENT, 0, "council")
    assert list(draft.changes) == [MAP["council"]]
