"""Without JavaScript, for those who listen, on a phone, in the dark, on paper, small and safe?"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from schemas.headline import Headline
from tests.publishers.browser.conftest import live
from tests.publishers.making import a_headline, a_standing
from tests.publishers.running import Served, tell

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Feed = tuple[str, Served]

PATHS = ["/", "/?show=all", "/councils", "/council/swale", "/council/lewes", "/areas", "/area/kent", "/board",
         "/embed/council/swale", "/embed/scoreboard", "/search?q=abbey", f"/headline/{a_headline(1).id}"]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(feed: Feed, browser: Browser, scheme: str) -> None:
    _, served = feed
    found: list[str] = []
    for width in (1360, 390):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            bypass_csp=True,
        )
        page = context.new_page()
        for path in PATHS if width > 1000 else PATHS[:1] + PATHS[3:4]:
            page.goto(served.url + path)
            result = Axe().run(page)
            found += [
                f"{path} {width} {violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
                for violation in result.response["violations"]
                for node in violation["nodes"]
            ]
        context.close()

    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PATHS)
def test_without_javascript_everything_is_there(feed: Feed, browser: Browser, path: str) -> None:
    _, served = feed
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.url + path)
    plain = page.inner_text("main")
    note = page.inner_text("body")
    context.close()

    assert len(plain) > 20
    assert "does not update by itself without JavaScript" in note
    if path == "/":
        assert re.search(r"1 of \d councils declared", " ".join(note.split()))
        assert "Labour has gained Swale." in plain


def test_a_search_without_javascript_finds_a_ward(feed: Feed, browser: Browser) -> None:
    _, served = feed
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.url)
    page.fill("#q", "abb")
    page.click(".find button")

    assert page.inner_text("main .found a") == "Abbey"
    context.close()


@pytest.mark.parametrize("path", ["/", "/council/swale", "/board"])
def test_a_first_visit_stays_under_a_hundred_kilobytes(
    feed: Feed, context: BrowserContext, path: str
) -> None:
    _, served = feed
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.url + path)
    live(page)
    while len(sizes) < 4:  # the last may still be on their way
        page.wait_for_timeout(40)

    assert sum(sizes) < 100_000
    assert all(url.startswith(served.url) for url in asked), "nothing comes from elsewhere"


@pytest.mark.parametrize("path", ["/", "/council/swale", "/area/kent", "/embed/council/swale"])
def test_nothing_is_wider_than_a_small_phone(feed: Feed, browser: Browser, path: str) -> None:
    _, served = feed
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(served.url + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert width <= 320


def test_the_keyboard_reaches_everything_and_shows_where_it_is(feed: Feed, page: Page) -> None:
    _, served = feed
    page.goto(served.url)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"

    assert reached[0] == "Skip to the results"
    assert "q" in reached
    page.goto(served.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_on_paper_the_results_stay_and_the_furniture_goes(feed: Feed, page: Page) -> None:
    _, served = feed
    page.goto(served.url + "/council/swale")
    page.emulate_media(media="print")

    assert not page.is_visible(".find")
    assert page.is_visible("table.wards")
    assert page.is_visible(".mark"), "a print of a replay says that it is one"


#: Strings that run where anything is forgotten; each would set `window.poisoned`.
POISON = [
    "<script>window.poisoned=1</script>",
    "<img src=x onerror=window.poisoned=1>",
    "\"><svg onload=window.poisoned=1>",
    "' onmouseover='window.poisoned=1",
    "</title><script>window.poisoned=1</script>",
    "</template><script>window.poisoned=1</script>",
    "javascript:window.poisoned=1",
    "{{7*7}}{% raw %}${7*7}",
    "<iframe srcdoc='<script>parent.poisoned=1</script>'>",
    "\u2028\u2029 window.poisoned=1 //",
    "</script><!--<script>",
    "<a href=javascript:window.poisoned=1>click</a>",
    "data: x\n\nevent: headline\ndata: {}",
    "&lt;b&gt;already&amp;escaped",
]  # fmt: skip


def test_no_string_runs_and_each_is_shown_as_it_is(feed: Feed, context: BrowserContext) -> None:
    """From every field that can hold a free string, server-rendered and live; the DOM's text is the string."""
    broker, served = feed
    council = "local.poison.2023-05-04"
    standing = a_standing(
        council,
        name='O\'Brien & Sons; "Ward" 1',
        calls=[{"by": 'A. "B" O\'C', "source": "x; y & z", "outcome": "LAB"}],
        reported=[
            {
                "source": 'W & "X"',
                "revision": 1,
                "seats": {"LAB": 3},
                "others": None,
                "control": None,
                "agrees": None,
            }
        ],
        holds=[{"hold": "h", "scope": "council", "by": "B", "reason": POISON[0]}],
        moves=[{"seat": POISON[1], "cause": POISON[2], "party_from": None, "party_to": None}],
        held=True,
    )

    def poisoned(n: int, text: str) -> Headline:
        return a_headline(
            n,
            council,
            text=text,
            council_name=text,
            fact=text,
            story=text,
            template=text,
            language=text,
            value={text: text},
            priority="F" if n % 2 else "U",
        )

    half = len(POISON) // 2
    said = [poisoned(n, text) for n, text in enumerate(POISON, start=1)]
    tell(broker, [standing, *said[:half]])
    served.until(headlines=5 + half)
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(served.url + "/")
    live(page)
    tell(broker, said[half:])
    page.wait_for_selector(f"#h-{said[-1].id}")

    for headline in said:
        assert page.locator(f"#h-{headline.id} .what").text_content() == headline.text
        assert page.locator(f"#h-{headline.id} .where a").first.text_content() == headline.text
    for path in (
        "/", "/council/poison", "/embed/council/poison", "/search?q=" + POISON[0], "/board",
        f"/headline/{said[0].id}", "/council/<script>window.poisoned=1</script>", "/councils",
    ):  # fmt: skip
        page.goto(served.url + path)
        page.wait_for_timeout(150)
        assert page.evaluate("window.poisoned") is None, path
        assert (
            page.evaluate("document.querySelectorAll('iframe, main script, [onerror], [onload]').length") == 0
        )
    assert dialogs == []
    assert POISON[0] not in page.content(), "what the desk says of holds stays with the desk"


def test_no_script_of_another_page_could_run_even_if_it_got_in(feed: Feed, page: Page) -> None:
    """The policy is the second lock: an injected script and an injected handler do nothing."""
    _, served = feed
    page.goto(served.url)
    page.evaluate(
        """() => {
            const s = document.createElement('script'); s.textContent = 'window.poisoned = 1'; document.body.append(s);
            const d = document.createElement('div'); d.innerHTML = '<img src=x onerror="window.poisoned=1">';
            document.body.append(d);
        }"""
    )
    page.wait_for_timeout(200)

    assert page.evaluate("window.poisoned") is None
