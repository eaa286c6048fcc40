"""What do the doors answer, and is only what they took in the journal?"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.desk import Held
from streams.intake.checks import DOOR_TYPES
from streams.intake.credentials import mac
from streams.intake.producers import DOORS
from streams.signing import new_key, sign
from tests.intake.conftest import (
    DESK,
    Doors,
    Hours,
    as_json,
    declaration,
    from_the_desk,
    opened_doors,
    trumptonshire,
)
from tests.rules import making


async def test_a_declaration_is_in_the_journal_when_it_is_answered(doors: Doors) -> None:
    answer = await doors.post("declarations", declaration())

    assert (answer.status_code, answer.json()) == (
        202,
        {"id": "chigley-1", "state": "journalled", "fate": "/v1/declarations/chigley-1"},
    )
    assert [event["id"] for event in doors.waiting()] == ["chigley-1"]


async def test_the_same_again_gets_the_same_answer_whatever_its_spaces(doors: Doors) -> None:
    first = await doors.post("declarations", declaration())
    spread = json.dumps(json.loads(as_json(declaration())), indent=4, sort_keys=True).encode()
    again = await doors.post("declarations", spread)

    assert (again.status_code, again.content) == (202, first.content)
    assert len(doors.waiting()) == 1


async def test_another_content_under_the_same_id_is_a_conflict(doors: Doors) -> None:
    await doors.post("declarations", declaration())
    other = await doors.post("declarations", declaration(elected={"CON": 1}))

    assert (other.status_code, other.json()["reason"], other.json()["field"]) == (409, "conflict", "id")
    assert len(doors.waiting()) == 1


async def test_another_id_for_the_same_revision_is_told_which_is_next(doors: Doors) -> None:
    await doors.post("declarations", declaration())
    other = await doors.post("declarations", declaration(elected={"CON": 1}, id="another"))

    assert (other.status_code, other.json()["field"]) == (409, "revision")
    assert "a correction takes revision 2" in other.json()["detail"]


async def test_an_array_is_taken_whole_or_not_at_all(doors: Doors) -> None:
    good, bad = declaration(), declaration("Trumpton", {"CON": 1})

    refused = await doors.post("declarations", [good, bad])
    taken = await doors.post("declarations", [good, declaration("Trumpton", {"CON": 2})])

    assert (refused.status_code, refused.json()["index"], refused.json()["reason"]) == (422, 1, "seats-sum")
    assert refused.json()["rule"] == "DR-34 a"
    assert [event["id"] for event in taken.json()["events"]] == ["chigley-1", "trumpton-1"]
    assert len(doors.waiting()) == 2


@pytest.mark.parametrize("door", DOORS)
async def test_each_door_takes_its_own_kind_only(doors: Doors, door: str) -> None:
    hold = from_the_desk(making.an_event("Held", "hold-1", scope="council", by="A. Person", reason="A doubt"))

    answer = await doors.post(door, hold)

    assert answer.status_code == (202 if Held in DOOR_TYPES[door] else 422)
    if answer.status_code == 422:
        assert f"does not go to /v1/{door} but to /v1/holds" in answer.json()["detail"]


async def test_a_declaration_from_the_future_is_refused_here(doors: Doors) -> None:
    ahead = declaration(clock="03:03")

    refused = await doors.post("declarations", ahead)
    doors.hours.seconds = 61
    taken = await doors.post("declarations", ahead)

    assert (refused.status_code, refused.json()["field"], refused.json()["reason"]) == (
        422,
        "declared_at.at",
        "time",
    )
    assert taken.status_code == 202


async def test_what_fits_no_map_can_be_left_with_the_feed(doors: Doors) -> None:
    stranger = from_the_desk(
        making.a_declaration(
            making.a_map(making.a_ward("Pippin", 1, {"CON": 1, "LAB": 1})), "Pippin", {"LAB": 1}
        )
    )

    refused = await doors.post("declarations", stranger)
    parked = await doors.http.post(
        "/v1/declarations?park=true",
        content=as_json(stranger),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {doors.key}"},
    )

    assert (refused.status_code, refused.json()["reason"], refused.json()["rule"]) == (
        422, "ward-not-in-council", "DR-34 h",
    )  # fmt: skip
    assert parked.status_code == 202


async def test_a_lower_revision_is_taken_with_a_notice(doors: Doors) -> None:
    await doors.post("declarations", declaration(revision=2))
    late = await doors.post("declarations", declaration(revision=1))

    assert late.json()["notices"] == ["revision 2 of this ward is known already: this one will not count"]


async def test_a_full_disk_is_503_and_nothing_half_written(doors: Doors) -> None:
    doors.reception.journal.limit_pages(10)
    wards = [making.a_ward(f"Ward {n}", 1, {"CON": 9, "LAB": 9}) for n in range(60)]
    large = trumptonshire(*wards, version=2, reason="nomination_amended")

    refused = await doors.post("councils", large)
    doors.reception.journal.limit_pages(100_000)
    taken = await doors.post("councils", large)

    assert (refused.status_code, refused.json()["reason"], refused.headers["retry-after"]) == (
        503,
        "journal",
        "5",
    )
    assert taken.status_code == 202
    assert [event["id"] for event in doors.waiting()] == ["map-2"]


async def test_a_producer_for_kent_cannot_declare_surrey(doors: Doors) -> None:
    surrey = trumptonshire(areas=[{"id": "surrey", "name": "Surrey", "kind": "county"}])
    council = "local.felpersham.2023-05-04"
    surrey = surrey.model_copy(update={"council": council, "id": "felpersham", "wards": ()})
    doors.reception.known.take(surrey, 1, 0)
    stranger = declaration().model_copy(
        update={"council": council, "ward": "local.felpersham.chigley.2023-05-04"}
    )

    answer = await doors.post("declarations", stranger)

    assert (answer.status_code, answer.json()["reason"], answer.json()["field"]) == (403, "authz", "council")
    assert doors.waiting() == []
    (told,) = doors.notices()
    assert (told["reason"], told["sentence"]) == (
        "authz",
        f"{DESK}: {council} is not among the councils of {DESK}",
    )


async def test_a_map_does_not_widen_the_reach_of_who_sends_it(doors: Doors) -> None:
    """A map that says of itself that it lies in Kent is no leave to open it."""
    new = trumptonshire().model_copy(update={"council": "local.felpersham.2023-05-04", "id": "f", "wards": (), "seats": 1, "vacant": 1})  # noqa: E501  # fmt: skip

    answer = await doors.post("councils", new)

    assert (answer.status_code, answer.json()["field"]) == (403, "council")


async def test_an_event_of_another_mode_cannot_enter_and_operators_hear_of_it(doors: Doors) -> None:
    answer = await doors.post("declarations", declaration().model_copy(update={"mode": "live"}))

    assert (answer.status_code, answer.json()["reason"]) == (403, "mode")
    assert [notice["reason"] for notice in doors.notices()] == ["mode"]
    assert doors.waiting() == []


async def test_a_rehearsal_event_cannot_enter_live(tmp_path: Path, hours: Hours) -> None:
    async with opened_doors(tmp_path, hours, mode="live", profile="kafka", allow_open_kafka=True) as doors:
        answer = await doors.post("declarations", declaration())

        assert (answer.status_code, answer.json()["reason"]) == (403, "mode")
        assert [entry.topic for _, entry in doors.reception.journal.waiting(9)] == [
            "results.live.rejections.v1"
        ]
        assert doors.notices()[0]["sentence"].startswith(f"{DESK}: a rehearsal event on a live topic")


async def test_nobody_speaks_under_another_name_or_above_his_tier(doors: Doors) -> None:
    key = doors.reception.producers.add("Stringer", tier=2, councils=["*"])

    another = await doors.post("declarations", declaration(), key)
    better = await doors.post("declarations", declaration().model_copy(update={"producer": "Stringer"}), key)
    hold = making.an_event("Held", "h", scope="council", by="A. Person", reason="A doubt")
    no_hold = await doors.post("holds", hold.model_copy(update={"producer": "Stringer"}), key)

    assert [(a.status_code, a.json()["field"]) for a in (another, better, no_hold)] == [
        (403, "producer"), (403, "source.tier"), (403, "type"),
    ]  # fmt: skip


async def test_twenty_bad_events_freeze_a_producer_and_no_other(doors: Doors) -> None:
    bad = doors.reception.producers.add("Noise", councils=["*"])

    codes = [(await doors.post("declarations", b"no JSON", bad)).status_code for _ in range(25)]
    other = await doors.post("declarations", declaration())

    assert codes == [400] * 20 + [403] * 5
    assert other.status_code == 202
    assert [(n["reason"], n["sentence"].partition(":")[0]) for n in doors.notices()] == [("frozen", "Noise")]
    doors.reception.producers.freeze("Noise", "")
    assert (await doors.post("declarations", b"no JSON", bad)).status_code == 400


async def test_bad_events_further_apart_freeze_nobody(doors: Doors) -> None:
    for _ in range(40):
        doors.hours.seconds += 4
        assert (await doors.post("declarations", b"no JSON")).status_code == 400


async def test_haste_is_429_for_the_hasty_alone(doors: Doors) -> None:
    hasty = doors.reception.producers.add("Hasty", councils=["*"], rate=1.0, tier=1)
    mine = [declaration().model_copy(update={"producer": "Hasty", "id": f"h{n}"}) for n in range(12)]

    answers = [await doors.post("declarations", event, hasty) for event in mine]

    assert [a.status_code for a in answers].count(429) == 2
    assert answers[-1].headers["retry-after"] == "2"
    assert (await doors.post("declarations", declaration("Trumpton", {"CON": 2}))).status_code == 202


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x.y", "Basic QTpC", "Bearer 0123456789ab." + "a" * 43, "HMAC key=é"]
)
async def test_without_a_key_nothing_is_read(doors: Doors, header: str) -> None:
    answer = await doors.http.post(
        "/v1/declarations", content=b"no JSON",
        headers={"Content-Type": "application/json"} | ({b"Authorization": header.encode()} if header else {}),  # type: ignore[dict-item]
    )  # fmt: skip

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def signed(
    doors: Doors, key: str, body: bytes, *, nonce: str, at: int | None = None, over: bytes | None = None
) -> int:
    key_id, secret = key.split(".")
    when = str(at if at is not None else int(doors.hours.now().timestamp()))
    proof = mac(secret, "POST", "/v1/declarations", when, nonce, body if over is None else over)
    header = f"HMAC key={key_id}, at={when}, nonce={nonce}, mac={proof}"
    answer = await doors.http.post(
        "/v1/declarations",
        content=body,
        headers={"Content-Type": "application/json", "Authorization": header},
    )
    return answer.status_code


async def test_an_hmac_is_good_once_within_two_minutes_for_its_own_body(doors: Doors) -> None:
    key = doors.reception.producers.add("Signer", way="hmac", councils=["*"], tier=1)
    body = as_json(declaration().model_copy(update={"producer": "Signer"}))
    old = int(doors.hours.now().timestamp()) - 121

    codes = [
        await signed(doors, key, body, nonce="nonce-one"),
        await signed(doors, key, body, nonce="nonce-one"),
        await signed(doors, key, body, nonce="nonce-two", over=b"other"),
        await signed(doors, key, body, nonce="nonce-three", at=old),
        await signed(doors, key, body, nonce="nonce-four"),
    ]

    assert codes == [202, 401, 401, 401, 202]
    assert (await doors.post("declarations", body, key)).status_code == 401  # its secret is no bearer key


async def test_nobody_is_frozen_for_what_others_send_in_its_name(doors: Doors) -> None:
    key = doors.reception.producers.add("Signer", way="hmac", councils=["*"], tier=1)
    body = as_json(declaration().model_copy(update={"producer": "Signer"}))

    forged = [await signed(doors, key, body, nonce=f"forged-{n:04}", over=b"other") for n in range(30)]

    assert set(forged) == {401}
    assert await signed(doors, key, body, nonce="its-own-nonce") == 202
    assert {notice["reason"] for notice in doors.notices()} == {"sig"}


async def test_nothing_is_read_from_a_frozen_producer(doors: Doors) -> None:
    doors.reception.producers.freeze(DESK, "lost a phone")

    answer = await doors.post("declarations", b"x" * 200_000)

    assert (answer.status_code, answer.json()["reason"]) == (403, "frozen")


async def test_a_rotated_key_is_void_and_a_key_is_never_stored(doors: Doors, tmp_path: Path) -> None:
    new = doors.reception.producers.rotate(DESK)

    assert (await doors.post("declarations", declaration())).status_code == 401
    assert (await doors.post("declarations", declaration(), new)).status_code == 202
    stored = b"".join(path.read_bytes() for path in (tmp_path / "intake").iterdir())
    assert new.split(".")[1].encode() not in stored


async def test_a_change_on_the_command_line_holds_at_once(doors: Doors) -> None:
    from streams.intake.producers import Producers

    other = Producers(doors.reception.settings.intake_dir)
    assert (await doors.post("declarations", declaration())).status_code == 202
    other.freeze(DESK, "lost a phone")
    other.close()

    answer = await doors.post("declarations", declaration())
    assert (answer.status_code, "lost a phone" in answer.json()["detail"]) == (403, True)


async def test_signatures_are_checked_at_the_door(tmp_path: Path, hours: Hours) -> None:
    private, public = new_key()
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({DESK: [public]}))
    async with opened_doors(tmp_path, hours, signatures="required", public_keys_file=keys) as doors:
        event = declaration()
        good = sign(event, private).decode()
        other = sign(declaration(elected={"CON": 1}), private).decode()

        codes = [
            (await doors.post("declarations", event)).status_code,
            (await doors.post("declarations", event, Signature=other)).status_code,
            (await doors.post("declarations", event, Signature=good)).status_code,
        ]

        assert codes == [401, 401, 202]
        (entry,) = [e for _, e in doors.reception.journal.waiting(9) if e.topic.endswith("declarations.v1")]
        assert ("signature", good.encode()) in entry.headers


async def test_a_map_that_takes_long_to_read_keeps_nobody_waiting(doors: Doors) -> None:
    wards = [making.a_ward(f"Ward {n}", 2, {"CON": 20, "LAB": 20, "LD": 20}) for n in range(900)]
    large = as_json(trumptonshire(*wards, version=2, reason="nomination_amended"))
    assert 2_500_000 < len(large) < 4_000_000

    order: list[str] = []

    async def send(name: str, door: str, body: Any) -> None:
        answer = await doors.post(door, body)
        assert answer.status_code == 202, answer.text
        order.append(name)

    await asyncio.gather(send("map", "councils", large), send("declaration", "declarations", declaration()))

    assert order == ["declaration", "map"]


async def test_metrics_and_health_tell_what_waits(doors: Doors) -> None:
    await doors.post("declarations", declaration())
    await doors.post("declarations", b"no JSON")

    page = (await doors.http.get("/metrics")).text

    assert 'results_intake_events_taken_total{door="declarations"} 1.0' in page
    assert 'results_intake_requests_refused_total{reason="json"} 1.0' in page
    assert "results_intake_events_waiting 1.0" in page
    assert (await doors.http.get("/health")).json()["waiting"] == 1
