"""The HTTP door: requests in, receipts and problems out. What may stand is decided elsewhere."""

from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from schemas.reading import EVENT_BYTES, MAP_BYTES
from streams.intake import contract
from streams.intake.body import cut, declared_length, read_body
from streams.intake.credentials import Claim
from streams.intake.limits import Bucket
from streams.intake.problem import Problem
from streams.intake.producers import DOORS, Producer
from streams.intake.reception import Reception, Sent
from streams.problem import MEDIA_TYPE, TYPES

log = structlog.get_logger(__name__)


def application(reception: Reception) -> FastAPI:
    """The application. Nothing in it opens or starts anything."""
    app = FastAPI(
        title="Election results feed: intake",
        version="1",
        summary="Declarations get in, once, whoever sends them",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    for door in DOORS:
        _add_door(app, reception, door)
    _add_questions(app, reception)
    app.add_exception_handler(Problem, _problem)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _fault)
    _document(app)
    return app


def _add_door(app: FastAPI, reception: Reception, door: str) -> None:
    limit = MAP_BYTES if door == "councils" else EVENT_BYTES
    strangers: dict[str, Bucket] = {}

    async def post(request: Request) -> Response:
        began = reception.seconds()
        claim, proven, body = None, None, b""
        try:
            claim = _who(reception, request, strangers)
            proven = None if claim.mac else claim.producer
            reception.let_in(claim.producer)
            declared_length(dict(request.headers.items()), limit)
            body = await read_body(request.stream(), limit)
            reception.doorkeeper.prove(claim, request.method, request.url.path, body)
            proven = claim.producer
            answer = await _receive(reception, request, claim, door, body)
        except Problem as problem:
            await reception.refuse(
                problem, proven, door, body, claimed=claim.producer.name if claim else "nobody"
            )
            raise
        except ClientDisconnect:
            return Response(status_code=400)
        reception.meters.seconds.observe(reception.seconds() - began)
        return Response(orjson.dumps(answer), 202, media_type="application/json")

    app.post(
        f"/v1/{door}",
        summary=contract.SAYS[door],
        openapi_extra=contract.post_operation(door),
        operation_id=door,
        status_code=202,
        response_class=Response,
    )(post)


def _who(reception: Reception, request: Request, strangers: dict[str, Bucket]) -> Claim:
    try:
        return reception.doorkeeper.claim(request.headers.get("authorization"))
    except Problem:
        address = request.client.host if request.client else ""
        if len(strangers) > 10_000:
            strangers.clear()
        bucket = strangers.setdefault(address, Bucket(5.0, 100.0, reception.seconds))
        wait = bucket.wait_seconds()
        if wait:
            raise Problem(
                "rate", "too many requests without a key", retry_after_seconds=int(wait) + 1
            ) from None
        raise


async def _receive(
    reception: Reception, request: Request, claim: Claim, door: str, body: bytes
) -> dict[str, Any]:
    events, many = cut(body)
    reception.welcome(claim.producer, len(events))
    signatures = request.headers.get("signature")
    signed = [part.strip() for part in signatures.split(",")] if signatures else []
    if signed and len(signed) != len(events):
        raise Problem("sig", f"{len(signed)} signatures for {len(events)} events", "Signature")
    sent = [Sent(raw, signed[n] if signed else None) for n, raw in enumerate(events)]
    receipts = await reception.receive(
        sent,
        claim.producer,
        door,
        park=request.query_params.get("park") == "true",
        trace=request.headers.get("traceparent", ""),
    )
    bodies = [receipt.body() for receipt in receipts]
    return {"events": bodies} if many else bodies[0]


def _add_questions(app: FastAPI, reception: Reception) -> None:
    async def fate(id: str, request: Request) -> Response:
        producer = reception.doorkeeper.claim(request.headers.get("authorization"))
        reception.doorkeeper.prove(producer, "GET", request.url.path, b"")
        told = reception.fate(id)
        if told is None or not _may_ask(reception, producer.producer, told):
            raise Problem("no-such-event", f"nobody has sent an event {id[:200]}", "id")
        return Response(
            orjson.dumps(told), media_type="application/json", headers={"Cache-Control": "no-store"}
        )

    app.get(
        "/v1/declarations/{id}",
        summary="What became of an event of any kind",
        operation_id="fate",
        response_class=Response,
        responses=_fate_answers(),
        openapi_extra={"security": [{"bearer": []}, {"hmac": []}]},
    )(fate)

    async def health() -> Response:
        waiting = reception.journal.count_waiting()
        told = {
            "mode": reception.settings.mode,
            "waiting": waiting,
            "broker": reception.sender.connected,
            "log_read": reception.known.complete,
        }
        return Response(orjson.dumps(told), media_type="application/json")

    app.get("/health", include_in_schema=False)(health)

    async def metrics() -> Response:
        return Response(reception.meters.page(), media_type="text/plain; version=0.0.4")

    app.get("/metrics", include_in_schema=False)(metrics)


def _may_ask(reception: Reception, producer: Producer, told: dict[str, Any]) -> bool:
    sender = reception.journal.event(told["id"])
    if sender is not None and sender[0] == producer.name:
        return True
    council = told.get("council", "")
    known = reception.known.council(council)
    areas = [area.id for area in known.ground.map.areas] if known and known.ground else []
    return producer.may_speak_of(council, areas)


def _fate_answers() -> dict[int | str, dict[str, Any]]:
    schema = {"$ref": "#/components/schemas/Fate"}
    found = {
        "description": "Its state, and where it lies",
        "content": {"application/json": {"schema": schema}},
    }
    key = contract.problems("401")["401"]
    return {200: found, 401: key, 404: {**key, "description": "Nobody has sent such an event"}}


def _document(app: FastAPI) -> None:
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            document["components"] = {"schemas": contract.schemas(), "securitySchemes": contract.SECURITY}
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None) if "requestBody" not in operation else None
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


async def _problem(request: Request, problem: Problem) -> Response:
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    if problem.status in (408, 413):
        headers["Connection"] = "close"  # what is left of the body is not read
    if problem.reason == "key":
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(problem.body()), problem.status, headers, MEDIA_TYPE)


async def _http(request: Request, failed: HTTPException) -> Response:
    told = {
        "type": TYPES + "http", "title": failed.detail, "status": failed.status_code,
        "detail": f"{request.method} {request.url.path[:200]}: {failed.detail}", "reason": "http", "field": "",
    }  # fmt: skip
    return Response(orjson.dumps(told), failed.status_code, dict(failed.headers or {}), MEDIA_TYPE)


async def _fault(request: Request, fault: Exception) -> Response:
    log.error("intake.fault", path=request.url.path[:200], exc_info=fault)
    told = {
        "type": TYPES + "fault", "title": "A fault of this service", "status": 500,
        "detail": "Nothing is known of what became of the event: ask for its fate, or send it again under its id.",
        "reason": "fault", "field": "",
    }  # fmt: skip
    return Response(orjson.dumps(told), 500, media_type=MEDIA_TYPE)
