"""Values into the words of the pages: neutral, British, and with the basis named (DR-16, DR-39, DR-43)."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schemas.event import Moment
from schemas.headline import Headline
from schemas.proof import Proof
from schemas.standing import Control, Standing

#: What the clocks at the count show (DR-39).
LONDON = ZoneInfo("Europe/London")

_KIND: Mapping[str, str] = {
    "WARD_DECLARED": "Ward declared",
    "WARD_GAIN": "Ward gain",
    "WARD_HOLD": "Ward hold",
    "WARD_SPLIT": "Ward split",
    "CONTROL_GAIN": "Gain",
    "CONTROL_HOLD": "Hold",
    "CONTROL_LOSS_TO_NOC": "Loss to no overall control",
    "CONTROL_NO_CHANGE": "No change",
    "CONTROL_LOST_CERTAIN": "Control lost",
    "CONTROL_DECIDED_BEFORE_POLL": "Decided before the poll",
    "CANNOT_WIN_OUTRIGHT": "Out of reach",
    "NEEDS_N": "Close to a majority",
    "COUNCIL_FINAL": "Final result",
    "COUNCIL_REOPENED": "Reopened",
    "SEAT_CHANGE_SUMMARY": "Seat changes",
    "LARGEST_PARTY_NEW": "New largest party",
    "LARGEST_PARTY_KEPT": "Largest party",
    "LARGEST_PARTY_TIED": "Largest parties tied",
    "WIPE_OUT": "All seats lost",
    "NEAR_WIPE_OUT": "Few seats left",
    "NTH_GAIN": "Gains so far",
    "TIE_BY_LOT": "Decided by lot",
    "CLOSE_RESULT": "Close result",
    "EDITORIAL_CALL": "Editorial call",
}

#: Why something was put right, as the desk says it (DR-33).
REASONS: Mapping[str, str] = {
    "transcription": "a mistake in copying the figures",
    "wrong_ward": "figures entered for the wrong ward",
    "wrong_party_mapping": "a party was mistaken for another",
    "duplicate": "the same declaration came twice",
    "source_amended": "the source has amended its figures",
    "oral_slip": "a slip of the tongue at the declaration",
    "recount_before_declaration_withdrawn": "figures from before a recount",
    "baseline_amended": "earlier seats were put right",
    "nomination_amended": "nominations were put right",
    "court_order": "an order of the court",
    "test_leak": "a test that should not have been sent",
}

_BASIS: Mapping[str, str] = {
    "last_election": "since the {year} election",
    "notional_last_election": "since the {year} election, on the new boundaries",
    "eve_of_poll": "since the eve of poll",
    "notional_eve": "since the eve of poll, on the new boundaries",
    "snapshot": "since the list of councillors of {year}",
}

_SHORT_BASIS: Mapping[str, str] = {
    "last_election": "since {year}",
    "notional_last_election": "since {year}*",
    "eve_of_poll": "since the eve",
    "notional_eve": "since the eve*",
    "snapshot": "on list of {year}",
}

_STATUS: Mapping[str, str] = {
    "declared": "declared",
    "unopposed": "elected unopposed",
    "out": "still out",
    "postponed": "poll postponed",
    "parked": "being checked",
    "held": "held for checking",
}


def kind(headline: Headline) -> str:
    """A headline's type as a reader would say it."""
    return _KIND.get(headline.type, headline.type.replace("_", " ").capitalize())


def reason(code: str | None) -> str:
    """Why something was put right; empty when nobody said."""
    return REASONS.get(code or "", (code or "").replace("_", " "))


def basis(name: str, year: int) -> str:
    """A basis as part of a sentence: "since the 2019 election"."""
    return _BASIS[name].format(year=year)


def short_basis(name: str, year: int) -> str:
    """A basis where there is little room; a star: on the new boundaries."""
    return _SHORT_BASIS[name].format(year=year)


def ward_status(status: str) -> str:
    """How a ward stands."""
    return _STATUS[status]


