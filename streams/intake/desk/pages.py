"""The desk's pages and the steps behind them, over HTTP."""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from schemas.contract import Contract
from schemas.event import ReasonCode
from schemas.reading import EVENT_BYTES
from streams.intake.body import declared_length, read_body
from streams.intake.desk import view
from streams.intake.desk.entrance import Entrance
from streams.intake.desk.keying import Form, Keying
from streams.intake.desk.register import Register, User
from streams.intake.desk.steps import Choice, Hold, OfWard, Release, Steps
from streams.intake.problem import Problem
from streams.intake.reception import Reception

_HERE = Path(str(files("streams.intake.desk")))
REASONS: tuple[str, ...] = ReasonCode.__args__  # type: ignore[attr-defined]

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`, under which browsers send the origin of a form as null.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

M = TypeVar("M", bound=Contract)


class Pages:
    """The pages, rendered on the server from what is known at that moment."""

    def __init__(self, reception: Reception, register: Register) -> None:
        self._reception, self._register = reception, register
        self._entrance = Entrance(reception, register)
        self._steps = Steps(reception, register)
        loader = FileSystemLoader(_HERE / "templates")
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes; none of them is part of the producers' contract."""
        app.mount("/desk/static", StaticFiles(directory=_HERE / "static"), name="static")
        page = partial(app.get, include_in_schema=False, response_class=Response)
        page("/desk")(self.councils)
        page("/desk/council/{council}")(self.council)
        page("/desk/ward/{ward}")(self.ward)
        page("/desk/sign-in")(self.sign_in_page)
        app.post("/desk/sign-in", include_in_schema=False, response_class=Response)(self.sign_in)
        app.post("/desk/sign-out", include_in_schema=False, response_class=Response)(self.sign_out)
        self._step(app, "key", "enter confirm", Form, self._steps.key)
        self._step(app, "confirm", "confirm", OfWard, lambda user, step: self._steps.confirm(user, step.ward))
        self._step(app, "resolve", "resolve", Choice, self._steps.resolve)
        self._step(app, "throw-away", "resolve", OfWard, self._throw_away)
        self._step(app, "hold", "hold", Hold, self._steps.hold)
        self._step(app, "release", "hold", Release, self._steps.release)
        self._step(app, "keying", "resolve", _Keying, self._set_keying)

    def _step(
        self, app: FastAPI, name: str, roles: str, kind: type[M],
        act: Callable[[User, M], Awaitable[dict[str, Any]]],
    ) -> None:  # fmt: skip
        async def step(request: Request) -> Response:
            user = self._allowed(request, roles.split())
            declared_length(dict(request.headers.items()), EVENT_BYTES)
            body = await read_body(request.stream(), EVENT_BYTES)
            try:
                given = kind.model_validate_json(body)
            except ValidationError as refused:
                first = refused.errors(include_url=False, include_input=False)[0]
                raise Problem("field", first["msg"], ".".join(map(str, first["loc"]))) from None
            return Response(orjson.dumps(await act(user, given)), media_type="application/json")

        app.post(f"/desk/{name}", include_in_schema=False, response_class=Response)(step)

    def _allowed(self, request: Request, roles: list[str]) -> User:
        user = self._entrance.who(request)
        role = next((role for role in roles if user and role in user.roles), roles[0])
        return self._entrance.stepping(request, role)

    async def _throw_away(self, user: User, step: OfWard) -> dict[str, Any]:
        return self._steps.throw_away(user, step.ward)

    async def _set_keying(self, user: User, step: "_Keying") -> dict[str, Any]:
        self._register.set_keying(step.council, step.keying)
        self._register.remember(self._reception.clock(), user.name, f"keying {step.keying}", step.council)
        return {"state": step.keying}

    async def councils(self, request: Request) -> Response:
        """All councils."""
        user = self._entrance.who(request)
        if user is None:
            return _to_sign_in()
        rows = view.councils(self._reception.known, self._register.sheets())
        return self._page("councils.html", user, councils=rows, title="Councils")

    async def council(self, council: str, request: Request) -> Response:
        """The wards of one council."""
        user = self._entrance.who(request)
        if user is None:
            return _to_sign_in()
        known = self._reception.known.council(council)
        if known is None or known.ground is None:
            raise Problem("no-such-event", f"{council[:200]} has not been opened", "council")
        opened = known.ground.map
        rows = view.wards(known, opened, self._register.sheets(), user)
        return self._page(
            "council.html", user, council=opened, wards=rows, holds=known.open_holds(),
            keying=self._steps.keying(council), title=opened.name,
        )  # fmt: skip

    async def ward(self, ward: str, request: Request) -> Response:
        """The sheet of one ward."""
        user = self._entrance.who(request)
        if user is None:
            return _to_sign_in()
        council, opened, found = self._steps.find(ward)
        sheet, keying = self._register.sheet(ward), self._steps.keying(opened.council)
        data = view.ward_sheet(council, found, sheet, user, keying, self._reception.clock())
        compared = view.compared(sheet, found) if sheet is not None else []
        return self._page(
            "ward.html", user, council=opened, ward=found, data=data, sheet=sheet, compared=compared,
            reasons=REASONS, history=view.told(self._register.history(ward)), title=f"{found.name}, {opened.name}",
        )  # fmt: skip

    async def sign_in_page(self, request: Request) -> Response:
        """Name and password."""
        return self._page("sign_in.html", None, failed=False, title="Sign in")

    async def sign_in(self, request: Request) -> Response:
        """Name and password, given."""
        token = await self._entrance.sign_in(request)
        if token is None:
            return self._page("sign_in.html", None, status=401, failed=True, title="Sign in")
        answer = RedirectResponse("/desk", 303, SECURITY)
        self._entrance.remember(request, answer, token)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Leave."""
        answer = RedirectResponse("/desk/sign-in", 303, SECURITY)
        self._entrance.sign_out(request, answer)
        return answer

    def _page(self, name: str, user: User | None, status: int = 200, **shown: Any) -> Response:
        mode = self._reception.settings.mode
        text = self._templates.get_template(name).render(user=user, mode=mode, **shown)
        return Response(text, status, SECURITY, "text/html; charset=utf-8")


class _Keying(Contract):
    council: str
    keying: Keying


def _to_sign_in() -> Response:
    return RedirectResponse("/desk/sign-in", 303, SECURITY)
