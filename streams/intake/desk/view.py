"""What the desk's pages show, as plain values for the templates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas.council import CouncilOpened, Ward
from schemas.declaration import WardDeclared
from streams.intake.desk.keying import Form, Keying, Sheet, differences
from streams.intake.desk.register import User
from streams.intake.known import CouncilKnown, Known

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class WardRow:
    """A ward in a list: ``state`` in words, ``turn`` when it waits for the person who looks."""

    id: str
    name: str
    seats: int
    state: str
    turn: bool


def councils(known: Known, sheets: dict[str, Sheet]) -> list[dict[str, Any]]:
    """Every council, with how many wards are out, keyed once, and different."""
    found = []
    for opened in known.maps():
        council = known.councils[opened.council]
        wards = {ward.id for ward in opened.wards}
        mine = [sheet for ward, sheet in sheets.items() if ward in wards]
        polled = [ward for ward in opened.wards if ward.state == "contested" or ward.nominations_closed]
        out = sum(1 for ward in polled if ward.state == "contested" and council.declared(ward.id) is None)
        differ = sum(1 for sheet in mine if sheet.second is not None)
        found.append(
            {
                "id": opened.council,
                "name": opened.name,
                "out": out,
                "keyed": len(mine) - differ,
                "differ": differ,
            }
        )
    return sorted(found, key=lambda row: str(row["name"]))


def wards(
    council: CouncilKnown, opened: CouncilOpened, sheets: dict[str, Sheet], user: User
) -> list[WardRow]:
    """The wards of a council in the order of their names."""
    rows = []
    for ward in sorted(opened.wards, key=lambda ward: ward.name):
        state, turn = _state(council, ward, sheets.get(ward.id), user)
        rows.append(WardRow(ward.id, ward.name, ward.seats, state, turn))
    return rows


def _state(council: CouncilKnown, ward: Ward, sheet: Sheet | None, user: User) -> tuple[str, bool]:
    if sheet is not None and sheet.second is not None:
        third = "resolve" in user.roles and user.name not in (sheet.first_by, sheet.second_by)
        return f"differs between {sheet.first_by} and {sheet.second_by}", third
    if sheet is not None:
        return f"keyed by {sheet.first_by}", "confirm" in user.roles and user.name != sheet.first_by
    if ward.state in ("unopposed", "under-contested"):
        return "no poll", False
    declared = council.declared(ward.id)
    if declared is not None:
        return "declared" if declared.revision == 1 else f"declared, revision {declared.revision}", False
    if ward.id in council.off or not ward.nominations_closed:
        return "poll put off", False
    return "out", "enter" in user.roles


def form_of(declared: WardDeclared) -> dict[str, Any]:
    """A declaration as it would have been keyed, to start a correction from."""
    return {
        "votes": {result.candidate: result.votes for result in declared.results},
        "elected": [result.candidate for result in declared.results if result.elected],
        "ballots": declared.ballots,
        "rejected": declared.rejected,
        "lot_winner": declared.lot.winner if declared.lot else None,
        "lot_loser": declared.lot.loser if declared.lot else None,
        "declared_at": _written(declared.declared_at.at),
        "source": declared.source.name,
        "tier": min(declared.source.tier, 2),
        "reason": None,
    }


def ward_sheet(
    council: CouncilKnown, ward: Ward, sheet: Sheet | None, user: User, keying: Keying, now: datetime
) -> dict[str, Any]:
    """All that the page of a ward needs. A blind second keying is given nothing of the first."""
    declared = council.declared(ward.id)
    second = sheet is not None and sheet.second is None and sheet.first_by != user.name
    shown: Form | None = None
    if sheet is not None and not (second and keying == "blind"):
        shown = sheet.first
    start = form_of(declared) if declared is not None else None
    return {
        "ward": ward.id,
        "seats": ward.seats,
        "electorate": ward.electorate,
        "candidates": [{"id": c.id, "name": c.name, "party": c.party} for c in ward.candidates],
        "revision": council.latest_revision(ward.id) + 1,
        "correction": council.latest_revision(ward.id) > 0,
        "role": _role(sheet, user, keying),
        "form": shown.model_dump(mode="json") if shown is not None else start,
        "now": _written(now),
        "user": user.name,
    }


def _role(sheet: Sheet | None, user: User, keying: Keying) -> str:
    if sheet is None:
        return "enter"
    if sheet.second is not None:
        return "resolve" if user.name not in (sheet.first_by, sheet.second_by) else "wait"
    if sheet.first_by == user.name:
        return "again"
    return "blind" if keying == "blind" else "confirm"


def compared(sheet: Sheet, ward: Ward) -> list[dict[str, Any]]:
    """Two sheets side by side, row by row, with what differs marked."""
    first, second = sheet.first, sheet.second
    if second is None:
        return []
    differ = differences(first, second)
    rows = [
        {
            "name": f"{c.name} ({c.party})",
            "first": _vote(first, c.id),
            "second": _vote(second, c.id),
            "differs": c.id in differ,
        }
        for c in ward.candidates
    ]
    for name, label in (("ballots", "Ballot papers"), ("rejected", "Rejected papers"), ("reason", "Reason")):
        one, other = getattr(first, name), getattr(second, name)
        rows.append({"name": label, "first": _text(one), "second": _text(other), "differs": name in differ})
    names = {c.id: c.name for c in ward.candidates}
    lots = [_lot(form, names) for form in (first, second)]
    rows.append({"name": "Lot", "first": lots[0], "second": lots[1], "differs": "lot" in differ})
    return rows


def _lot(form: Form, names: dict[str, str]) -> str:
    if form.lot_winner is None or form.lot_loser is None:
        return "none"
    winner, loser = names.get(form.lot_winner, form.lot_winner), names.get(form.lot_loser, form.lot_loser)
    return f"{winner} won it, {loser} lost it"


def told(history: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Who did what, with the hour by the clocks of London."""
    return [
        (datetime.fromisoformat(at).astimezone(LONDON).strftime("%d %B, %H:%M"), who, did)
        for at, who, did in history
    ]


def _vote(form: Form, candidate: str) -> str:
    elected = ", elected" if candidate in form.elected else ""
    return f"{_text(form.votes.get(candidate))}{elected}"


def _text(value: object) -> str:
    return "not given" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _written(at: datetime) -> str:
    """A moment by the clocks of London, as a form field takes it (DR-39)."""
    return at.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")
