"""What is written in a file as the event that it means, by the maps in force."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas.contract import Mode
from schemas.council import CouncilOpened, Ward
from schemas.declaration import WardDeclared
from schemas.reading import Unreadable, read
from streams.intake.files import matching
from streams.intake.files.layouts import Written
from streams.intake.known import Known
from streams.trouble import Trouble

_LONDON = ZoneInfo("Europe/London")
_YES, _NO = {"yes", "y", "true", "1", "elected", "x"}, {"", "no", "n", "false", "0"}


@dataclass(frozen=True, slots=True)
class Sender:
    """What a file need not repeat: who sends it, and which source it stands on unless it says otherwise."""

    producer: str
    source: str
    tier: int
    mode: Mode


def event_of(written: Written, known: Known, sender: Sender) -> WardDeclared:
    """The declaration; raises ``Trouble`` with what is wrong in words."""
    opened = matching.council(written.ward["council"], known.maps())
    ward = matching.ward(written.ward["ward"], opened)
    event = _common(written.ward, opened, ward, sender)
    results, lots = _results(written, opened, ward)
    event["results"] = results
    if lots:
        if sorted(lots) != ["lost", "won"]:
            raise Trouble("a lot has one candidate who won it and one who lost it: write won and lost")
        event["lot"] = {"winner": lots["won"], "loser": lots["lost"]}
    _number(event, written.ward, known)
    try:
        found = read(json.dumps(event).encode())
    except Unreadable as why:
        raise Trouble(f"{why.sentence} ({why.reason})") from None
    if not isinstance(found, WardDeclared):
        raise Trouble("this is no declaration")
    return found


def _common(row: dict[str, str], opened: CouncilOpened, ward: Ward, sender: Sender) -> dict[str, Any]:
    moment: dict[str, Any] = {
        "at": _instant(row["declared_at"], "declared_at"),
        "basis": row["basis"] or "reported",
    }
    moment |= {name: _instant(row[name], name) for name in ("not_before", "not_after") if row[name]}
    if row["precision_seconds"]:
        moment["precision_seconds"] = _count(row["precision_seconds"], "precision_seconds")
    source: dict[str, Any] = {
        "name": row["source"] or sender.source,
        "tier": _count(row["tier"] or str(sender.tier), "tier"),
    }
    if row["link"]:
        source["link"] = row["link"]
    event: dict[str, Any] = {
        "schema_version": 1, "type": "WardDeclared", "mode": sender.mode, "election": opened.election,
        "council": opened.council, "ward": ward.id, "declared_at": moment, "producer": sender.producer,
        "source": source,
    }  # fmt: skip
    if row["reported_at"]:
        event["reported_at"] = _instant(row["reported_at"], "reported_at")
    counts = ("ballots", "rejected", "electorate", "sequence")
    event |= {name: _count(row[name], name) for name in counts if row[name]}
    texts = ("turnout_percent", "declared_by", "reason", "supersedes")
    return event | {name: row[name] for name in texts if row[name]}


def _results(
    written: Written, opened: CouncilOpened, ward: Ward
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    results, lots = [], {}
    for row in written.candidates:
        found = matching.candidate(row["candidate"], row["party"], ward, opened)
        votes = _count(row["votes"], f"votes of {found.name}") if row["votes"] else None
        elected = row["elected"].casefold()
        if elected not in _YES | _NO:
            raise Trouble(f"elected of {found.name} is {row['elected']!r}: write yes or no")
        results.append(
            {"candidate": found.id, "party": found.party, "votes": votes, "elected": elected in _YES}
        )
        if lot := row["lot"].casefold():
            if lot not in ("won", "lost"):
                raise Trouble(f"lot of {found.name} is {row['lot']!r}: write won or lost")
            lots[lot] = found.id
    if missing := {
        one.id: one.name for one in ward.candidates if one.id not in {r["candidate"] for r in results}
    }:
        raise Trouble(
            f"nominated in {ward.name} but not in the file: {', '.join(missing.values())} (DR-34 f)"
        )
    return results, lots


def _number(event: dict[str, Any], row: dict[str, str], known: Known) -> None:
    """Revision and id: as written, else the next, and an id that follows from the content."""
    council = known.councils[event["council"]]
    stands = council.declared(event["ward"])
    if row["revision"]:
        event["revision"] = _count(row["revision"], "revision")
    elif stands is not None and _figures(stands.model_dump(mode="json")) == _figures(event):
        event["revision"] = stands.revision
        event["id"] = stands.id
    else:
        event["revision"] = council.latest_revision(event["ward"]) + 1
    if row["id"]:
        event["id"] = row["id"]
    elif "id" not in event:
        content = json.dumps(event, sort_keys=True).encode()
        event["id"] = f"{event['ward']}:r{event['revision']}-{hashlib.sha256(content).hexdigest()[:8]}"
    if stands is not None and event["revision"] > stands.revision:
        event.setdefault("supersedes", stands.id)


def _figures(event: dict[str, Any]) -> Any:
    results = sorted((r["candidate"], r["votes"], r["elected"]) for r in event["results"])
    return results, event.get("ballots"), event.get("rejected")


def _count(text: str, name: str) -> int:
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise Trouble(f"{name} is {text[:40]!r}: write a whole number")
    return int(digits)


def _instant(text: str, name: str) -> str:
    """UTC with a Z as it is; a time without a zone is by the clocks of London (DR-39)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Trouble(
            f"{name} is {text[:40]!r}: write 2023-05-05T02:10:00Z, or 2023-05-05 03:10 for UK time"
        ) from None
    moment = moment.replace(tzinfo=_LONDON) if moment.tzinfo is None else moment
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
