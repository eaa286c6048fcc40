"""Are the feeds valid, and do they say what was withdrawn?"""

import re
from typing import Any
from xml.etree import ElementTree as Xml

import feedparser
import jsonschema
import pytest

from streams.publishers.archive import Archive
from tests.publishers.making import (
    SWALE,
    a_board,
    a_client,
    a_headline,
    a_log,
    a_night_of_two,
    a_site,
    an_archive,
    an_area_headline,
)

ATOM = "{http://www.w3.org/2005/Atom}"

#: JSON Feed 1.1 as its specification has it, extensions (`_…`) allowed.
_AUTHORS = {"type": "array", "items": {"type": "object", "minProperties": 1}}
JSON_FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "language": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
        "authors": _AUTHORS,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_text"]}, {"required": ["content_html"]}],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "content_text": {"type": "string"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "date_modified": {"type": "string", "format": "date-time"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
                "patternProperties": {"^_": {"type": "object"}},
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@pytest.fixture
def archive() -> Archive:
    return an_archive(a_night_of_two() + a_log(a_board(), an_area_headline(), partition=2))


@pytest.mark.parametrize("of", ["night", "council/swale", f"council/{SWALE}", "area/kent"])
async def test_an_atom_feed_is_as_rfc_4287_has_it(of: str, archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        answer = await client.get(f"/feeds/{of}.atom")

    root = Xml.fromstring(answer.content)
    parsed = feedparser.parse(answer.content)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert (parsed.bozo, parsed.version) == (False, "atom10")
    assert root.tag == f"{ATOM}feed"
    for once in ("id", "title", "updated"):
        assert len(root.findall(ATOM + once)) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None, (
        "4.1.1: a feed without an author needs one in each entry"
    )
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")] == ["self", "alternate"]
    entries = root.findall(f"{ATOM}entry")
    assert entries
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))
    for entry in entries:
        for once in ("id", "title", "updated", "published", "summary"):
            assert len(entry.findall(ATOM + once)) == 1, once
        assert re.match(r"^tag:[^,]+,\d{4}:\S+$", entry.findtext(f"{ATOM}id") or "")
        for moment in ("updated", "published"):
            assert _RFC3339.fullmatch(entry.findtext(ATOM + moment) or "")
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1
        assert all(category.get("term") for category in entry.findall(f"{ATOM}category"))


@pytest.mark.parametrize("of", ["night", "council/swale", "area/kent"])
async def test_a_json_feed_is_as_version_1_1_has_it(of: str, archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        answer = await client.get(f"/feeds/{of}.json")

    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    jsonschema.validate(answer.json(), JSON_FEED, format_checker=jsonschema.FormatChecker())
    assert answer.json()["feed_url"] == f"http://results.test/feeds/{of}.json"


async def test_what_was_withdrawn_says_so_first_and_why(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        feed = (await client.get("/feeds/council/swale.json")).json()
        atom = Xml.fromstring((await client.get("/feeds/council/swale.atom")).content)

    (item,) = [item for item in feed["items"] if item["_results"]["id"] == a_headline(1).id]
    assert item["title"] == "WITHDRAWN: =Greens & <Labour> gain Abbey."
    assert item["content_text"] == (
        "This headline was withdrawn: a mistake in copying the figures. It said: =Greens & <Labour> gain Abbey."
    )
    assert item["date_modified"] > item["date_published"], "readers' programs show it again"
    titles = [entry.findtext(f"{ATOM}title") for entry in atom.findall(f"{ATOM}entry")]
    assert item["title"] in titles


async def test_items_keep_their_ids_wherever_they_are_served(archive: Archive) -> None:
    async with (
        a_client(a_site(archive)) as one,
        a_client(a_site(archive, serve_url="https://results.example")) as two,
    ):
        first = (await one.get("/feeds/night.json")).json()
        second = (await two.get("/feeds/night.json")).json()

    assert [item["id"] for item in first["items"]] == [item["id"] for item in second["items"]]
    assert second["items"][0]["url"].startswith("https://results.example/headline/")


async def test_a_feed_holds_news_alone_and_a_council_everything(archive: Archive) -> None:
    async with a_client(a_site(archive)) as client:
        night = (await client.get("/feeds/night.json")).json()
        council = (await client.get("/feeds/council/swale.json")).json()

    assert {item["_results"]["priority"] for item in night["items"]} == {"F"}
    assert len(council["items"]) == 3
    assert night["title"] == "[REPLAY] Local elections, 4 May 2023"


async def test_control_characters_do_not_break_the_feed() -> None:
    archive = an_archive(a_log(a_headline(1, text="a\u0000\u0008\u001f\ufffe ]]> & <b>é")))
    async with a_client(a_site(an_archive(a_night_of_two()))) as client:
        assert (await client.get("/feeds/night.atom")).status_code == 200
    from streams.publishers.feeds import atom
    from streams.publishers.views import newest

    made = atom("n", "/f", "/", "http://x", 1, newest(archive))

    assert Xml.fromstring(made).findtext(f"{ATOM}entry/{ATOM}title") == "a ]]> & <b>é"
