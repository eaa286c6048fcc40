"""Bad bytes and bad fields, one line each, with the reason code under which the reader must refuse them."""

import json
from typing import Any

import pytest

from schemas.council import CouncilOpened
from schemas.document import INPUT_EVENTS
from schemas.reading import EVENT_BYTES, MAP_BYTES, Unreadable, read
from tests.schemas.good import COUNCIL, DECLARED, GOOD, MAP, NORTH, raw, spoilt, without

_TEXT = raw(DECLARED)
_AS_TEXT = _TEXT.decode()


def _votes(number: str) -> bytes:
    """The declaration with another number of votes, written as it stands here."""
    return _AS_TEXT.replace('"votes": 900', f'"votes": {number}').encode()


def _padded(event: dict[str, Any], size: int) -> bytes:
    """An event blown up with white space to so many bytes."""
    return raw(event) + b" " * (size - len(raw(event)))


def _nested(depth: int) -> bytes:
    return _TEXT[:-1] + b', "x": ' + b"[" * depth + b"]" * depth + b"}"


BYTES: dict[str, tuple[bytes | None, str]] = {
    "no value": (None, "json"),
    "empty": (b"", "json"),
    "white space": (b" \n ", "json"),
    "random bytes": (bytes(range(256)), "json"),
    "broken": (_TEXT[:-2], "json"),
    "two events": (_TEXT + _TEXT, "json"),
    "single quotes": (b"{'type': 'Review'}", "json"),
    "a comma too many": (_TEXT[:-1] + b",}", "json"),
    "a byte order mark": (b"\xef\xbb\xbf" + _TEXT, "json"),
    "UTF-16": (_AS_TEXT.encode("utf-16"), "json"),
    "bad UTF-8 in a name": (_TEXT.replace(b"Test desk", b"Test \xff desk"), "json"),
    "overlong UTF-8": (_TEXT.replace(b"Test desk", b"Test \xc0\xaf desk"), "json"),
    "a surrogate in UTF-8": (_TEXT.replace(b"Test desk", b"Test \xed\xa0\x80 desk"), "json"),
    "a lone high surrogate": (_TEXT.replace(b"Test desk", rb"Test \ud800 desk"), "json"),
    "a lone low surrogate": (_TEXT.replace(b"Test desk", rb"Test \udc00 desk"), "json"),
    "a surrogate in a key": (_TEXT[:-1] + rb', "\ud800": 1}', "json"),
    "a raw NUL": (_TEXT.replace(b"Test desk", b"Test \0 desk"), "json"),
    "a raw newline": (_TEXT.replace(b"Test desk", b"Test \n desk"), "json"),
    "null": (b"null", "not-object"),
    "true": (b"true", "not-object"),
    "a number": (b"42", "not-object"),
    "a string": (b'"WardDeclared"', "not-object"),
    "a list": (b"[" + _TEXT + b"]", "not-object"),
    "an empty object": (b"{}", "schema"),
    "NaN": (_votes("NaN"), "range"),
    "Infinity": (_votes("Infinity"), "range"),
    "-Infinity": (_votes("-Infinity"), "range"),
    "-0": (_votes("-0"), "range"),
    "1e400": (_votes("1e400"), "range"),
    "-1e400": (_votes("-1e400"), "range"),
    "10^30": (_votes("1" + "0" * 30), "range"),
    "10,000 digits": (_votes("9" * 10_000), "range"),
    "60,000 digits": (_votes("9" * 60_000), "range"),
    "60,000 digits after the point": (_votes("1." + "9" * 60_000), "field"),
    "1.0": (_votes("1.0"), "field"),
    "9e2": (_votes("9e2"), "field"),
    "-1": (_votes("-1"), "field"),
    "10,000,001": (_votes("10000001"), "field"),
    "a leading zero": (_votes("0900"), "json"),
    "a plus sign": (_votes("+900"), "json"),
    "hexadecimal": (_votes("0x900"), "json"),
    "true for a count": (_votes("true"), "field"),
    "text for a count": (_votes('"900"'), "field"),
    "a list for a count": (_votes("[900]"), "field"),
    "a key twice": (_TEXT[:-1] + b', "revision": 2}', "dup-key"),
    "a key twice, alike": (_TEXT[:-1] + b', "revision": 1}', "dup-key"),
    "a key twice, once escaped": (_TEXT[:-1] + rb', "\u0072evision": 1}', "dup-key"),
    "a key twice within": (_AS_TEXT.replace('"tier": 1', '"tier": 1, "tier": 2').encode(), "dup-key"),
    "100,000 lists": (b"[" * 100_000, "depth"),
    "100,000 objects": (b'{"a":' * 100_000, "depth"),
    "100,000 lists, closed": (b"[" * 100_000 + b"]" * 100_000, "depth"),
    "1,000 lists within": (_nested(1_000), "depth"),
    "250 lists within": (_nested(250), "depth"),
    "50 lists within": (_nested(50), "schema"),
    "an event of 64 KB and a byte": (_padded(DECLARED, EVENT_BYTES + 1), "size"),
    "a map of 4 MB and a byte": (_padded(MAP, MAP_BYTES + 1), "size"),
    "8 MB of nothing": (b"\0" * 8 * 1024 * 1024, "size"),
}

