"""A night broken by hand: each kind of mistake is found, in its file, line and field, and no other is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.rehearsal.night import NightRefused, check_night, read_night
from tests.rehearsal.evening import (
    COUNCIL,
    EAST,
    EXPECTED,
    NORTH,
    SOUTH,
    Line,
    a_map,
    about,
    changed,
    common,
    declaration,
    declarations,
    write,
)

Change = Callable[[Any], None]


def _found(folder: Path) -> list[str]:
    return [f"{m.file}:{m.line}:{m.field}" for m in check_night(folder)]


def test_the_whole_night_has_no_mistake(tmp_path: Path) -> None:
    night = read_night(write(tmp_path / "night"))

    assert [len(night.maps), len(night.events), len(night.expected)] == [1, 3, 1]


def _put(*path: Any) -> Change:
    """Put a value at a path."""
    *way, last, value = path

    def change(line: Any) -> None:
        for step in way:
            line = line[step]
        line[last] = value

    return change


MAP_MISTAKES: list[tuple[Change, str]] = [
    (_put("seats", 6), "maps.jsonl:1:"),
    (_put("name", "<b>"), "maps.jsonl:1:name"),
    (_put("version", 2), "maps.jsonl:1:"),
    (_put("wards", 0, "candidates", 0, "party", "XYZ"), "maps.jsonl:1:"),
    (_put("mode", "live"), "maps.jsonl:1:mode"),
    (_put("colour", "blue"), "maps.jsonl:1:colour"),
]


@pytest.mark.parametrize(("change", "place"), MAP_MISTAKES)
def test_a_mistake_in_a_map(tmp_path: Path, change: Change, place: str) -> None:
    folder = write(tmp_path / "night", maps=[changed(a_map(), change)])

    assert _found(folder) == [place]


EVENT_MISTAKES: list[tuple[Change, list[str]]] = [
    (_put("ward", "local.anytown.west.2023-05-04"), ["events.jsonl:2:ward"]),
    (
        _put("results", 0, "candidate", "c09"),
        ["events.jsonl:2:results.0.candidate", "events.jsonl:2:results"],
    ),
    (_put("results", 0, "party", "CON"), ["events.jsonl:2:results.0.party"]),
    (_put("results", 0, "votes", 1001), ["events.jsonl:2:results.0.votes"]),
    (_put("results", 1, "elected", True), ["events.jsonl:2:results"]),
    (_put("declared_at", "at", "2023-05-05T00:30:00Z"), ["events.jsonl:2:declared_at.at"]),
    (_put("id", f"{NORTH}:r1"), ["events.jsonl:2:id"]),
    (_put("supersedes", "nothing:r1"), ["events.jsonl:2:supersedes"]),
    (_put("election", "local.2022-05-05"), ["events.jsonl:2:election", "events.jsonl:2:council"]),
    (_put("mode", "rehearsal"), ["events.jsonl:2:mode"]),
]


@pytest.mark.parametrize(("change", "places"), EVENT_MISTAKES)
def test_a_mistake_in_a_declaration(tmp_path: Path, change: Change, places: list[str]) -> None:
    """Figures that no longer add up because of it are named too, so only the events' places are compared."""
    first, second, third = declarations()
    folder = write(tmp_path / "night", events=[first, changed(second, change), third])

    assert [place for place in _found(folder) if place.startswith("events")] == places


FORM_MISTAKES: list[tuple[Change, list[str]]] = [
    (_put("results", 0, "votes", 200), ["events.jsonl:2:"]),
    (_put("results", 0, "votes", 2.5), ["events.jsonl:2:results.0.votes"]),
    (_put("results", []), ["events.jsonl:2:results"]),
    (_put("schema_version", 2), ["events.jsonl:2:schema_version"]),
    (_put("type", "WardImagined"), ["events.jsonl:2:"]),
]


@pytest.mark.parametrize(("change", "places"), FORM_MISTAKES)
def test_a_line_that_breaks_the_contract_is_named_alone(
    tmp_path: Path, change: Change, places: list[str]
) -> None:
    first, second, third = declarations()
    folder = write(tmp_path / "night", events=[first, changed(second, change), third])

    assert _found(folder) == places


def test_all_that_a_line_has_wrong_is_named(tmp_path: Path) -> None:
    first, second, third = declarations()

    def break_it(line: Line) -> None:
        line["results"][0]["votes"] = "many"
        line["revision"] = 0
        del line["producer"]

    folder = write(tmp_path / "night", events=[first, changed(second, break_it), third])

    assert sorted(_found(folder)) == [
        "events.jsonl:2:producer",
        "events.jsonl:2:results.0.votes",
        "events.jsonl:2:revision",
    ]


