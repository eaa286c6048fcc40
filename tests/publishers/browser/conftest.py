"""A browser for these tests, and a copy of the service with a made-up night in front of it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from schemas.area import Board
from schemas.headline import Headline
from schemas.standing import Standing
from streams.rehearsal.broker import embedded_broker
from tests.publishers.making import a_board, a_log, a_night_of_two, an_area_headline
from tests.publishers.running import Served, create_topics, serving, tell

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Chromium, with nothing in it from before."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    made = browser.new_context(viewport={"width": 1360, "height": 900})
    made.set_default_timeout(90_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page that remembers what the browser complains of."""
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.complaints = complaints  # type: ignore[attr-defined]
    return made


def until(page: Page, expression: str, seconds: float = 90.0) -> None:
    """Wait until something holds in a page; Playwright's own way evaluates strings there, which the policy forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(40)


def live(page: Page) -> None:
    """Wait until the page says that it is live."""
    until(page, "document.body.classList.contains('is-live')")


@pytest.fixture(scope="module")
def feed() -> Iterator[tuple[str, Served]]:
    """A broker with a night of two councils and an area, and a copy of the service."""
    with embedded_broker() as address:
        create_topics(address)
        models: dict[str, Any] = {"headlines": Headline, "standings": Standing, "boards": Board}
        log = a_night_of_two() + a_log(a_board(), an_area_headline())
        tell(address, [models[record.kind].model_validate_json(record.value) for record in log])
        with serving(address) as served:
            served.until(headlines=5)
            yield address, served
