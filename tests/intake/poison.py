"""Every kind of bad input once: the bytes, what the door answers, and what the council worker answers on the topic."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.reading import InputEvent
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Output, Record
from streams.delivery.partition import partition_of
from tests.intake.conftest import as_json, declaration, trumptonshire
from tests.rules.making import COUNCIL

#: Where the door has nothing to answer: HTTP has no such thing.
NO_DOOR = "–"
KEY = COUNCIL.encode()
GOOD = json.loads(as_json(declaration()))


def but(**changed: Any) -> bytes:
    """The good declaration of Chigley with other fields; None takes a field out."""
    event = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return json.dumps(event).encode()


def results(**changed: Any) -> list[dict[str, Any]]:
    """Its results, with other fields in the second, who is elected."""
    first, second = GOOD["results"]
    return [first, second | changed]


@dataclass(frozen=True)
class Poison:
    """``door`` and ``topic`` are the answers expected: code and reason, or what becomes of it."""

    kind: str
    door: str
    topic: str
    value: bytes | None = b""
    key: bytes | None = KEY
    partition: int | None = None
    before: tuple[InputEvent, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


def _named(text: str) -> bytes:
    return but(source={"name": text, "tier": 1})


_JSON, _FIELD, _NAME = "400 json", "422 field", "422 name"
_SURROGATE = as_json(declaration()).replace(b'"chigley-1"', b'"\\ud800"')
_TWICE = as_json(declaration()).replace(b'"revision":1', b'"revision":1,"revision":2')
_FIRST = declaration()

POISON: tuple[Poison, ...] = (
    # broken JSON, bad UTF-8, null
    Poison("broken JSON", _JSON, "json", b"{not json"),
    Poison("empty value", _JSON, "json", b""),
    Poison("random bytes", _JSON, "json", bytes(range(256)) * 8),
    Poison("bad UTF-8 in the value", _JSON, "json", b'{"id":"\xff\xfe"}'),
    Poison("bad UTF-8 in the key", NO_DOOR, "key", as_json(_FIRST), key=b"\xff\xfe\x00"),
    Poison("null value", NO_DOOR, "json", None),
    Poison("null key", NO_DOOR, "key", as_json(_FIRST), key=None),
    Poison("null key and null value", NO_DOOR, "json", None, key=None),
    Poison("a wrong content type", "415 media-type", NO_DOOR, as_json(_FIRST), headers={"Content-Type": "text/plain"}),
    # JSON, but no event
    Poison("JSON null", "400 not-object", "not-object", b"null"),
    Poison("JSON list", "400 not-object", "not-object", b"[1,2,3]"),
    Poison("JSON string", "400 not-object", "not-object", b'"hello"'),
    Poison("JSON number", "400 not-object", "not-object", b"17"),
    Poison("an empty array", "422 schema", "not-object", b"[]"),
    # numbers
    Poison("NaN", "400 range", "range", as_json(_FIRST).replace(b'"revision":1', b'"revision":NaN')),
    Poison("Infinity", "400 range", "range", as_json(_FIRST).replace(b'"revision":1', b'"revision":Infinity')),
    Poison("-0", "400 range", "range", as_json(_FIRST).replace(b'"revision":1', b'"revision":-0')),
    Poison("1e400", "400 range", "range", as_json(_FIRST).replace(b'"revision":1', b'"revision":1e400')),
    Poison("10^30", "400 range", "range", but(results=results(votes=10**30))),
    Poison("a number of 10,000 digits", "400 range", "range", b'{"revision":' + b"9" * 10_000 + b"}"),
    Poison("a negative number of votes", _FIELD, "field", but(results=results(votes=-1))),
    # depth, keys, size
    Poison("arrays 100,000 deep", "413 size", "depth", b"[" * 100_000 + b"]" * 100_000),
    Poison("arrays 30,000 deep", "400 depth", "depth", b"[" * 30_000 + b"]" * 30_000),
    Poison("objects 50,000 deep", "413 size", "depth", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    Poison("objects 10,000 deep", "400 depth", "depth", b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    Poison("a key twice in one object", "400 dup-key", "dup-key", _TWICE),
    Poison("half a megabyte", "413 size", "size", b'{"pad":"' + b"x" * 500_000 + b'"}'),
    Poison("two megabytes", "413 size", "size", b'{"pad":"' + b"x" * 2_000_000 + b'"}'),
    Poison("eight megabytes", "413 size", "size", b'{"pad":"' + b"x" * 8_000_000 + b'"}'),
    # types, fields, schema
    Poison("true for a number", _FIELD, "field", but(revision=True)),
    Poison("text for a number", _FIELD, "field", but(revision="1")),
    Poison("1.0 for a number", _FIELD, "field", as_json(_FIRST).replace(b'"revision":1', b'"revision":1.0')),
    Poison("a field that nobody knows", "422 schema", "schema", but(colour="red")),
    Poison("a field that is missing", "422 schema", "schema", but(ward=None)),
    Poison("an event that nobody knows", "422 schema", "schema", but(type="WardGuessed")),
    Poison("another version of the schema", "422 schema", "schema", but(schema_version=2)),
    # text
    Poison("a lone surrogate in an id", _JSON, "json", _SURROGATE),
    Poison("NUL in an id", "422 id-format", "id-format", but(id="a\0b")),
    Poison("newline and ESC in a name", _NAME, "name", _named("A\n\x1b[2JB")),
    Poison("a C1 control in a name", _NAME, "name", _named("A\x85B")),
    Poison("a bidi override in a name", _NAME, "name", _named("LAB\u202eNOC")),
    Poison("a zero-width space in a name", _NAME, "name", _named("La\u200bbour")),
    Poison("a homoglyph in a party's code", "422 id-format", "id-format", but(results=results(party="L\u0410B"))),
    Poison("a name of 10 kB", _NAME, "name", _named("x" * 10_000)),
    Poison("a script in a name", _NAME, "name", _named("<script>alert(1)</script>")),
    Poison("a template in a name", _NAME, "name", _named("{{7*7}}")),
    Poison("a formula in a name", _NAME, "name", _named("=HYPERLINK(1)")),
    Poison("@ and + at the front of a name", _NAME, "name", _named("@SUM(1)")),
    # councils, wards, keys
    Poison("a council that is not open", "403 authz", "unknown-council", but(
        council="local.felpersham.2023-05-04", ward="local.felpersham.chigley.2023-05-04"),
        key=b"local.felpersham.2023-05-04"),
    Poison("a ward that is not on the map", "422 ward-not-in-council", "parked: ward-not-in-council", but(
        ward="local.trumptonshire.pippin.2023-05-04")),
    Poison("a ward of another council", "422 ward-not-in-council", "ward-not-in-council", but(
        ward="local.felpersham.chigley.2023-05-04")),
    Poison("the right council on a wrong partition", NO_DOOR, "key", as_json(_FIRST),
           partition=(partition_of(COUNCIL, 4) + 1) % 4),
    # seats, candidates, votes
    Poison("more elected than seats", "422 seats-sum", "parked: seats-sum", but(
        results=[r | {"elected": True} for r in GOOD["results"]])),
    Poison("nobody elected", "422 seats-sum", "seats-sum", but(results=results(elected=False))),
    Poison("a candidate twice", "422 candidate", "candidate", but(results=[GOOD["results"][1]] * 2)),
    Poison("a candidate who was not nominated", "422 candidate", "parked: candidate", but(
        results=results(candidate="zz-9"))),
    Poison("a candidate left out", "422 candidate", "parked: candidate", but(results=GOOD["results"][1:])),
    Poison("a candidate under another party", "422 party", "parked: party", but(results=results(party="GRN"))),
    Poison("more votes than ballot papers", "422 votes-sum", "votes-sum", but(ballots=10)),
    Poison("a winner with fewer votes than a loser", "422 votes-order", "votes-order", but(results=results(votes=1))),
    # ids and revisions
    Poison("the same id, the same content", "202", "duplicate", as_json(_FIRST), before=(_FIRST,)),
    Poison("the same id, another content", "409 conflict", "conflict", but(
        results=results(votes=100_001)), before=(_FIRST,)),
    Poison("the same revision under another id", "409 conflict", "conflict", but(id="x"), before=(_FIRST,)),
    Poison("a lower revision, late", "202", "stale or superseded", but(id="late"), before=(
        declaration(revision=2),)),
    Poison("a higher revision, the same content", "202", "new", but(
        id="c2", revision=2, reason="transcription"), before=(_FIRST,)),
    Poison("a revision that jumps by more than five", "422 rev-range", "new", but(revision=8, reason="transcription")),
    Poison("revision 1000", _FIELD, "field", but(revision=1000, reason="transcription")),
    Poison("a correction without a reason", "422 reason", "reason", but(revision=2)),
    # time, election, mode
    Poison("declared an hour ahead", "422 time", "new", but(
        declared_at={"at": "2023-05-05T04:00:00Z", "basis": "officer"})),
    Poison("declared before polls close", "422 time", "time", but(
        declared_at={"at": "2023-05-04T20:59:00Z", "basis": "officer"})),
    Poison("an event of last year's election", "422 election", "election", but(election="local.2022-05-05")),
    Poison("a live event in a rehearsal", "403 mode", "mode", but(mode="live")),
    # who
    Poison("a producer under another's name", "403 authz", "new", but(producer="Somebody else")),
    Poison("a source of tier 3", "422 tier", "tier", but(source={"name": "The pub", "tier": 3})),
    Poison("no key", "401 key", NO_DOOR, as_json(_FIRST), headers={"Authorization": ""}),
    Poison("a wrong key", "401 key", NO_DOOR, as_json(_FIRST), headers={
        "Authorization": "Bearer 0123456789ab." + "a" * 43}),
)  # fmt: skip

#: Rows of the table that depend on what came before or on time, with the tests that show them.
ELSEWHERE = (
    (
        "1,000 bad events a minute from one producer",
        "`400` twenty times, then `403 frozen`",
        "each is rejected",
    ),
    ("a signature missing, wrong, of another event", "`401 sig`", "`sig`"),
    ("a nonce or an hour that does not hold", "`401 sig`", NO_DOOR),
    ("headers or a body that trickle", "`408`", NO_DOOR),
    ("headers above 16 KB", "`431`", NO_DOOR),
    ("a full disk", "`503 journal`, and nothing of it is written", NO_DOOR),
)


def on_the_topic(poison: Poison) -> str:
    """What the council worker makes of it."""
    keeper, state = CouncilKeeper("rehearsal", 4), None
    due = partition_of(COUNCIL, 4)
    for offset, event in enumerate((trumptonshire(), *poison.before)):
        record = _record(as_json(event), KEY, due, offset)
        addressed = keeper.read(record)
        assert isinstance(addressed, Addressed)
        state = keeper.judge(COUNCIL, state, addressed.event, record).state or state
    key = poison.key
    home = partition_of(key.decode(), 4) if key is not None and key.isascii() else due
    record = _record(poison.value, key, poison.partition if poison.partition is not None else home, 99)
    read = keeper.read(record)
    if isinstance(read, Output):
        return _said(read)
    judged = keeper.judge(read.key, state if read.key == COUNCIL else None, read.event, record)
    rejections = [o for o in (*judged.refusals, *judged.outputs) if "rejections" in o.topic]
    if rejections:
        return _said(rejections[0])
    if judged.state is None:
        return "duplicate" if read.event in poison.before else "stale or superseded"
    return "new" if not _is_below(read.event, poison) else "stale or superseded"


def _is_below(event: InputEvent, poison: Poison) -> bool:
    mine = getattr(event, "revision", 1)
    return any(getattr(before, "revision", 1) > mine for before in poison.before)


def _said(output: Output) -> str:
    told = json.loads(output.value)
    return str(told["reason"]) if told["status"] == "rejected" else f"{told['status']}: {told['reason']}"


def _record(value: bytes | None, key: bytes | None, partition: int, offset: int) -> Record:
    return Record("results.rehearsal.declarations.v1", partition, offset, key, value, (), 0)


def page() -> str:
    """docs/poison.md."""
    rows = [f"| {p.kind} | {_code(p.door)} | {_code(p.topic)} |" for p in POISON] + [
        f"| {kind} | {door} | {topic} |" for kind, door, topic in ELSEWHERE
    ]
    return (
        "# Bad input, and what is answered\n\n"
        "Each kind was sent to the door of intake (`POST /v1/declarations`, by a producer of Kent) and put on the\n"
        "declarations topic under the council's key. The door answers with a code and a reason, and a sentence that\n"
        "names field and rule; nothing of such a request is taken. The council worker rejects a record for good with\n"
        "the same reasons, or lets it wait for a map that it fits (`parked`). `new` is taken: what only the door asks\n"
        "(the hour, whose key it is) is not asked again. The tests of intake hold this page against both.\n\n"
        "| what comes in | at the door | on the topic |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def _code(answer: str) -> str:
    return answer if answer == NO_DOOR else f"`{answer}`"


if __name__ == "__main__":
    Path(__file__).parents[2].joinpath("docs/poison.md").write_text(page())
