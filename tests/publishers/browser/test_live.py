"""Is the page live: headlines in order without reload, resumed after sleep, struck out when withdrawn?"""

import json

import pytest
from playwright.sync_api import Page

from tests.publishers.browser.conftest import live, until
from tests.publishers.making import SWALE, a_headline, a_standing
from tests.publishers.running import Served, serving, tell

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Feed = tuple[str, Served]


def numbers(page: Page, key: str) -> list[int]:
    """Numbers of a council's headlines on the page, from the top."""
    found = page.eval_on_selector_all(
        f'#headlines > [data-key="{key}"]', "all => all.map(e => Number(e.dataset.n))"
    )
    return [int(n) for n in found]


def test_headlines_arrive_without_reload_and_in_order(feed: Feed, page: Page) -> None:
    """Three hundred of them, of three councils; the marker shows that the page was never loaded again."""
    broker, served = feed
    councils = [f"local.order-{n}.2023-05-04" for n in range(3)]
    page.goto(served.url + "/?show=all")
    live(page)
    page.evaluate("window.marker = 1")

    tell(broker, [a_headline(n, council) for n in range(1, 101) for council in councils])

    for council in councils:
        until(page, f"document.querySelectorAll('#headlines > [data-key=\"{council}\"]').length === 100")
        assert numbers(page, council) == list(range(100, 0, -1))
    assert page.evaluate("window.marker") == 1
    assert page.complaints == []  # type: ignore[attr-defined]


def test_after_a_sleep_nothing_is_missing_and_nothing_comes_twice(feed: Feed, page: Page) -> None:
    """The service is gone for a while, as the network is for a laptop that sleeps, and news goes on meanwhile."""
    broker, _ = feed
    council = "local.sleeper.2023-05-04"
    with serving(broker) as served:
        port = served.port
        page.goto(served.url + "/?show=all")
        live(page)
        tell(broker, [a_headline(n, council) for n in range(1, 6)])
        page.wait_for_selector(f'#headlines > [data-key="{council}"][data-n="5"]')
    until(page, "document.body.classList.contains('is-lost')")
    assert page.text_content(".state") is not None
    assert "Reconnecting" in (page.text_content(".state") or "")
    tell(broker, [a_headline(n, council) for n in range(6, 31)])
    with serving(broker, port):
        page.wait_for_selector(f'#headlines > [data-key="{council}"][data-n="30"]')

        assert numbers(page, council) == list(range(30, 0, -1))
        live(page)


def test_a_withdrawn_headline_is_struck_out_live_with_its_reason(feed: Feed, page: Page) -> None:
    broker, served = feed
    council = "local.mistaken.2023-05-04"
    call = a_headline(
        1, council, type="CONTROL_GAIN", priority="F", fact="control", text="Labour has gained Mistaken."
    )
    back = a_headline(
        2,
        council,
        type="CONTROL_GAIN",
        priority="F",
        action="withdrawn",
        fact="control",
        supersedes=[call.id],
        reason="recount_before_declaration_withdrawn",
        text="Withdrawn (figures from before a recount): Labour has gained Mistaken.",
    )
    page.goto(served.url)
    live(page)
    tell(broker, [call])
    page.wait_for_selector(f"#h-{call.id}")
    assert page.query_selector(f"#h-{call.id} del") is None

    tell(broker, [back])

    page.wait_for_selector(f"#h-{call.id} del")
    item = page.locator(f"#h-{call.id}")
    assert item.locator("del").text_content() == "Labour has gained Mistaken."
    assert (
        item.locator(".fate").text_content()
        == "Withdrawn: figures from before a recount. See what replaced it"
    )
    assert page.locator("#headlines > li").first.get_attribute("data-id") == back.id
    before = item.inner_text()
    page.reload()
    assert page.locator(f"#h-{call.id}").inner_text() == before, "a reload shows the same"


def test_the_score_and_the_tally_follow(feed: Feed, page: Page) -> None:
    broker, served = feed
    page.goto(served.url + "/council/lewes")
    live(page)
    page.evaluate("window.marker = 1")
    lewes = "local.lewes.2023-05-04"
    tell(broker, [a_standing(lewes, 50, wards_declared=7), a_headline(2, lewes)])

    until(page, "document.querySelector('.tally').textContent.startsWith('7 of 24')")

    assert page.evaluate("window.marker") == 1


def test_a_wall_of_few_headlines_still_counts_every_declaration(feed: Feed, page: Page) -> None:
    """The big board lists flashes only; its tally goes on with what is no flash."""
    broker, served = feed
    page.goto(served.url + "/board")
    live(page)
    dover = "local.dover.2023-05-04"
    before = json.loads(served.get("/api/v1/scoreboard")[2])["scoreboard"]["wards_declared"]
    shown = page.locator("#headlines > li").count()
    tell(
        broker,
        [a_standing(dover, 1, wards_declared=3, wards_expected=17), a_headline(1, dover, priority="B")],
    )

    until(page, f"document.querySelector('.sub').textContent.startsWith('{before + 3} of')")

    assert page.locator("#headlines > li").count() == shown


def test_a_flash_is_announced_to_those_who_listen(feed: Feed, page: Page) -> None:
    broker, served = feed
    page.goto(served.url)
    live(page)
    tell(broker, [a_headline(1, "local.loud.2023-05-04", priority="F", text="Labour has gained Loud.")])

    until(page, "document.getElementById('said').textContent === 'Labour has gained Loud.'")

    assert page.get_attribute("#said", "role") == "status"


def test_councils_are_followed_in_this_browser_alone(feed: Feed, page: Page) -> None:
    _, served = feed
    page.goto(served.url + "/council/swale")
    page.click("[data-follow]")
    assert page.get_attribute("[data-follow]", "aria-pressed") == "true"
    page.goto(served.url)

    page.wait_for_selector(f'tr.followed[data-council="{SWALE}"]')
    assert page.locator("table.councils tbody tr").first.get_attribute("data-council") == SWALE
    assert page.context.cookies() == []


def test_the_search_box_narrows_while_one_types(feed: Feed, page: Page) -> None:
    _, served = feed
    page.goto(served.url)
    page.fill("#q", "lew")

    visible = page.locator("table.councils tbody tr:visible")
    assert [row.get_attribute("data-name") for row in visible.all()] == ["lewes"]