#: spoilt event -> reason; the field that the refusal must name is the path itself, unless another follows
FIELDS: list[tuple[str, tuple[Any, ...], str]] = [
    ("WardDeclared", ("schema_version", 2), "schema"),
    ("WardDeclared", ("schema_version", 0), "schema"),
    ("WardDeclared", ("schema_version", True), "schema"),
    ("WardDeclared", ("schema_version", 1.0), "schema"),
    ("WardDeclared", ("schema_version", "1"), "schema"),
    ("WardDeclared", ("schema_version", None), "schema"),
    ("WardDeclared", ("surprise", 1), "schema"),
    ("WardDeclared", ("source", "surprise", 1), "schema"),
    ("WardDeclared", ("results", 0, "surprise", 1), "schema"),
    ("CouncilOpened", ("wards", 0, "candidates", 0, "address", "1 High Street"), "schema"),
    ("WardDeclared", ("mode", "test"), "field"),
    ("WardDeclared", ("mode", "LIVE"), "field"),
    ("WardDeclared", ("revision", True), "field"),
    ("WardDeclared", ("revision", "1"), "field"),
    ("WardDeclared", ("revision", 1.0), "field"),
    ("WardDeclared", ("revision", 0), "field"),
    ("WardDeclared", ("revision", 1_000), "field"),
    ("WardDeclared", ("results", 0, "elected", 1), "field"),
    ("WardDeclared", ("results", 0, "elected", "true"), "field"),
    ("WardDeclared", ("results", []), "field"),
    ("WardDeclared", ("results", {}), "field"),
    ("WardDeclared", ("source", "tier", 4), "field"),
    ("WardDeclared", ("source", None), "field"),
    ("WardDeclared", ("reason", "because"), "field"),
    ("WardDeclared", ("turnout_percent", "lots"), "id-format"),
    ("WardDeclared", ("turnout_percent", "٣٠"), "id-format"),
    ("WardDeclared", ("id", ""), "id-format"),
    ("WardDeclared", ("id", "north 1"), "id-format"),
    ("WardDeclared", ("id", "north\n1"), "id-format"),
    ("WardDeclared", ("id", "north-1\n"), "id-format"),
    ("WardDeclared", ("id", "x" * 10_000), "id-format"),
    ("WardDeclared", ("council", "Trumptonshire"), "id-format"),
    ("WardDeclared", ("council", "local.Trumptonshire.2023-05-04"), "id-format"),
    ("WardDeclared", ("council", "local.trumpton#shire.2023-05-04"), "id-format"),
    ("WardDeclared", ("council", "local.trumptonshire"), "id-format"),
    ("WardDeclared", ("council", "local.trumptonshire.2023-02-29"), "id-format"),
    ("WardDeclared", ("council", "local.trumptonshire.2023-99-99"), "id-format"),
    ("WardDeclared", ("council", "local.trumptonshire.٢٠٢٣-٠٥-٠٤"), "id-format"),
    ("WardDeclared", ("council", "local.trumptonshire.2023-05-04.."), "id-format"),
    ("WardDeclared", ("council", "../../etc/passwd"), "id-format"),
    ("WardDeclared", ("election", "local.2023-99-99"), "id-format"),
    ("WardDeclared", ("election", "local.0000-01-01"), "id-format"),
    ("WardDeclared", ("election", "local.9999-12-31"), "time"),
    ("WardDeclared", ("ward", "north"), "id-format"),
    ("WardDeclared", ("ward", COUNCIL + "\u0000"), "id-format"),
    ("WardDeclared", ("results", 0, "candidate", "A"), "id-format"),
    ("WardDeclared", ("results", 0, "party", "red"), "id-format"),
    ("WardDeclared", ("results", 0, "party", "ＲＥＤ"), "id-format"),
    ("WardDeclared", ("results", 0, "party", "RЕD"), "id-format"),  # a Cyrillic letter
    ("CouncilOpened", ("gss_code", "E0700099"), "id-format"),
    ("WardDeclared", ("declared_at", "at", 1_683_249_180), "field"),
    ("WardDeclared", ("declared_at", "at", "1683249180"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05T01:13:00"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05 01:13:00Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05T02:13:00+01:00"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05T01:13:00+00:00"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05T25:13:00Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-02-29T01:13:00Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "2023-05-05T01:13:00.1234567Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "٢٠٢٣-٠٥-٠٥T01:13:00Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "9999-12-31T23:59:59Z"), "time"),
    ("WardDeclared", ("declared_at", "at", "0001-01-01T00:00:00Z"), "time"),
    ("WardDeclared", ("declared_at", "precision_seconds", 0), "field"),
    ("WardDeclared", ("declared_at", "precision_seconds", 86_401), "field"),
    ("CouncilOpened", ("history", 0, "since", "2019-02-30"), "time"),
    ("CouncilOpened", ("history", 0, "since", "1683249180"), "time"),
    ("CouncilOpened", ("history", 0, "since", "2019-05-02T00:00:00Z"), "time"),
    ("CouncilOpened", ("history", 0, "since", "0019-05-02"), "time"),
    ("CouncilOpened", ("style", "kingdom"), "field"),
    ("CouncilOpened", ("version", 0), "field"),
    ("Held", ("types", ["NO_SUCH_TYPE"]), "field"),
    ("Held", ("types", ["\u001b[2J"]), "field"),
]

#: What no name and no sentence may hold.
TEXT: dict[str, str] = {
    "NUL": "Jo\0Smith",
    "a newline": "Jo\nSmith",
    "a tab": "Jo\tSmith",
    "ESC": "Jo \x1b[31mSmith",
    "DEL": "Jo\x7fSmith",
    "a C1 control": "Jo\x85Smith",
    "a bidi override": "Jo \u202eSmith",
    "a bidi isolate": "Jo \u2067Smith\u2069",
    "a zero-width space": "Jo\u200bSmith",
    "a zero-width joiner": "Jo\u200dSmith",
    "a soft hyphen": "Jo\u00adSmith",
    "a byte order mark": "\ufeffJo Smith",
    "a line separator": "Jo\u2028Smith",
    "a private character": "Jo\ue000Smith",
    "an unassigned character": "Jo\U000e0fffSmith",
    "a tag character": "Jo\U000e0041Smith",
    "a decomposed letter": "Jose\u0301",
    "HTML": "<b>Jo</b>",
    "a script": "<script>alert(1)</script>",
    "a template": "{{ 7 * 7 }}",
    "a template string": "${jndi:ldap://x}",
    "a back quote": "`id`",
    "a formula": "=1+1",
    "a formula with a plus": "+1+1",
    "a formula with a minus": "-1+1",
    "a formula with an at": "@SUM(A1)",
    "a path": "..\\..\\windows",
    "space in front": " Jo Smith",
    "space behind": "Jo Smith ",
    "nothing": "",
    "10 kB": "x" * 10_000,
}


@pytest.mark.parametrize("what", BYTES)
def test_bad_bytes_have_their_reason(what: str) -> None:
    value, reason = BYTES[what]

    with pytest.raises(Unreadable) as refused:
        read(value)

    assert (refused.value.reason, refused.value.sentence != "") == (reason, True)


@pytest.mark.parametrize(("kind", "path", "reason"), FIELDS, ids=lambda part: str(part)[:60])
def test_a_bad_field_is_named_with_its_reason(kind: str, path: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw(spoilt(GOOD[kind], *path)))

    field = ".".join(str(step) for step in path[:-1])
    assert refused.value.reason == reason
    assert refused.value.field.startswith(field)
    assert refused.value.sentence.startswith(field)


@pytest.mark.parametrize("what", TEXT)
@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("WardDeclared", ("producer",)),
        ("CouncilOpened", ("wards", 0, "name")),
        ("Held", ("reason",)),
        ("WardDeclared", ("source", "link")),
    ],
    ids=["producer", "ward", "reason", "link"],
)
def test_text_that_is_none_is_refused(what: str, kind: str, path: tuple[Any, ...]) -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw(spoilt(GOOD[kind], *path, TEXT[what])))

    assert (refused.value.reason, refused.value.field) == ("name", ".".join(str(step) for step in path))


