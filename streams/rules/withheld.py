"""What a hold keeps back, and how a standing hides it: nothing that is held may be read off another field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.desk import Held
from schemas.headline import HeadlineType
from schemas.standing import Change, Changes, Control, PartyStanding, Standing
from streams.rules.facts.fact import Fact
from streams.rules.said import Ledger

#: The control story, of which each state is a type of its own.
CONTROL: frozenset[HeadlineType] = frozenset(
    {
        "CONTROL_LOST_CERTAIN",
        "CONTROL_GAIN",
        "CONTROL_HOLD",
        "CONTROL_LOSS_TO_NOC",
        "CONTROL_NO_CHANGE",
        "NEW_COUNCIL_WON",
    }
)

#: What gives control away when the story itself is held.
TELLS_CONTROL: frozenset[HeadlineType] = CONTROL | {
    "FIRST_EVER_CONTROL",
    "FIRST_CONTROL_SINCE",
    "END_OF_LONG_RULE",
    "CONTROL_UNCALLABLE",
    "CANNOT_WIN_OUTRIGHT",
    "NEEDS_N",
    "PIVOTAL_WARDS",
    "EXACT_HALF",
    "ONE_SEAT_SHORT",
    "COALITION_ARITHMETIC",
    "MAYOR_COUNCIL_SPLIT",
    "BY_ELECTION_CONTROL_CHANGE",
    "DEFECTION_CONTROL_CHANGE",
}

#: What floors and ceilings give away.
TELLS_BOUNDS: frozenset[HeadlineType] = TELLS_CONTROL | {
    "CONTROL_DECIDED_BEFORE_POLL",
    "WIPE_OUT",
    "NEAR_WIPE_OUT",
    "LARGEST_PARTY_NEW",
    "LARGEST_PARTY_KEPT",
    "LARGEST_PARTY_TIED",
}

#: What figures of change give away.
TELLS_CHANGES: frozenset[HeadlineType] = frozenset(
    {"SEAT_CHANGE_SUMMARY", "SEAT_TRANSFER", "MAJOR_GAIN", "MAJOR_LOSS", "PARTIAL_TREND", "RANK_DROP"}
)

#: What moves of seats give away.
TELLS_MOVES: frozenset[HeadlineType] = frozenset(
    {"COURT_SUBSTITUTION", "BY_ELECTION_CONTROL_CHANGE", "DEFECTION_CONTROL_CHANGE"}
)

#: Results and polls of wards: the whole standing is made of them, so a hold on one keeps all of it as it was.
FREEZES: frozenset[HeadlineType] = frozenset(
    {
        "WARD_DECLARED",
        "WARD_GAIN",
        "WARD_HOLD",
        "WARD_SPLIT",
        "POSTPONED_RESULT",
        "POLL_POSTPONED",
        "POLL_COUNTERMANDED",
        "POLL_ABANDONED",
        "POLL_RESCHEDULED",
    }
)


@dataclass(frozen=True, slots=True)
class Withheld:
    """Which types the holds of now keep back. A hold on one outcome of control is a hold on control."""

    everything: bool
    types: frozenset[HeadlineType]

    def __call__(self, kind: HeadlineType) -> bool:
        return self.everything or kind in self.types


def withheld(holds: Iterable[Held]) -> Withheld:
    """What these holds keep back."""
    holds = tuple(holds)
    types = {kind for hold in holds for kind in hold.types}
    if types & CONTROL:
        types |= TELLS_CONTROL
    return Withheld(any(hold.scope == "council" for hold in holds), frozenset(types))


def freezes(holds: Iterable[Held]) -> bool:
    """Whether the standing stays as it was while these holds last."""
    return any(hold.scope == "council" or not FREEZES.isdisjoint(hold.types) for hold in holds)


def kept_back(facts: Mapping[str, Fact], ledger: Ledger, held: Withheld) -> frozenset[HeadlineType]:
    """Types of facts that hold, are held, and are not what readers have."""
    if not held.types:
        return frozenset()
    return frozenset(
        fact.type
        for key, fact in facts.items()
        if held(fact.type) and (key not in ledger or ledger[key].value != fact.value)
    )


def veil(standing: Standing, kept: frozenset[HeadlineType], ledger: Ledger) -> Standing:
    """The standing without what is kept back: as last said where something was said, else as if still open."""
    if not kept:
        return standing
    hidden: dict[str, object] = {}
    if kept & TELLS_CONTROL:
        hidden["control"] = veiled_control(standing.control, kept, ledger)
        hidden["reported"] = tuple(r.model_copy(update={"control": None}) for r in standing.reported)
    elif "CONTROL_DECIDED_BEFORE_POLL" in kept:
        hidden["control"] = standing.control.model_copy(update={"before_poll": False})
    if kept & TELLS_BOUNDS:
        out = standing.seats.pending + standing.seats.postponed
        hidden["parties"] = tuple(_open(party, out) for party in standing.parties)
    if "COUNCIL_FINAL" in kept:
        hidden["final"] = False
    if kept & TELLS_CHANGES:
        none: tuple[Change, ...] = ()
        hidden["changes"] = tuple(_without(changes, none) for changes in standing.changes)
    if "EDITORIAL_CALL" in kept:
        hidden["calls"] = ()
    if kept & TELLS_MOVES:
        hidden["moves"] = ()
    return standing.model_copy(update=hidden)


def veiled_control(control: Control, kept: frozenset[HeadlineType], ledger: Ledger) -> Control:
    """Control as readers have it: from what was last said of it."""
    if not kept & CONTROL:
        return control
    said = ledger.get("control")
    after = said.value["after"] if said is not None else None
    return control.model_copy(
        update={
            "after": after,
            "outcome": _OUTCOMES.get(said.type) if said is not None else None,
            "lost_for_certain": said is not None and said.type == "CONTROL_LOST_CERTAIN",
            "before_poll": control.before_poll and "decided-before-poll" in ledger,
        }
    )


_OUTCOMES = {
    "CONTROL_GAIN": "GAIN",
    "CONTROL_HOLD": "HOLD",
    "CONTROL_LOSS_TO_NOC": "LOSE TO NOC",
    "CONTROL_NO_CHANGE": "NO CHANGE",
    "NEW_COUNCIL_WON": "NEW COUNCIL",
}


def _open(party: PartyStanding, out: int) -> PartyStanding:
    return party.model_copy(update={"floor": party.seats, "ceiling": party.seats + out})


def _without(changes: Changes, rows: tuple[Change, ...]) -> Changes:
    return changes.model_copy(update={"rows": rows})