def test_lines_that_are_no_json_leave_the_others_readable(tmp_path: Path) -> None:
    folder = write(tmp_path / "night")
    events = (folder / "events.jsonl").read_bytes()
    (folder / "events.jsonl").write_bytes(b'{"id": \n\xff\xfe\n[]\n\n{"a": 1, "a": 2}\n' + events)

    assert _found(folder) == [f"events.jsonl:{n}:" for n in range(1, 6)]


def test_a_last_line_without_its_end_is_a_line(tmp_path: Path) -> None:
    folder = write(tmp_path / "night")
    (folder / "events.jsonl").write_bytes((folder / "events.jsonl").read_bytes().rstrip(b"\n"))

    assert _found(folder) == []


def test_a_night_json_that_is_no_text(tmp_path: Path) -> None:
    folder = write(tmp_path / "night", expected="")
    (folder / "night.json").write_bytes(b'{"title": "\xff"}')

    assert [str(m) for m in check_night(folder)] == ["night.json: is not UTF-8 text (byte 11)"]


def test_a_first_map_that_is_an_amendment(tmp_path: Path) -> None:
    amended = changed(changed(a_map(), _put("version", 2)), _put("reason", "source_amended"))

    assert "maps.jsonl:1:version" in _found(write(tmp_path / "night", maps=[amended]))


def test_a_declaration_in_a_ward_that_takes_nominations(tmp_path: Path) -> None:
    opened = a_map()
    opened["wards"][2] |= {"state": "postponed", "nominations_closed": False, "candidates": []}

    assert _found(write(tmp_path / "night", maps=[opened])) == ["events.jsonl:3:ward"]


def test_a_declaration_before_the_close_of_polls(tmp_path: Path) -> None:
    first, *others = declarations()
    early = changed(first, _put("declared_at", "at", "2023-05-04T20:59:59Z"))
    folder = write(tmp_path / "night", events=[early, *others])

    assert _found(folder) == ["events.jsonl:1:declared_at.at"]


def test_an_event_before_its_map(tmp_path: Path) -> None:
    review = common("review-1", "Review", "2023-05-03T11:00:00Z") | {"by": "Desk", "reason": "to see"}
    folder = write(tmp_path / "night", events=[review, *declarations()])

    assert _found(folder) == ["events.jsonl:1:declared_at.at"]


def test_an_event_of_a_council_that_was_never_opened(tmp_path: Path) -> None:
    stranger = changed(declarations()[0], _put("council", "local.elsewhere.2023-05-04"))
    stranger = changed(stranger, _put("ward", "local.elsewhere.east.2023-05-04"))
    folder = write(tmp_path / "night", events=[*declarations(), changed(stranger, _put("id", "other:r1"))])

    # It also comes after line 3, and earlier.
    assert _found(folder) == ["events.jsonl:4:declared_at.at", "events.jsonl:4:council"]


def test_events_of_a_council_whose_map_cannot_be_read_are_not_blamed(tmp_path: Path) -> None:
    folder = write(tmp_path / "night", maps=[changed(a_map(), _put("seats", "five"))])

    assert _found(folder) == ["maps.jsonl:1:seats"]


def test_a_second_declaration_under_the_same_revision(tmp_path: Path) -> None:
    again = changed(declarations()[2], _put("id", "another:r1"))
    folder = write(tmp_path / "night", events=[*declarations(), again])

    assert _found(folder) == ["events.jsonl:4:revision"]


def test_a_release_of_nothing(tmp_path: Path) -> None:
    release = common("release-1", "Released", "2023-05-05T04:00:00Z") | {
        "hold": "hold-9",
        "by": "Desk",
        "reason": "all is well",
    }
    folder = write(tmp_path / "night", events=[*declarations(), release])

    assert _found(folder) == ["events.jsonl:4:hold"]


def test_a_missing_candidate(tmp_path: Path) -> None:
    first, _, third = declarations()
    short = declaration(SOUTH, "2023-05-05T02:00:00Z", ("c02", "LAB", 300, True))
    folder = write(tmp_path / "night", events=[first, short, third])

    assert [str(m) for m in check_night(folder)] == [
        "events.jsonl:2: results: Person 1 (c01) is nominated in South and missing"
    ]


def test_a_poll_that_changes_in_no_ward(tmp_path: Path) -> None:
    poll = common("poll-1", "PollChanged", "2023-05-05T04:00:00Z") | {
        "ward": "local.anytown.west.2023-05-04",
        "revision": 1,
        "state": "recount",
        "source": {"name": "Test", "tier": 1},
    }
    folder = write(tmp_path / "night", events=[*declarations(), poll])

    assert _found(folder) == ["events.jsonl:4:ward"]


