"""Do the pages say what holds, in words, on a stated basis, never by colour alone, and escaped?"""

import re
from html.parser import HTMLParser

import pytest

from streams.publishers import words
from streams.publishers.colours import DARK, LIGHT, SHAPE, TEXT, colours, contrast, style, style_sheet
from tests.publishers.making import (
    LEWES,
    SWALE,
    a_board,
    a_client,
    a_headline,
    a_log,
    a_night_of_two,
    a_site,
    a_standing,
    an_archive,
    an_area_headline,
)


async def page(path: str, *records: object) -> str:
    archive = an_archive(a_night_of_two() + a_log(a_board(), an_area_headline(), *records, partition=2))
    async with a_client(a_site(archive)) as client:
        answer = await client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(text)
    return parser.found


PATHS = ["/", "/?show=all", "/councils", "/board", "/council/swale", "/council/lewes", "/areas", "/area/kent",
         "/embed/council/swale", "/embed/scoreboard", "/search?q=abbey", f"/headline/{a_headline(1).id}"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_has_no_style_no_script_and_no_handler_of_its_own(path: str) -> None:
    """What the strict policy forbids is not there to begin with, and nothing comes from elsewhere."""
    for tag, given in tags(await page(path)):
        assert tag != "style"
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        if tag in ("script", "link", "img") and given.get("rel") != "alternate":
            assert (given.get("src") or given.get("href") or "").startswith("/static/")


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_of_a_replay_says_so(path: str) -> None:
    """I-04: the mode goes with every picture, in words."""
    text = await page(path)

    assert "<strong>REPLAY</strong> An earlier night, played again." in text
    assert "<title>[REPLAY]" in text
    assert "mark-replay" in text


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_has_a_language_a_title_one_main_and_one_first_heading(path: str) -> None:
    found = tags(await page(path))

    names = [tag for tag, _ in found]
    assert ("html", {"lang": "en-GB"}) in found
    assert names.count("main") == names.count("h1") == names.count("title") == 1
    assert any(given.get("role") == "status" for _, given in found)
    labels = [given for tag, given in found if tag == "section"]
    assert all("aria-labelledby" in given or "aria-label" in given for given in labels if len(given) > 1)


async def test_the_front_page_tells_the_score_with_its_basis() -> None:
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", await page("/")))

    assert "1 of 2 councils declared" in text
    assert "since the 2019 election" in text
    assert "1 of 2 councils " in text
    assert "−2 down 2" in text


async def test_a_withdrawn_headline_is_struck_out_with_the_reason() -> None:
    text = await page("/council/swale")

    assert "<del>=Greens &amp; &lt;Labour&gt; gain Abbey.</del>" in text
    assert "<strong>Withdrawn</strong>: a mistake in copying the figures." in text


async def test_a_council_page_shows_the_proof_and_both_ends_of_what_is_possible() -> None:
    text = await page("/council/swale")

    assert "<li>Labour Party had 24 seats, while 1 ward with 19 seats was still out.</li>" in text
    assert "Certain and possible, with the line of a majority" in text
    assert "Labour Party gain" in text


async def test_changes_are_not_shown_while_wards_are_out() -> None:
    """Wards that are out would look like losses."""
    changes = {
        "basis": "last_election",
        "scope": "council",
        "version": 1,
        "as_of": "2019-05-02",
        "comparable": True,
        "rows": [{"party": "CON", "before": 9, "now": 4, "change": -5, "new": False}],
    }
    text = await page("/council/lewes", a_standing(LEWES, 9, changes=[changes]))

    assert "Changes are given when the council is complete" in text
    assert "−5" not in text


async def test_what_is_no_arithmetic_says_so() -> None:
    call = {"by": "J. Smith", "source": "Press", "outcome": "LAB"}
    reported = {
        "source": "A wire",
        "revision": 1,
        "seats": {"LAB": 24},
        "others": 3,
        "control": "LAB",
        "agrees": False,
    }
    text = await page("/council/lewes", a_standing(LEWES, 9, calls=[call], reported=[reported]))

    assert (
        '<span class="tag">Editorial call, not arithmetic</span> J. Smith (Press) calls it for Labour Party.'
        in text
    )
    assert (
        '<span class="tag">Reported, not counted from wards</span> A wire reports: Labour Party 24, others 3.'
        in text
    )
    assert "This does not agree with the wards declared." in text


async def test_a_held_council_says_so_and_holds_are_nobodys_business() -> None:
    hold = {"hold": "hold-1", "scope": "council", "by": "Secret Desk Person", "reason": "figures look odd"}
    text = await page("/council/lewes", a_standing(LEWES, 9, held=True, holds=[hold]))

    assert "Held for checking." in text
    assert "Secret Desk Person" not in text
    assert "figures look odd" not in text


async def test_search_finds_councils_and_wards_and_escapes_the_question() -> None:
    found = await page("/search?q=aBB")
    nothing = await page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert f'<a href="/council/swale#w-{SWALE.replace("swale", "swale.abbey")}">Abbey</a>' in found
    assert "<script>alert" not in nothing
    assert "&lt;script&gt;alert(1)" in nothing


async def test_parts_are_the_same_as_on_the_page() -> None:
    """What is asked for again while live is what a reload would show."""
    whole, parts = await page("/council/swale"), await page("/council/swale?parts=1")

    for name in ("verdict", "seats", "proof", "changes", "wards"):
        wanted = re.search(rf'<section data-part="{name}".*?</section>', whole, re.S)
        assert wanted
        assert wanted.group() in parts
    assert "<html" not in parts


@pytest.mark.parametrize("code", list(colours()))
def test_text_on_and_beside_each_party_colour_can_be_read(code: str) -> None:
    colour = colours()[code]

    assert contrast(colour.ink, colour.fill) >= TEXT
    assert contrast(colour.on_light, LIGHT) >= TEXT
    assert contrast(colour.on_dark, DARK) >= TEXT


@pytest.mark.parametrize("code", list(colours()))
def test_a_fill_that_hardly_differs_from_the_page_has_an_edge(code: str) -> None:
    light, dark = style_sheet().split("@media")
    edges = [
        re.search(rf"\.{style(code)}\{{[^}}]*--edge:(#[0-9A-Fa-f]{{6}})", part) for part in (light, dark)
    ]

    for edge, ground in zip(edges, (LIGHT, DARK), strict=True):
        assert edge
        assert contrast(edge.group(1), ground) >= SHAPE


def test_no_party_is_told_by_colour_alone() -> None:
    """Most pairs of fills are too alike to tell apart, so wherever a party is meant its code or name stands in text."""
    fills = [colour.fill for colour in colours().values()]
    alike = [(a, b) for n, a in enumerate(fills) for b in fills[n + 1 :] if contrast(a, b) < SHAPE]
    assert alike, "else this test could go"


async def test_every_coloured_element_has_text() -> None:
    text = await page("/")
    for element in re.findall(
        r'<(?:span|a) class="[^"]*\bp-[a-z-]+[^"]*"[^>]*>(.*?)</(?:span|a)>', text, re.S
    ):
        assert re.sub("<[^>]+>", "", element).strip()


def test_words_of_the_pages_are_neutral() -> None:
    """DR-43."""
    said = " ".join([*words.REASONS.values(), *words._KIND.values(), *words._BASIS.values()]).lower()

    assert not re.search(r"seize|shed|rout|crush|storm|wipe", said)


def test_a_change_has_its_sign_and_a_dash_where_there_is_no_figure() -> None:
    assert [words.signed(n) for n in (12, 0, -7, None)] == ["+12", "0", "−7", "–"]


def test_the_reasons_in_the_browser_are_those_of_the_pages() -> None:
    from streams.publishers.pages import assets

    script = assets()["live.js"].body.decode()
    assert all(f'{code}: "{sentence}"' in script for code, sentence in words.REASONS.items())
    kinds = re.search(r"const kinds = \{(.*?)\};", script, re.S)
    assert kinds
    for code, word in re.findall(r'([A-Z_]+): "([^"]+)"', kinds.group(1)):
        assert words._KIND[code] == word


async def test_what_is_said_of_areas_within_the_whole_is_no_main_news() -> None:
    """It repeats what is said of the whole; where no area is the whole, every area is told of."""
    whole, sussex = "all@local.2023-05-04", "sussex@local.2023-05-04"
    boards = [a_board(whole, kind="feed", parent=None), a_board(sussex)]
    said = [
        an_area_headline(1, id=f"{n:032x}", area=area, area_name=area, priority="U", text=f"Told of {area}.")
        for n, area in enumerate((whole, sussex))
    ]

    def who(text: str) -> list[bool]:
        return [f"Told of {area}." in text for area in (whole, sussex)]

    assert who(await page("/", boards[1], *said)) == [True, True]
    assert who(await page("/", *boards, *said)) == [True, False]
    assert who(await page("/?show=all", *boards, *said)) == [True, True]
    assert f'data-feed="{whole}"' in await page("/", *boards, *said)