@pytest.mark.parametrize(
    "name",
    [
        "Phélim Mac Cafferty",
        "Mary O’Brien-O'Neill",
        "Smith, J. (The Lord)",
        "St. Mary's & St. James",
        "Llanfair-yn-Neubwll",
        "Ŵyn Tŷ",
        "It's Our County!",
        "Britain's Party: Left/Right",
        "Ōtepoti 3",
        "李小明",
    ],
)
def test_names_as_people_and_wards_have_them(name: str) -> None:
    event = read(raw(spoilt(MAP, "wards", 0, "candidates", 0, "name", name)))

    assert isinstance(event, CouncilOpened)
    assert event.wards[0].candidates[0].name == name


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in GOOD for field in GOOD[kind]])
def test_nothing_defaults_in_silence(kind: str, field: str) -> None:
    """A field left out is named as missing, or has a default that the contract states."""
    required = type(read(raw(GOOD[kind]))).model_fields[field].is_required()
    event = without(GOOD[kind], field)

    if required:
        with pytest.raises(Unreadable, match=f"^{field}:? (is missing|must be 1)"):
            read(raw(event))
    elif (kind, field) not in {("CouncilOpened", "vacant"), ("Held", "ward")}:  # these must agree with others
        assert getattr(read(raw(event)), field) == type(read(raw(event))).model_fields[field].default


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_not_an_event_is_not_one_by_its_type(kind: str) -> None:
    for stranger in ("", "Headline", kind.lower(), f"{kind}\0", "\x1b[2J" * 20_0, 1, None, [kind]):
        with pytest.raises(Unreadable) as refused:
            read(raw(spoilt(GOOD[kind], "type", stranger)))

        assert refused.value.reason == "schema"
        assert refused.value.sentence.isprintable()


