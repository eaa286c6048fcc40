"""Declared -> visible in a real browser, during the real night; takes the pictures of docs/pictures on the way.

python -m tests.benchmarks.publishers.visible [seconds] [folder for pictures]
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from schemas import topics
from schemas.cloudevents import event_headers
from streams.clients import producer
from streams.rehearsal.night import Night, encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from tests.benchmarks.publishers.readers import percentile, say
from tests.benchmarks.publishers.stage import Feed, feed
from tests.publishers.browser.conftest import ARGUMENTS
from tests.publishers.conftest import CHROMIUM

#: Notes when each headline is in the document, and the next frame after it, when it can be seen.
WATCH = """() => {
    window.seen = {};
    new MutationObserver((changes) => {
        for (const change of changes) for (const node of change.addedNodes) {
            const id = node.dataset && node.dataset.id;
            if (id) requestAnimationFrame(() => { window.seen[id] = Date.now(); });
        }
    }).observe(document.getElementById('headlines'), {childList: true});
}"""

PICTURES: tuple[tuple[str, str, int, int, str], ...] = (
    ("page", "/", 1360, 900, "light"),
    ("page-dark", "/", 1360, 900, "dark"),
    ("council", "/council/horsham", 1360, 1100, "light"),
    ("big-board", "/board", 1920, 1080, "light"),
    ("phone", "/", 390, 844, "light"),
    ("phone-council", "/council/medway", 390, 844, "dark"),
    ("area", "/area/kent", 1360, 900, "light"),
)


async def send(night: Night, running: Feed, seconds: float, moment: asyncio.Event) -> dict[str, float]:
    """Send the night over so many seconds; gives when each event was sent. ``moment``: three quarters are in."""
    events = night.arriving("replay")
    sent: dict[str, float] = {}
    topic = topics.declarations("replay")
    async with producer(running.settings, topic) as client:
        pause = seconds / len(events)
        for number, event in enumerate(events):
            began = time.monotonic()
            sent[event.id] = time.time()
            await client.send_and_wait(
                topic, encode(event), event.council.encode(), headers=list(event_headers(event))
            )
            if number == len(events) * 3 // 4:
                moment.set()
            await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
    return sent


async def take_pictures(browser: Browser, url: str, folder: Path) -> None:
    """The pictures, as a reader has the pages at this moment of the night."""
    for name, path, width, height, scheme in PICTURES:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = await context.new_page()
        await page.goto(url + path)
        await page.wait_for_timeout(2500)  # the parts follow the headlines
        await page.screenshot(path=folder / f"{name}.png")
        await context.close()


async def run(running: Feed, seconds: float, folder: Path | None) -> None:
    """Watch a night in a browser and print."""
    night = read_night(SOUTH_EAST_2023)
    url = running.served.url
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = await browser.new_page()
        await page.goto(url + "/?show=all")
        await page.wait_for_selector("body.is-live")
        await page.evaluate(WATCH)
        moment = asyncio.Event()
        sending = asyncio.create_task(send(night, running, seconds, moment))
        await moment.wait()
        if folder is not None:
            await take_pictures(browser, url, folder)
        sent = await sending
        await asyncio.sleep(4)
        seen: dict[str, float] = await page.evaluate("window.seen")
        await browser.close()
    headlines = await asyncio.to_thread(all_headlines, running)
    delays = sorted(
        seen[h["id"]] - max(sent[cause] for cause in h["causes"] if cause in sent) * 1000
        for h in headlines
        if h["id"] in seen and h["council"] and any(cause in sent for cause in h["causes"])
    )
    missing = [h["id"] for h in headlines if h["id"] not in seen]
    say(
        f"{len(sent)} events in {seconds:.0f} s: {len(headlines)} headlines, {len(missing)} not seen in the browser"
    )
    figures = [percentile(delays, share) for share in (0.5, 0.99, 1.0)]
    say(f"declared -> visible, {len(delays)} headlines of councils:")
    say(f"  median {figures[0]:.0f} ms, p99 {figures[1]:.0f} ms, worst {figures[2]:.0f} ms")


def all_headlines(running: Feed) -> list[dict[str, Any]]:
    """Everything that was said, by the API."""
    found: list[dict[str, Any]] = []
    path = "/api/v1/headlines?limit=1000"
    while True:
        answer = json.loads(running.served.get(path)[2])
        found += answer["headlines"]
        path = answer["next"]
        if not answer["truncated"]:
            return found


def main() -> None:
    """Run it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 90.0
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with feed() as running:
        asyncio.run(run(running, seconds, folder))


if __name__ == "__main__":
    main()
