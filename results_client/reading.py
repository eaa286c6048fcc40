"""Records of the feed as a later release may write them: what is new in them is passed over, the news is read.

What a later release may do without a new version: add a field anywhere, a type of headline, a basis, a confidence, a
reason, a claim of a proof. All else comes as another ``schema_version`` on topics of another name.
"""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.contract import Revision
from schemas.headline import Headline

VERSION = 1

M = TypeVar("M", bound=BaseModel)


class LaterVersion(ValueError):
    """A record is of a version of the contracts that this reader does not know; the message says what to do."""


class AnyHeadline(Headline):
    """A headline of this or of a later release.

    A ``type`` that this reader does not know is to be shown as its ``text``; a ``proof`` of a kind that it cannot check
    is None. Whoever needs more has the bytes of the record.
    """

    type: str  # type: ignore[assignment]  # a later release has more of them, here and below
    bases: dict[str, Revision]  # type: ignore[assignment]
    reason: str | None  # type: ignore[assignment]
    confidence: str  # type: ignore[assignment]


def read(model: type[M], raw: bytes) -> M:
    """A record, without the fields that ``model`` does not know.

    Raises :class:`LaterVersion`, or pydantic's ``ValidationError`` for what is no such record.
    """
    try:
        return model.model_validate_json(raw, extra="ignore")
    except ValidationError:
        version = _version(raw)
        if version is None or version <= VERSION:
            raise
    raise LaterVersion(
        f"it is of schema_version {version}, and this reader knows {VERSION}: install the release of "
        "election-results-feed that wrote it, or read the topics of the version before"
    )


def read_headline(raw: bytes) -> Headline:
    """A headline; raises as :func:`read` does."""
    try:
        return read(AnyHeadline, raw)
    except ValidationError as refused:
        if any(error["loc"][:1] != ("proof",) for error in refused.errors()):
            raise
    return read(AnyHeadline, json.dumps(json.loads(raw) | {"proof": None}).encode())


def _version(raw: bytes) -> int | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    version = found.get("schema_version") if isinstance(found, dict) else None
    return version if type(version) is int else None