def test_what_is_refused_is_told_without_characters_that_a_terminal_obeys() -> None:
    with pytest.raises(Unreadable) as refused:
        read(raw(spoilt(DECLARED, "\x1b[2J\u202e\n" + "x" * 10_000, 1)))

    told = refused.value
    assert (told.reason, told.sentence.isprintable(), told.field.isprintable()) == ("schema", True, True)
    assert len(told.sentence) <= 400
    assert len(told.field) <= 200


def test_an_event_of_64_kb_and_a_map_of_4_mb_are_read() -> None:
    assert read(_padded(DECLARED, EVENT_BYTES)).id == "north-1"
    assert read(_padded(MAP, MAP_BYTES)).id == "map-1"


def test_depth_is_refused_alike_however_deep_the_caller_stands() -> None:
    def called(deep: int) -> str:
        if deep:
            return called(deep - 1)
        with pytest.raises(Unreadable) as refused:
            read(_nested(500))
        return refused.value.reason

    assert {called(deep) for deep in (0, 200, 500)} == {"depth"}


def test_a_map_full_of_faults_is_refused_without_telling_each() -> None:
    """As many wrong items as 4 MB can hold: the first ends the reading, or nothing is told apart."""
    wards = json.dumps(spoilt(MAP, "wards", [])).replace('"wards": []', f'"wards": [{"1," * 1_900_000}1]')
    seats = raw(spoilt(MAP, "held", {f"a{n}": 1 for n in range(250_000)}))

    with pytest.raises(Unreadable) as first:
        read(wards.encode())
    with pytest.raises(Unreadable) as many:
        read(seats)

    assert (first.value.reason, first.value.field) == ("field", "wards.0")
    assert (many.value.reason, many.value.field) == ("field", "")


def test_every_good_event_is_good() -> None:
    assert [type(read(raw(event))).__name__ for event in GOOD.values()] == list(GOOD)
    assert {kind.__name__ for kind in INPUT_EVENTS} == set(GOOD)
    assert read(raw(DECLARED)) == read(raw(spoilt(DECLARED, "ward", NORTH)))
