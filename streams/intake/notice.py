"""What operators must hear of that never reached the log: notices among the rejections, made at the door."""

import hashlib
from base64 import b64encode
from datetime import datetime

from schemas import cloudevents, topics
from schemas.contract import Mode
from schemas.rejection import BEGINNING_BYTES, ORIGINAL_BYTES, Rejection
from streams.intake.journal import Entry
from streams.intake.problem import Problem

#: Attempts that are nobody's slip of the finger, and the freezing of a producer.
TOLD = frozenset({"mode", "authz", "sig", "frozen"})


def notice(problem: Problem, body: bytes, door: str, producer: str, mode: Mode, now: datetime) -> Entry:
    """A rejection of a request that was refused at a door; one for each minute, however often it is repeated."""
    minute = f"{now:%Y-%m-%dT%H:%MZ}"
    digest = hashlib.sha256(body).hexdigest()
    id = (
        "door-"
        + hashlib.sha256("\x1f".join((producer, problem.reason, digest, minute)).encode()).hexdigest()[:32]
    )
    cut = len(body) > ORIGINAL_BYTES
    rejection = Rejection(
        id=id,
        status="rejected",
        reason=problem.reason,
        field=problem.field,
        sentence=f"{producer}: {problem.detail}",
        mode=mode,
        council=None,
        event=None,
        topic=f"http:/v1/{door}",
        partition=0,
        offset=0,
        size=len(body),
        sha256=digest,
        cut=cut,
        original=b64encode(body[:BEGINNING_BYTES] if cut else body).decode(),
    )
    headers = cloudevents.output_headers(
        "Rejection", rejection, id=id, mode=mode, subject="unknown",
        time=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
    )  # fmt: skip
    return Entry(
        id, topics.rejections(mode), "unknown", rejection.model_dump_json().encode(), headers, producer,
        now.isoformat(),
    )  # fmt: skip
