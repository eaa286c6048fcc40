"""A browser that sleeps for half a minute while news goes on: python -m tests.benchmarks.publishers.sleep [seconds]."""

import sys
import time

from playwright.sync_api import Page, sync_playwright

from streams.rehearsal.broker import embedded_broker
from tests.benchmarks.publishers.readers import say
from tests.publishers.browser.conftest import ARGUMENTS, live, until
from tests.publishers.conftest import CHROMIUM
from tests.publishers.making import a_headline
from tests.publishers.running import create_topics, free_port, serving, tell

COUNCIL = "local.sleeper.2023-05-04"


def numbers(page: Page) -> list[int]:
    """Numbers of the headlines on the page, from the top."""
    found = page.eval_on_selector_all("#headlines > [data-n]", "all => all.map(e => Number(e.dataset.n))")
    return [int(n) for n in found]


def verdict(name: str, page: Page, upto: int, began: float) -> None:
    """Print what the page has."""
    until(page, f"document.querySelectorAll('#headlines > [data-n]').length >= {upto}", 60)
    got = numbers(page)
    say(f"{name}: all {upto} there {time.monotonic() - began:.1f} s after waking")
    ordered = got == list(range(upto, 0, -1))
    say(f"  {upto - len(set(got))} missing, {len(got) - len(set(got))} twice, in order: {ordered}")


def main() -> None:
    """The page frozen, as a laptop asleep; then the service away, as a network lost."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    port = free_port()
    with embedded_broker() as broker, sync_playwright() as playwright:
        create_topics(broker)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page()
        with serving(broker, port) as served:
            page.goto(served.url + "/?show=all")
            live(page)
            tell(broker, [a_headline(n, COUNCIL) for n in range(1, 11)])
            session = page.context.new_cdp_session(page)
            session.send("Page.enable")
            session.send("Page.setWebLifecycleState", {"state": "frozen"})
            time.sleep(seconds / 2)
            tell(broker, [a_headline(n, COUNCIL) for n in range(11, 61)])
            time.sleep(seconds / 2)
            session.send("Page.setWebLifecycleState", {"state": "active"})
            verdict(f"page frozen for {seconds:.0f} s", page, 60, time.monotonic())
        time.sleep(seconds / 2)
        tell(broker, [a_headline(n, COUNCIL) for n in range(61, 111)])
        time.sleep(seconds / 2)
        with serving(broker, port):
            verdict(f"service away for {seconds:.0f} s", page, 110, time.monotonic())
        browser.close()


if __name__ == "__main__":
    main()
