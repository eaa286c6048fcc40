"""A sheet as the event that it becomes."""

from schemas.contract import Mode
from schemas.council import CouncilOpened, Ward
from schemas.declaration import Lot, Result, WardDeclared
from schemas.event import Moment, Source
from streams.intake.desk.keying import Form
from streams.intake.producers import DOORS, Producer

#: The desk as a producer: it may say everything about every council, and its sheets pass two people.
DESK = Producer("Desk", "", "", "bearer", 1, frozenset("*"), frozenset(), frozenset(DOORS), 50.0)


def event_id(form: Form) -> str:
    """Follows from ward and revision, so that a sheet sent twice is one event."""
    return f"{form.ward}:desk-{form.revision}"


def declaration(
    form: Form, council_map: CouncilOpened, ward: Ward, supersedes: str | None, mode: Mode
) -> WardDeclared:
    """Raises pydantic's ``ValidationError`` when the figures cannot be (DR-34)."""
    results = tuple(
        Result(
            candidate=candidate.id,
            party=candidate.party,
            votes=form.votes.get(candidate.id),
            elected=candidate.id in form.elected,
        )
        for candidate in ward.candidates
    )
    lot = Lot(winner=form.lot_winner, loser=form.lot_loser) if form.lot_winner and form.lot_loser else None
    return WardDeclared(
        schema_version=1,
        type="WardDeclared",
        id=event_id(form),
        mode=mode,
        election=council_map.election,
        council=council_map.council,
        declared_at=Moment(at=form.declared_at, basis="officer" if form.tier == 1 else "reported"),
        producer=DESK.name,
        ward=form.ward,
        revision=form.revision,
        results=results,
        source=Source(name=form.source, tier=form.tier),
        electorate=ward.electorate,
        ballots=form.ballots,
        rejected=form.rejected,
        lot=lot,
        reason=form.reason,
        supersedes=supersedes,
    )
