"""What the desk's users do: key, confirm, resolve, throw away, hold and release. Each step is answered in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from pydantic import ValidationError

from schemas.contract import Contract, CouncilId, EventId, Sentence, WardId
from schemas.council import CouncilOpened, Ward
from schemas.desk import Held, Released
from schemas.event import Moment
from schemas.reading import InputEvent
from streams.intake.desk import keying
from streams.intake.desk.declaring import DESK, declaration, event_id
from streams.intake.desk.keying import Agreed, Form, Keying, RuleBroken
from streams.intake.desk.register import Register, User
from streams.intake.known import CouncilKnown
from streams.intake.problem import Problem
from streams.intake.reception import Reception, Sent
from streams.signing import canonical, sign

log = structlog.get_logger(__name__)


class Choice(Contract):
    """A resolver's choice."""

    ward: WardId
    chosen: Literal["first", "second"]


class OfWard(Contract):
    """A step that needs no more than its ward."""

    ward: WardId


class Hold(Contract):
    """A hold on a council, or on one ward of it."""

    council: CouncilId
    ward: WardId | None = None
    reason: Sentence


class Release(Contract):
    """The end of a hold."""

    council: CouncilId
    hold: EventId
    reason: Sentence


@dataclass(slots=True)
class Steps:
    """The steps over what is known and what is keyed."""

    reception: Reception
    register: Register

    def find(self, ward_id: str) -> tuple[CouncilKnown, CouncilOpened, Ward]:
        """A ward on the maps in force; raises :class:`Problem`."""
        for opened in self.reception.known.maps():
            for ward in opened.wards:
                if ward.id == ward_id:
                    return self.reception.known.councils[opened.council], opened, ward
        raise Problem("no-such-event", f"{ward_id[:200]} is on no map", "ward")

    def keying(self, council: str) -> Keying:
        """How the second person works there."""
        return self.register.keying(council, self.reception.settings.desk_keying)

    async def key(self, user: User, form: Form) -> dict[str, Any]:
        """A person keys a ward; with two alike it is declared."""
        council, opened, ward = self.find(form.ward)
        if self._is_declared(form):
            return {"state": "declared", "id": event_id(form)}
        sheet = self.register.sheet(form.ward)
        role = "enter" if sheet is None or sheet.first_by == user.name else "confirm"
        if role not in user.roles:
            raise Problem("authz", f"{user.name} has not the role `{role}`", "")
        self._event(form, council, opened, ward)
        after = _step(lambda: keying.key(sheet, form, user.name))
        self._remember(user, "keyed", form)
        if isinstance(after, Agreed):
            return await self._declare(after, council, opened, ward)
        self.register.put_sheet(form.ward, opened.council, after)
        return {"state": "keyed" if after.second is None else "differs"}

    async def confirm(self, user: User, ward_id: str) -> dict[str, Any]:
        """A second person finds a sheet right."""
        council, opened, ward = self.find(ward_id)
        sheet, how = self.register.sheet(ward_id), self.keying(opened.council)
        agreed = _step(lambda: keying.confirm(sheet, user.name, how))
        self._remember(user, "confirmed", agreed.form)
        return await self._declare(agreed, council, opened, ward)

    async def resolve(self, user: User, choice: Choice) -> dict[str, Any]:
        """A third person decides between two sheets."""
        council, opened, ward = self.find(choice.ward)
        sheet = self.register.sheet(choice.ward)
        agreed = _step(lambda: keying.resolve(sheet, choice.chosen, user.name))
        self._remember(user, f"resolved for the {choice.chosen}", agreed.form)
        return await self._declare(agreed, council, opened, ward)

    def throw_away(self, user: User, ward_id: str) -> dict[str, Any]:
        """A resolver throws both sheets away: the ward is keyed anew."""
        self.find(ward_id)
        self.register.drop_sheet(ward_id)
        self.register.remember(self.reception.clock(), user.name, "threw away", ward_id)
        return {"state": "out"}

    async def hold(self, user: User, hold: Hold) -> dict[str, Any]:
        """Hold a council or a ward back."""
        opened, now = self._map(hold.council), self.reception.clock()
        held = Held(
            schema_version=1, type="Held", id=f"{hold.ward or hold.council}:hold-{now:%Y%m%dT%H%M%S}",
            mode=self.reception.settings.mode, election=opened.election, council=opened.council,
            declared_at=_moment(now), producer=DESK.name, scope="ward" if hold.ward else "council", ward=hold.ward,
            by=user.name, reason=hold.reason,
        )  # fmt: skip
        await self._send(held)
        self.register.remember(now, user.name, f"held: {hold.reason}", hold.ward or hold.council)
        return {"state": "held", "id": held.id}

    async def release(self, user: User, release: Release) -> dict[str, Any]:
        """End a hold."""
        opened, now = self._map(release.council), self.reception.clock()
        if release.hold not in self.reception.known.councils[release.council].holds:
            raise Problem("no-such-event", f"there is no hold {release.hold}", "hold")
        released = Released(
            schema_version=1, type="Released", id=f"{release.hold}-released", mode=self.reception.settings.mode,
            election=opened.election, council=opened.council, declared_at=_moment(now), producer=DESK.name,
            hold=release.hold, by=user.name, reason=release.reason,
        )  # fmt: skip
        await self._send(released)
        self.register.remember(now, user.name, f"released: {release.reason}", release.hold)
        return {"state": "released"}

    def _map(self, council: str) -> CouncilOpened:
        known = self.reception.known.council(council)
        if known is None or known.ground is None:
            raise Problem("unknown-council", f"{council} has not been opened", "council")
        return known.ground.map

    def _event(self, form: Form, council: CouncilKnown, opened: CouncilOpened, ward: Ward) -> InputEvent:
        """The event of a form, held against everything that it will be held against; raises :class:`Problem`."""
        before = council.declared(form.ward)
        if before is not None and before.id == event_id(form):
            before = None
        try:
            event = declaration(
                form, opened, ward, before.id if before else None, self.reception.settings.mode
            )
        except ValidationError as refused:
            first = refused.errors(include_url=False, include_input=False)[0]
            raise Problem(first["type"], first["msg"], ".".join(map(str, first["loc"]))) from None
        self.reception.examiner.admit(event, DESK, self.reception.clock())
        self.reception.examiner.fit(event)
        return event

    def _is_declared(self, form: Form) -> bool:
        """Sent once more by a browser that missed the answer."""
        seen = self.reception.known.seen.get(event_id(form))
        return seen is not None and self.register.sheet(form.ward) is None

    async def _declare(
        self, agreed: Agreed, council: CouncilKnown, opened: CouncilOpened, ward: Ward
    ) -> dict[str, Any]:
        event = self._event(agreed.form, council, opened, ward)
        await self._send(event)
        self.register.drop_sheet(agreed.form.ward)
        log.info(
            "desk.declared", council=event.council, ward=agreed.form.ward, event_id=event.id,
            revision=agreed.form.revision, by=list(agreed.by),
        )  # fmt: skip
        return {"state": "declared", "id": event.id}

    async def _send(self, event: InputEvent) -> None:
        key = self.reception.signing_key
        signature = sign(event, key).decode() if key else None
        await self.reception.receive([Sent(canonical(event), signature)], DESK, None)

    def _remember(self, user: User, did: str, form: Form) -> None:
        self.register.remember(self.reception.clock(), user.name, did, form.ward, form.model_dump_json())


def _step(step: Any) -> Any:
    try:
        return step()
    except RuleBroken as broken:
        raise Problem("conflict", str(broken), broken.rule) from None


def _moment(at: datetime) -> Moment:
    return Moment(at=at.astimezone(UTC).replace(microsecond=0), basis="officer")