def signed(number: int | None) -> str:
    """A change with its sign; a real minus, and a dash where no figure can be given."""
    if number is None:
        return "–"
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def direction(number: int | None) -> str:
    """Up, down or level, for those who hear the page."""
    if number is None:
        return "not known"
    return f"up {number}" if number > 0 else f"down {-number}" if number < 0 else "no change"


def clock(moment: datetime) -> str:
    """Time of day in London."""
    return moment.astimezone(LONDON).strftime("%H:%M")


def day_and_clock(moment: datetime) -> str:
    """Day and time in London, with its zone."""
    return moment.astimezone(LONDON).strftime("%-d %B %Y, %H:%M %Z")


def day(moment: date) -> str:
    """A day as written in Britain."""
    return moment.strftime("%-d %B %Y")


def declared(moment: Moment) -> str:
    """When something was declared; a stand-in time does not look like a known one."""
    return ("about " if moment.basis == "assumed" else "") + clock(moment.at)


def election(id: str) -> str:
    """An election by its id: "Local elections, 4 May 2023"."""
    kind, _, polled = id.partition(".")
    try:
        return f"{kind.capitalize()} elections, {day(date.fromisoformat(polled))}"
    except ValueError:
        return id


def seats(number: int) -> str:
    """A number of seats."""
    return "1 seat" if number == 1 else f"{number} seats"


def wards(number: int) -> str:
    """A number of wards."""
    return "1 ward" if number == 1 else f"{number} wards"


def outcome(control: Control, name: str) -> tuple[str, str]:
    """What became of control in a word and in a few; ``name`` is the party that has it now. Empty while it is open."""
    match control.outcome:
        case "GAIN":
            return "Gain", f"{name} gain"
        case "HOLD":
            return "Hold", f"{name} hold"
        case "LOSE TO NOC":
            return "Loss", "To no overall control"
        case "NO CHANGE":
            return "No change", "No overall control, as before"
        case "NEW COUNCIL":
            return "New", f"{name} win a new council"
    if control.lost_for_certain:
        return "Lost", "Control lost; who comes next is open"
    return "", ""


def progress(standing: Standing) -> str:
    """How far the count is."""
    if standing.final:
        return "Final"
    if not standing.wards_declared:
        return "Not yet declared"
    return f"{standing.wards_declared} of {standing.wards_expected} wards"


def proof(found: Proof, names: Mapping[str, str]) -> list[str]:
    """Why a call was arithmetic, in sentences that a reader can check with a pencil (DR-07).

    In the past tense: the call stands as it was made, while the count goes on.
    """
    wards_out, seats_out = len(found.out), sum(out.seats for out in found.out)
    rest = f"{wards(wards_out)} with {seats(seats_out)} {'was' if wards_out == 1 else 'were'} still out"
    mark = f"The council has {found.seats} seats, so a majority takes {found.majority}."
    if found.claim == "noc":
        able = [bounds for bounds in found.bounds if bounds.may_control]
        best = max(able, key=lambda bounds: bounds.ceiling, default=None)
        if best is None:
            return [mark, "No party that could control the council on its own stood."]
        reach = (
            f"Nobody could get further than {names.get(best.party, best.party)}, with {seats(best.ceiling)}"
        )
        return [mark, f"{reach} at most, while {rest}." if wards_out else f"{reach}; no ward was out."]
    bounds = next(b for b in found.bounds if b.party == found.party)
    had = f"{names.get(bounds.party, bounds.party)} had {seats(bounds.held + bounds.won)}"
    if not wards_out:
        return [mark, f"{had}, and no ward was out."]
    if found.claim == "secured":
        return [mark, f"{had}, while {rest}.", f"Whatever those said, it could not end below {bounds.floor}."]
    most = f"Even with all of its candidates there elected, it could not pass {bounds.ceiling}."
    return [mark, f"{had}, while {rest}.", most]
