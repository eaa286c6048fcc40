"""Who is at the desk? By password and session, or by the word of a proxy on this machine."""

import asyncio
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response

from streams.intake.body import read_body
from streams.intake.desk.register import Register, User
from streams.intake.limits import Bucket
from streams.intake.problem import Problem
from streams.intake.reception import Reception

COOKIE = "desk"
SIGN_IN_BYTES = 4096


@dataclass(slots=True)
class Entrance:
    """Signs people in and knows them again."""

    reception: Reception
    register: Register
    _tries: dict[str, Bucket] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time by the clock of intake."""
        return self.reception.clock()

    def who(self, request: Request) -> User | None:
        """The person behind a request, or None."""
        header = self.reception.settings.desk_user_header
        if header is not None:
            name = request.headers.get(header)
            return self.register.user(name) if name and _from_this_machine(request) else None
        token = request.cookies.get(COOKIE)
        return self.register.session(token, self.now) if token else None

    def stepping(self, request: Request, role: str) -> User:
        """The person, for a step that needs a role and comes from a page of ours; raises :class:`Problem`."""
        same_origin(request)
        user = self.who(request)
        if user is None:
            raise Problem(
                "key", "you are signed out: sign in again, what you keyed is kept in this browser", ""
            )
        if role not in user.roles:
            raise Problem("authz", f"{user.name} has not the role `{role}`", "")
        return user

    async def sign_in(self, request: Request) -> str | None:
        """A session's token for name and password in a form; None when they do not hold."""
        same_origin(request)
        body = await read_body(request.stream(), SIGN_IN_BYTES)
        given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        name, password = given.get("name", "")[:160], given.get("password", "")
        address = request.client.host if request.client else ""
        for key in (f"name {name}", f"address {address}"):
            if len(self._tries) > 10_000:
                self._tries.clear()
            bucket = self._tries.setdefault(key, Bucket(0.1, 10, self.reception.seconds))
            if wait := bucket.wait_seconds():
                raise Problem("rate", "too many attempts: wait a little", retry_after_seconds=int(wait) + 1)
        if not await asyncio.to_thread(self.register.password_holds, name, password):
            return None
        return self.register.sign_in(name, self.now)

    def remember(self, request: Request, answer: Response, token: str) -> None:
        """Give the browser its cookie."""
        # A live desk is only reached over TLS, its own or that of a proxy before it.
        secure = request.url.scheme == "https" or self.reception.settings.mode == "live"
        answer.set_cookie(COOKIE, token, path="/desk", httponly=True, samesite="strict", secure=secure)

    def sign_out(self, request: Request, answer: Response) -> None:
        """End the session and take the cookie back."""
        same_origin(request)
        if token := request.cookies.get(COOKIE):
            self.register.sign_out(token)
        answer.delete_cookie(COOKIE, path="/desk")


def same_origin(request: Request) -> None:
    """Refuse what another site made the browser send; raises :class:`Problem`."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    host = request.headers.get("host")
    if site not in (None, "same-origin") or (origin is not None and urlsplit(origin).netloc != host):
        raise Problem("authz", "this request comes from another site", "Origin")
    if site is None and origin is None:
        raise Problem("authz", "this request does not say where it comes from", "Origin")


def _from_this_machine(request: Request) -> bool:
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
