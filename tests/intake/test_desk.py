"""The desk without a browser: who gets in, which steps are taken, and what reaches the journal."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from streams.intake.desk import register as register_module
from streams.intake.desk.pages import Pages
from streams.intake.desk.register import Register
from streams.intake.web import application
from streams.settings import settings
from tests.intake.conftest import Doors, declaration
from tests.intake.test_keying import a_form
from tests.rules.making import COUNCIL, ward_id

PASSWORD = "correct horse battery"
PEOPLE = {"Ann": ["enter"], "Ben": ["enter", "confirm"], "Cat": ["enter", "confirm", "resolve", "hold"]}


@pytest.fixture
async def desk(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator["Desk"]:
    # As slow as the real cost is, dozens of sign-ins would be most of what these tests do.
    monkeypatch.setattr(
        register_module, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    )
    register = Register(doors.reception.settings.intake_dir)
    for name, roles in PEOPLE.items():
        register.put_user(name, PASSWORD, roles)
    app = application(doors.reception)
    Pages(doors.reception, register).add_to(app)
    yield Desk(doors, app, register)
    register.close()


class Desk:
    def __init__(self, doors: Doors, app: Any, register: Register) -> None:
        self.doors, self.app, self.register = doors, app, register

    async def visitor(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 1))
        return httpx.AsyncClient(
            transport=transport, base_url="http://desk", headers={"Origin": "http://desk"} | headers
        )

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.AsyncClient:
        visitor = await self.visitor()
        answer = await visitor.post("/desk/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 303, answer.text
        return visitor

    async def step(self, person: httpx.AsyncClient, name: str, body: Any) -> tuple[int, Any]:
        answer = await person.post(f"/desk/{name}", json=body)
        return answer.status_code, answer.json()


def sheet(**figures: Any) -> Any:
    return a_form(**figures).model_dump(mode="json")


async def test_two_people_make_a_declaration(desk: Desk) -> None:
    ann, ben = await desk.sign_in("Ann"), await desk.sign_in("Ben")

    assert await desk.step(ann, "key", sheet()) == (200, {"state": "keyed"})
    assert desk.doors.waiting() == []
    page = await ben.get(f"/desk/ward/{ward_id('Chigley')}")
    assert "Confirm Ann's sheet" in page.text
    id = f"{ward_id('Chigley')}:desk-1"
    assert await desk.step(ben, "confirm", {"ward": ward_id("Chigley")}) == (
        200,
        {"state": "declared", "id": id},
    )

    (event,) = desk.doors.waiting()
    assert (event["id"], event["producer"], event["ballots"]) == (id, "Desk", 225)
    assert [r["elected"] for r in event["results"]] == [False, True]
    assert await desk.step(ann, "key", sheet()) == (
        200,
        {"state": "declared", "id": id},
    )  # the browser missed it


async def test_nobody_is_both_people(desk: Desk) -> None:
    cat = await desk.sign_in("Cat")
    await desk.step(cat, "key", sheet())

    code, told = await desk.step(cat, "confirm", {"ward": ward_id("Chigley")})

    assert (code, told["field"]) == (409, "SecondPersonNeeded")
    assert desk.doors.waiting() == []


async def test_a_blind_second_person_sees_nothing_of_the_first(desk: Desk) -> None:
    ann, ben, cat = [await desk.sign_in(name) for name in PEOPLE]
    assert (await desk.step(cat, "keying", {"council": COUNCIL, "keying": "blind"}))[0] == 200
    await desk.step(ann, "key", sheet(votes={"con-1": 1234, "lab-1": 4321}, ballots=6000))

    page = await ben.get(f"/desk/ward/{ward_id('Chigley')}")

    assert "1234" not in page.text
    assert "4321" not in page.text
    assert (await desk.step(ben, "confirm", {"ward": ward_id("Chigley")}))[1]["field"] == "BlindKeying"
    code, told = await desk.step(ben, "key", sheet(votes={"con-1": 1234, "lab-1": 4321}, ballots=6000))
    assert (code, told["state"]) == (200, "declared")


async def test_a_difference_goes_to_a_third_person(desk: Desk) -> None:
    ann, ben, cat = [await desk.sign_in(name) for name in PEOPLE]
    await desk.step(ann, "key", sheet())

    assert await desk.step(ben, "key", sheet(votes={"con-1": 100, "lab-1": 102})) == (
        200,
        {"state": "differs"},
    )
    choice = {"ward": ward_id("Chigley"), "chosen": "second"}
    assert (await desk.step(ben, "resolve", choice))[0] == 403
    page = await cat.get(f"/desk/ward/{ward_id('Chigley')}")
    assert "<strong>differs</strong>" in page.text
    assert (await desk.step(cat, "resolve", choice))[1]["state"] == "declared"

    (event,) = desk.doors.waiting()
    assert [r["votes"] for r in event["results"]] == [100, 102]
    assert [did for _, _, did in desk.register.history(ward_id("Chigley"))] == [
        "keyed", "keyed", "resolved for the second",
    ]  # fmt: skip


async def test_a_correction_asks_for_a_reason_and_names_what_it_replaces(desk: Desk) -> None:
    await desk.doors.post("declarations", declaration())
    ann, ben = await desk.sign_in("Ann"), await desk.sign_in("Ben")

    code, told = await desk.step(ann, "key", sheet(revision=2))
    assert (code, told["reason"]) == (422, "reason")
    await desk.step(ann, "key", sheet(revision=2, reason="transcription"))
    await desk.step(ben, "confirm", {"ward": ward_id("Chigley")})

    event = desk.doors.waiting()[-1]
    assert (event["revision"], event["reason"], event["supersedes"]) == (2, "transcription", "chigley-1")


async def test_what_cannot_be_is_refused_before_the_second_person(desk: Desk) -> None:
    ann = await desk.sign_in("Ann")

    for wrong, reason in [
        ({"votes": {"con-1": 300, "lab-1": 320}}, "votes-sum"),
        ({"elected": ["con-1"]}, "votes-order"),
        ({"elected": ["con-1", "lab-1"]}, "seats-sum"),
        ({"declared_at": "2023-05-05T04:00:00Z"}, "time"),
        ({"declared_at": "2023-05-04T20:00:00Z"}, "time"),
        ({"revision": 7, "reason": "transcription"}, "rev-range"),
        ({"votes": {"con-1": "100"}}, "field"),
    ]:
        code, told = await desk.step(ann, "key", sheet() | wrong)
        assert (code, told["reason"]) == (422, reason)


async def test_a_hold_and_its_end(desk: Desk) -> None:
    ann, cat = await desk.sign_in("Ann"), await desk.sign_in("Cat")
    wanted = {"council": COUNCIL, "ward": ward_id("Chigley"), "reason": "The sheet looks wrong"}

    assert (await desk.step(ann, "hold", wanted))[0] == 403
    code, told = await desk.step(cat, "hold", wanted)
    over = {"council": COUNCIL, "hold": told["id"], "reason": "It is right"}
    assert (code, (await desk.step(cat, "release", over))[0]) == (200, 200)

    assert [(e["type"], e["by"]) for e in desk.doors.waiting()] == [("Held", "Cat"), ("Released", "Cat")]


async def test_the_way_in_is_kept(desk: Desk) -> None:
    stranger = await desk.visitor()

    assert (await stranger.get("/desk")).headers["location"] == "/desk/sign-in"
    assert (await desk.step(stranger, "key", sheet()))[0] == 401
    for name, password in [("Ann", "wrong"), ("Nobody", PASSWORD), ("", "")]:
        assert (
            await stranger.post("/desk/sign-in", data={"name": name, "password": password})
        ).status_code == 401
    codes = [
        (await stranger.post("/desk/sign-in", data={"name": "Ann", "password": "x"})).status_code
        for _ in range(9)
    ]
    assert codes[-1] == 429


async def test_a_session_ends_and_its_cookie_is_guarded(desk: Desk) -> None:
    visitor = await desk.visitor()
    answer = await visitor.post("/desk/sign-in", data={"name": "Ann", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    token = visitor.cookies["desk"]
    stored = (desk.doors.reception.settings.intake_dir / "desk.sqlite").read_bytes()
    assert token.encode() not in stored

    assert (await visitor.get("/desk")).status_code == 200
    desk.doors.hours.seconds = 3700
    assert (await visitor.get("/desk")).status_code == 303
    desk.doors.hours.seconds = 0
    assert (await visitor.get("/desk")).status_code == 303  # gone for good

    other = await desk.sign_in("Ben")
    await other.post("/desk/sign-out")
    other.cookies.set("desk", token, domain="desk", path="/desk")
    assert (await other.get("/desk")).status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_site_cannot_take_a_step(desk: Desk, headers: dict[str, str]) -> None:
    ann = await desk.sign_in("Ann")

    answer = await ann.post("/desk/key", json=sheet(), headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (403, "authz")


async def test_pages_let_no_script_of_others_run(desk: Desk) -> None:
    cat = await desk.sign_in("Cat")

    for path in ("/desk", f"/desk/council/{COUNCIL}", f"/desk/ward/{ward_id('Chigley')}", "/desk/sign-in"):
        answer = await cat.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'; script-src 'self'" in answer.headers["content-security-policy"]
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


async def test_a_proxy_on_this_machine_may_name_the_user(desk: Desk, doors: Doors) -> None:
    these = settings(
        mode="rehearsal",
        profile="embedded",
        intake_dir=doors.reception.settings.intake_dir,
        desk_user_header="X-User",
    )
    doors.reception.settings = these

    ann = await desk.visitor(**{"X-User": "Ann"})
    nobody = await desk.visitor(**{"X-User": "Zoe"})
    far = httpx.AsyncClient(
        transport=httpx.ASGITransport(desk.app, client=("192.0.2.7", 1)),
        base_url="http://desk",
        headers={"X-User": "Ann"},
    )

    assert [(await v.get("/desk")).status_code for v in (ann, nobody, far)] == [200, 303, 303]
    assert json.loads((await ann.post("/desk/key", json=sheet())).text) == {"state": "keyed"}
