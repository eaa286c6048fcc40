"""The operators' page in a real browser, while a night runs and its worker is frozen.

With ``OPS_PICTURES=docs/pictures`` the worker is frozen for 20 s and the pictures are kept.
"""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect, sync_playwright

from streams.rehearsal.broker import embedded_broker
from tests.ops.feed import Feed, until

CHROMIUM = "/usr/bin/chromium"
PICTURES = os.environ.get("OPS_PICTURES", "")
expect.set_options(timeout=90_000)
FROZEN_SECONDS = 20.0 if PICTURES else 6.0

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feed]:
    """A night under way, with its worker and its monitor."""
    folder = tmp_path_factory.mktemp("page")
    with embedded_broker(log=folder / "broker.log") as address:
        feed = Feed(address, "embedded", folder)
        try:
            assert feed.run("topics").returncode == 0
            feed.start("worker", "worker", "council")
            feed.start("area", "worker", "area")
            feed.start("monitor", "monitor")
            until(lambda: feed.group()["verdict"] == "ok")
            feed.start("replay", "replay", "south-east-2023", "--speed", "250")
            until(lambda: feed.state()["wards"]["declared"] > 20, 60)
            yield feed
        finally:
            feed.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}; CI has one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1180}, color_scheme="light")
        yield page
        browser.close()


def kept(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/ops-{name}.png")


def seconds_late(group: Locator) -> float:
    found = re.match(r"[\d.]+(?= s)", group.locator(".age").inner_text())
    return float(found[0]) if found else 0.0


def test_a_frozen_worker_shows_without_reload_and_so_does_its_return(night: Feed, page: Page) -> None:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(f"http://127.0.0.1:{night.port}/ops")
    council = page.locator('[data-group="council"]')
    expect(council.locator(".badge")).to_have_attribute("data-verdict", "ok")
    expect(page.locator("#updated")).to_contain_text("Updated")
    expect(page.locator("#wards")).to_contain_text("of")
    assert page.locator("canvas").count() >= 1
    kept(page, "before")

    frozen = time.time()
    night.signal("worker", signal.SIGSTOP)
    try:
        expect(council.locator(".badge")).to_have_attribute("data-verdict", "empty")
        while time.time() < frozen + FROZEN_SECONDS or seconds_late(council) < FROZEN_SECONDS - 3:
            page.wait_for_timeout(200)
        kept(page, "during")
    finally:
        night.signal("worker", signal.SIGCONT)

    expect(council.locator(".badge")).to_have_attribute("data-verdict", "ok")
    page.wait_for_timeout(3000)
    kept(page, "after")
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everybody(night: Feed, page: Page, scheme: str) -> None:
    """Axe's rules for WCAG; the page has been opened by the test before, or is opened here."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"http://127.0.0.1:{night.port}/ops")
    expect(page.locator('[data-group="council"]')).to_be_visible()

    found = Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
