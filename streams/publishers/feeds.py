"""Feeds of headlines for readers' own programs: Atom (RFC 4287) and JSON Feed 1.1; what was withdrawn says so."""

import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as Xml

import orjson

from streams.publishers.views import Line

ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"

_NAMESPACE = "http://www.w3.org/2005/Atom"
#: Never changes, whatever address the feed is served from: readers' programs know items by it.
_TAG = "tag:election-results-feed.example,2023:"

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SAYS = {"withdrawn": "WITHDRAWN: ", "corrected": "CORRECTED SINCE: "}


def title(line: Line) -> str:
    """What a feed reader shows: a headline taken back says so first."""
    return _SAYS.get(line.fate, "") + line.text


def atom(name: str, feed: str, page: str, site: str, updated_ms: int, lines: list[Line]) -> bytes:
    """An Atom feed; ``feed`` and ``page`` are paths below the address ``site``."""
    Xml.register_namespace("", _NAMESPACE)
    root = Xml.Element(f"{{{_NAMESPACE}}}feed", {"xml:lang": "en-GB"})
    _text(root, "id", _TAG + feed)
    _text(root, "title", name)
    _text(root, "updated", _moment(updated_ms))
    _link(root, "self", site + feed, "application/atom+xml")
    _link(root, "alternate", site + page, "text/html")
    author = Xml.SubElement(root, f"{{{_NAMESPACE}}}author")
    _text(author, "name", "Election results feed")
    for line in lines:
        entry = Xml.SubElement(root, f"{{{_NAMESPACE}}}entry")
        _text(entry, "id", f"{_TAG}headline:{line.id}")
        _text(entry, "title", title(line))
        _text(entry, "published", _moment(line.entry.at_ms))
        _text(entry, "updated", _moment(line.changed_ms))
        _link(entry, "alternate", f"{site}/headline/{line.id}", "text/html")
        for term in (line.kind, line.name, *([line.fate] if line.fate else [])):
            Xml.SubElement(entry, f"{{{_NAMESPACE}}}category", {"term": _clean(term)})
        _text(entry, "summary", _summary(line))
    made: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def json_feed(name: str, feed: str, page: str, site: str, lines: list[Line]) -> bytes:
    """A JSON Feed; what a program may want beyond the words is under ``_results``."""
    items: list[dict[str, Any]] = [
        {
            "id": f"{_TAG}headline:{line.id}",
            "url": f"{site}/headline/{line.id}",
            "title": title(line),
            "content_text": _summary(line),
            "date_published": _moment(line.entry.at_ms),
            "date_modified": _moment(line.changed_ms),
            "tags": [line.kind, line.name],
            "_results": {
                "id": line.id,
                "n": line.entry.headline.n,
                "key": line.key,
                "type": line.entry.headline.type,
                "priority": line.priority,
                "action": line.action,
                "mode": line.entry.headline.mode,
                "fate": line.fate or None,
            },
        }
        for line in lines
    ]
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": name,
            "home_page_url": site + page,
            "feed_url": site + feed,
            "language": "en-GB",
            "authors": [{"name": "Election results feed"}],
            "items": items,
        }
    )


def _summary(line: Line) -> str:
    if line.fate in ("withdrawn", "corrected"):
        return (
            f"This headline was {line.fate}{': ' + line.reason if line.reason else ''}. It said: {line.text}"
        )
    return line.text


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, f"{{{_NAMESPACE}}}{name}").text = _clean(text)


def _link(parent: Xml.Element, rel: str, href: str, kind: str) -> None:
    Xml.SubElement(parent, f"{{{_NAMESPACE}}}link", {"rel": rel, "href": _clean(href), "type": kind})


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot carry."""
    return _NOT_IN_XML.sub("", text)