def test_a_declaration_where_the_poll_was_called_off(tmp_path: Path) -> None:
    poll = common("poll-1", "PollChanged", "2023-05-04T04:00:00Z") | {
        "ward": EAST,
        "revision": 1,
        "state": "countermanded",
        "source": {"name": "Test", "tier": 1},
    }
    folder = write(tmp_path / "night", events=[poll, *declarations()])

    assert _found(folder) == ["events.jsonl:4:ward"]


def test_an_event_among_the_maps(tmp_path: Path) -> None:
    folder = write(tmp_path / "night", maps=[a_map(), declarations()[0]], events=declarations()[1:])

    assert "maps.jsonl:2:type" in _found(folder)


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (f"final,{COUNCIL},CON,LAB,GAIN,0,0,3,1", ["", "OTH"]),
        (f"final,{COUNCIL},CON,LAB,GAIN,1,0,2,2", ["after", "pending", "LAB"]),
        (f"final,{COUNCIL},LAB,LAB,HOLD,0,0,3,2", ["before"]),
        (f"final,{COUNCIL},CON,LAB,HOLD,0,0,3,2", ["outcome"]),
        (f"final,{COUNCIL},CON,NOC,LOSE TO NOC,0,0,3,2", ["after"]),
        (f"noon,{COUNCIL},CON,LAB,GAIN,0,0,3,2", ["checkpoint"]),
        (f"final,{COUNCIL},CON,LAB,GAIN,0,x,3,2", ["CON"]),
        ("final,local.elsewhere.2023-05-04,CON,LAB,GAIN,0,0,3,2", ["council"]),
        (f"final,{COUNCIL},CON", [""]),
    ],
)
def test_published_figures_that_do_not_add_up(tmp_path: Path, row: str, places: list[str]) -> None:
    folder = write(tmp_path / "night", expected=f"{row}\n")

    assert _found(folder) == [f"expected.csv:2:{column}" for column in places]


def test_a_council_in_two_rows(tmp_path: Path) -> None:
    row = f"final,{COUNCIL},CON,LAB,GAIN,0,0,3,2\n"

    assert _found(write(tmp_path / "night", expected=row + row)) == ["expected.csv:3:council"]


def test_figures_of_a_moment_count_what_was_declared_by_then(tmp_path: Path) -> None:
    early = about() | {"checkpoints": [{"name": "two", "until": "2023-05-05T02:00:00Z"}]}
    row = f"two,{COUNCIL},CON,LAB,GAIN,1,0,3,1\n"

    assert _found(write(tmp_path / "night", about_=early, expected=row)) == []


def test_a_withdrawn_declaration_no_longer_counts(tmp_path: Path) -> None:
    withdrawn = common(f"{EAST}:r2", "WardWithdrawn", "2023-05-05T04:00:00Z") | {
        "ward": EAST,
        "revision": 2,
        "reason": "test_leak",
        "supersedes": f"{EAST}:r1",
    }
    folder = write(
        tmp_path / "night",
        events=[*declarations(), withdrawn],
        expected=f"final,{COUNCIL},CON,LAB,GAIN,1,0,3,1\n",
    )

    assert _found(folder) == []


def test_a_head_without_its_columns(tmp_path: Path) -> None:
    folder = write(tmp_path / "night")
    (folder / "expected.csv").write_text(EXPECTED.replace("outcome", "result"))

    assert _found(folder) == ["expected.csv:1:"]


def test_figures_may_be_unknown(tmp_path: Path) -> None:
    folder = write(tmp_path / "night")
    (folder / "expected.csv").unlink()

    assert read_night(folder).expected == ()


@pytest.mark.parametrize("name", ["night.json", "maps.jsonl", "events.jsonl"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "night", expected="")
    (folder / name).unlink()

    assert f"{name}: cannot be read: No such file or directory" in [str(m) for m in check_night(folder)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n "format": 1,\n "title" "x"\n}', "night.json:3:"),
        ('{\n "format": 2,\n "title": "x",\n "election": "local.2023-05-04"\n}', "night.json:2:format"),
        ('{\n "format": 1,\n "title": "x",\n "election": "May"\n}', "night.json:4:election"),
        ('{"format": 1, "title": "x", "election": "local.2023-05-04", "year": 2023}', "night.json:1:year"),
    ],
)
def test_a_mistake_in_night_json(tmp_path: Path, text: str, place: str) -> None:
    folder = write(tmp_path / "night", expected="")
    (folder / "night.json").write_text(text)

    assert _found(folder) == [place]


def test_reading_a_night_with_mistakes_names_them(tmp_path: Path) -> None:
    folder = write(tmp_path / "night", maps=[], expected="")

    with pytest.raises(NightRefused, match="has no maps") as refused:
        read_night(folder)

    assert len(refused.value.mistakes) == 4
