"""The desk in a real browser: keyed, confirmed, corrected, offline and back, by keyboard, on a phone."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from streams.intake.door import Door
from tests.intake.conftest import Doors
from tests.intake.test_desk import PASSWORD, Desk, desk  # noqa: F401 - a fixture
from tests.ports import free_port
from tests.rules.making import COUNCIL, ward_id

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PICTURES = os.environ.get("INTAKE_PICTURES")

playwright = pytest.importorskip("playwright.async_api")
playwright.expect.set_options(timeout=60_000)
axe = pytest.importorskip("axe_playwright_python.async_playwright")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium"),
    pytest.mark.browser,
    pytest.mark.timeout(300),
]


@dataclass
class Browsers:
    """A browser for each person, and whatever went wrong in one of them."""

    url: str
    browser: Any
    doors: Doors
    wrong: list[str] = field(default_factory=list)

    async def person(self, name: str, **how: Any) -> Any:
        context = await self.browser.new_context(locale="en-GB", timezone_id="Pacific/Auckland", **how)
        page = await context.new_page()
        page.on("pageerror", lambda fault: self.wrong.append(str(fault)))
        page.on(
            "console", lambda said: self.wrong.append(said.text) if "Content Security" in said.text else None
        )
        await page.goto(f"{self.url}/desk")
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{self.url}/desk")
        return page

    async def ward(self, page: Any, ward: str) -> None:
        await page.goto(f"{self.url}/desk/ward/{ward_id(ward)}")


@pytest.fixture
async def browsers(desk: Desk) -> AsyncIterator[Browsers]:  # noqa: F811
    port = free_port()
    config = uvicorn.Config(desk.app, port=port, http=Door, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        found = Browsers(f"http://127.0.0.1:{port}", browser, desk.doors)
        yield found
        await browser.close()
    server.should_exit = True
    await serving
    assert found.wrong == []


async def key(page: Any, **votes: int) -> None:
    """Votes by candidate id (`con_1`), in the fields of the page."""
    for candidate, count in votes.items():
        await page.locator(f'input.votes[data-candidate="{candidate.replace("_", "-")}"]').fill(str(count))


async def said(page: Any, text: str) -> None:
    await playwright.expect(page.locator("#said")).to_contain_text(text)


async def picture(page: Any, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


async def nothing_found(page: Any) -> None:
    found = await axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def test_a_ward_is_keyed_confirmed_and_corrected(browsers: Browsers) -> None:
    ann, ben = await browsers.person("Ann"), await browsers.person("Ben")
    await ann.get_by_role("link", name="Trumptonshire").click()
    await nothing_found(ann)
    await picture(ann, "desk-council")
    await ann.get_by_role("link", name="Chigley").click()

    await key(ann, con_1=1010, lab_1=1205)
    await ann.get_by_label("Ballot papers").fill("2230")
    await ann.get_by_role("button", name="Take the elected from the votes").click()
    assert await ann.locator("#sums").inner_text() == "2,215 votes in all"
    await nothing_found(ann)
    await picture(ann, "desk-keying")
    await ann.get_by_role("button", name="Send to the second person").click()
    await said(ann, "it waits for a second person")
    assert browsers.doors.waiting() == []

    await browsers.ward(ben, "Chigley")
    assert await ben.locator('input.votes[data-candidate="lab-1"]').input_value() == "1205"
    await nothing_found(ben)
    await picture(ben, "desk-confirming")
    await ben.get_by_role("button", name="Confirm Ann's sheet").click()
    await said(ben, "declared")
    (event,) = browsers.doors.waiting()
    assert [(r["votes"], r["elected"]) for r in event["results"]] == [(1010, False), (1205, True)]
    # 04:00 by the clocks of London, whatever zone the browser is in (DR-39).
    assert event["declared_at"]["at"] == "2023-05-05T03:00:00Z"

    await browsers.ward(ann, "Chigley")
    await key(ann, lab_1=1215)
    await ann.get_by_role("button", name="Send to the second person").click()
    await playwright.expect(ann.locator("#wrong")).to_contain_text("A correction says why")
    await ann.get_by_label("Why it is corrected").select_option("transcription")
    await nothing_found(ann)
    await picture(ann, "desk-correction")
    await ann.get_by_role("button", name="Send to the second person").click()
    await said(ann, "it waits for a second person")
    await browsers.ward(ben, "Chigley")
    await ben.get_by_role("button", name="Confirm Ann's sheet").click()
    await said(ben, "declared")
    event = browsers.doors.waiting()[-1]
    assert (event["revision"], event["reason"], event["results"][1]["votes"]) == (2, "transcription", 1215)


async def test_a_lost_line_loses_nothing(browsers: Browsers) -> None:
    ann = await browsers.person("Ann")
    await browsers.ward(ann, "Camberwick Green")
    await key(ann, con_1=300, lab_1=200)
    await ann.reload()
    await said(ann, "Your draft is back")
    assert await ann.locator('input.votes[data-candidate="con-1"]').input_value() == "300"

    await key(ann, grn_1=100)
    await ann.get_by_role("button", name="Take the elected from the votes").click()
    await ann.context.set_offline(True)
    await ann.get_by_role("button", name="Send to the second person").click()
    await said(ann, "it is sent as soon as the line is back")
    await playwright.expect(ann.locator("#line")).to_contain_text("1 sheet waits in this browser")
    await picture(ann, "desk-offline")
    await ann.context.set_offline(False)
    await said(ann, "it waits for a second person")
    await playwright.expect(ann.locator("#line")).to_be_empty()

    await ann.goto(f"{browsers.url}/desk/council/{COUNCIL}")
    await playwright.expect(ann.get_by_role("row", name=re.compile("Camberwick Green"))).to_contain_text(
        "keyed by Ann"
    )


async def test_who_signs_in_next_does_not_send_the_sheet_of_another(browsers: Browsers) -> None:
    ann = await browsers.person("Ann")
    await browsers.ward(ann, "Camberwick Green")
    await key(ann, con_1=300, lab_1=200, grn_1=100)
    await ann.get_by_role("button", name="Take the elected from the votes").click()
    await ann.context.set_offline(True)
    await ann.get_by_role("button", name="Send to the second person").click()
    await said(ann, "it is sent as soon as")
    await ann.context.clear_cookies()
    await ann.context.set_offline(False)

    await ann.goto(f"{browsers.url}/desk")
    await ann.get_by_label("Name").fill("Ben")
    await ann.get_by_label("Password").fill(PASSWORD)
    await ann.keyboard.press("Enter")
    await ann.wait_for_url(f"{browsers.url}/desk")
    await ann.goto(f"{browsers.url}/desk/council/{COUNCIL}")

    await playwright.expect(ann.locator("#line")).to_contain_text("1 sheet waits")
    await playwright.expect(ann.get_by_role("row", name=re.compile("Camberwick Green"))).to_contain_text(
        "out"
    )


async def test_a_difference_and_a_lot(browsers: Browsers) -> None:
    ann, ben, cat = [await browsers.person(name) for name in ("Ann", "Ben", "Cat")]
    for page, lab in ((ann, 500), (ben, 510)):
        await browsers.ward(page, "Chigley")
        await key(page, con_1=500, lab_1=lab)
        if page is ben:
            await page.get_by_role("button", name="Take the elected from the votes").click()
            await page.get_by_role("button", name="Send my own sheet").click()
            await said(page, "a resolver decides")
            continue
        await page.get_by_role("button", name="Take the elected from the votes").click()
        await playwright.expect(page.locator("#wrong")).to_contain_text("The last seat is a tie")
        await nothing_found(page)
        await picture(page, "desk-lot")
        await page.get_by_label("Won the lot").select_option("lab-1")
        await page.get_by_label("Lost the lot").select_option("con-1")
        await page.get_by_role("button", name="Take the elected from the votes").click()
        await page.get_by_role("button", name="Send to the second person").click()
        await said(page, "it waits for a second person")

    await browsers.ward(cat, "Chigley")
    await playwright.expect(cat.get_by_role("row", name=re.compile(r"Lab Person 1 \(LAB\)"))).to_contain_text(
        "differs"
    )
    await nothing_found(cat)
    await picture(cat, "desk-difference")
    await cat.get_by_role("button", name="Ann is right").click()
    await said(cat, "declared")
    (event,) = browsers.doors.waiting()
    assert event["lot"] == {"winner": "lab-1", "loser": "con-1"}


async def test_a_sheet_by_keyboard_alone(browsers: Browsers) -> None:
    ann = await browsers.person("Ann")
    await browsers.ward(ann, "Chigley")
    keys = ann.keyboard
    await ann.locator('input.votes[data-candidate="con-1"]').focus()

    await keys.type("400")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.type("600")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")  # take the elected from the votes
    await keys.press("Tab")
    await keys.type("1010")
    assert "1,000 votes in all" in await ann.locator("#sums").inner_text()
    await keys.press("Enter")  # a form is sent by Enter in a field

    await said(ann, "it waits for a second person")


async def test_arithmetic_speaks_while_keying(browsers: Browsers) -> None:
    ann = await browsers.person("Ann")
    await browsers.ward(ann, "Trumpton")

    await key(ann, con_1=900, con_2=800, lab_1=700, lab_2=600, ld_1=1200)
    await ann.get_by_label("Ballot papers").fill("1000")
    await ann.get_by_label("Con Person 1 is elected").check()

    sums = await ann.locator("#sums").inner_text()
    assert "4,200 votes in all" in sums
    assert "more votes than 1000 papers with 2 each allow" in sums
    assert "Ld Person 1 (LD) has more votes than there are papers" in sums
    assert "1 of 2 elected" in sums
    await ann.get_by_role("button", name="Send to the second person").click()
    await playwright.expect(ann.locator("#wrong")).to_contain_text("1200 votes on 1000 ballot papers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone(browsers: Browsers, scheme: str) -> None:
    phone = {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
        "color_scheme": scheme,
    }
    cat = await browsers.person("Cat", **phone)
    for path in ("/desk", f"/desk/council/{COUNCIL}", f"/desk/ward/{ward_id('Trumpton')}"):
        await cat.goto(f"{browsers.url}{path}")
        await nothing_found(cat)
        wide = await cat.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{path} is {wide} px too wide for a phone"
    await picture(cat, f"desk-phone-{scheme}")
