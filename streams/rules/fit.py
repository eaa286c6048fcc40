"""Does an event fit the council's map? What does not is parked and judged anew with each map (DR-34 a, c to i)."""

from collections.abc import Collection

from schemas.council import Candidate, Ward
from schemas.declaration import (
    CouncilReported,
    MayorDeclared,
    PollChanged,
    Result,
    StageDeclared,
    WardDeclared,
    WardWithdrawn,
)
from schemas.desk import AdministrationFormed, EditorialCall, Held, SeatChanged
from schemas.reading import InputEvent
from streams.rules.admission import Refusal
from streams.rules.ground import NOC, Ground


def misfit(event: InputEvent, ground: Ground, off: Collection[str]) -> Refusal | None:
    """Why an event cannot count on this map, or None when it fits. ``off``: wards whose poll was called off."""
    match event:
        case WardDeclared():
            ward = ground.wards.get(event.ward)
            return _declared(event, ward, ground, off) if ward else _no_ward(event.ward, ground)
        case WardWithdrawn() | PollChanged():
            return None if event.ward in ground.wards else _no_ward(event.ward, ground)
        case StageDeclared():
            ward = ground.wards.get(event.ward)
            return _stage(event, ward, ground) if ward else _no_ward(event.ward, ground)
        case MayorDeclared():
            return _mayor(event, ground)
        case AdministrationFormed():
            return _parties({*event.parties, *({event.leader_party} - {None})}, ground)
        case Held(scope="ward"):
            return None if event.ward in ground.wards else _no_ward(str(event.ward), ground)
        case CouncilReported():
            return _parties({*event.seats, *({event.control} - {None, NOC})}, ground)
        case EditorialCall():
            return _parties({event.outcome} - {None, NOC}, ground)
        case SeatChanged():
            return _parties({event.party_from, event.party_to} - {None}, ground)
        case _:
            return None


def _no_ward(ward: str, ground: Ground) -> Refusal:
    name, version = ground.map.name, ground.map.version
    return Refusal(
        "ward-not-in-council", f"{ward} is not on version {version} of the map of {name} (DR-34 h)", "ward"
    )


def _parties(codes: set[str | None], ground: Ground) -> Refusal | None:
    unknown = sorted(str(code) for code in codes if code not in ground.tally)
    if not unknown:
        return None
    return Refusal("party", f"not among the parties of {ground.map.name}: {', '.join(unknown)}", "party")


def _declared(event: WardDeclared, ward: Ward, ground: Ground, off: Collection[str]) -> Refusal | None:
    cancelled = _not_polled(ward, off)
    return cancelled or _nominations(event, ward, ground) or _seats(event, ward) or _papers(event, ward)


def _not_polled(ward: Ward, off: Collection[str]) -> Refusal | None:
    if ward.state in ("unopposed", "under-contested"):
        return Refusal("cancelled", f"{ward.name} is filled without a poll on the map (DR-34 i)", "ward")
    if not ward.nominations_closed:
        return Refusal(
            "cancelled",
            f"the poll in {ward.name} is postponed and its nominations are open (DR-34 i)",
            "ward",
        )
    if ward.id in off:
        return Refusal(
            "cancelled", f"the poll in {ward.name} was called off and has no new date (DR-34 i)", "ward"
        )
    return None


def _nominations(event: WardDeclared, ward: Ward, ground: Ground) -> Refusal | None:
    if event.counted_by != ward.counted_by:
        return Refusal(
            "candidate",
            f"{ward.name}: counted by {event.counted_by}, on the map by {ward.counted_by}",
            "counted_by",
        )
    return _listed(event.results, ward.candidates, ward.name, ground)


def _listed(
    results: tuple[Result, ...], candidates: tuple[Candidate, ...], where: str, ground: Ground
) -> Refusal | None:
    """Candidates and parties of a result against the nominations (DR-34 f, g)."""
    nominated = {candidate.id: candidate.party for candidate in candidates}
    listed = {result.candidate: result.party for result in results}
    strangers = sorted(set(listed) - set(nominated))
    if strangers:
        return Refusal(
            "candidate",
            f"{where}: not nominated on version {ground.map.version} of the map: {', '.join(strangers)} (DR-34 f)",
            "results",
        )
    missing = sorted(set(nominated) - set(listed))
    if missing:
        return Refusal(
            "candidate",
            f"{where}: nominated but not in the result: {', '.join(missing)} (DR-34 f)",
            "results",
        )
    for candidate, party in listed.items():
        if party != nominated[candidate]:
            return Refusal(
                "party",
                f"{where}: candidate {candidate} stands for {nominated[candidate]}, not {party} (DR-34 g)",
                "results",
            )
    return None


def _mayor(event: MayorDeclared, ground: Ground) -> Refusal | None:
    contest = ground.map.mayor
    if contest is None:
        return Refusal("candidate", f"the map of {ground.map.name} has no election of a mayor", "type")
    return _listed(event.results, contest.candidates, contest.title, ground) if event.results else None


def _stage(event: StageDeclared, ward: Ward, ground: Ground) -> Refusal | None:
    if ward.counted_by != "stv":
        return Refusal("candidate", f"{ward.name} is not counted in stages on the map", "ward")
    nominated = {candidate.id for candidate in ward.candidates}
    strangers = sorted({*event.elected, *event.excluded} - nominated)
    if strangers:
        return Refusal(
            "candidate",
            f"{ward.name}: not nominated on version {ground.map.version} of the map: {', '.join(strangers)} (DR-34 f)",
            "elected",
        )
    return None


def _seats(event: WardDeclared, ward: Ward) -> Refusal | None:
    elected = sum(1 for result in event.results if result.elected)
    if elected != ward.seats:
        return Refusal(
            "seats-sum", f"{ward.name}: {elected} elected where {ward.seats} are to be (DR-34 a)", "results"
        )
    return None


def _papers(event: WardDeclared, ward: Ward) -> Refusal | None:
    votes = [result.votes for result in event.results if result.votes is not None]
    electorate = event.electorate or ward.electorate
    papers = event.ballots if event.ballots is not None else electorate
    if papers is None:
        return None
    what = "ballot papers" if event.ballots is not None else "electors"
    if votes and max(votes) > papers:
        return Refusal(
            "votes-sum",
            f"{ward.name}: {max(votes)} votes for one candidate from {papers} {what} (I-12)",
            "results",
        )
    if sum(votes) > papers * ward.seats:
        return Refusal(
            "votes-sum",
            f"{ward.name}: {sum(votes)} votes from {papers} {what} with {ward.seats} each (DR-34 c)",
            "results",
        )
    if electorate is not None and event.ballots is not None and event.ballots > electorate:
        return Refusal(
            "votes-sum",
            f"{ward.name}: {event.ballots} ballot papers from {electorate} electors (DR-34 d)",
            "ballots",
        )
    return None
