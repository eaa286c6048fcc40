"""What could not be accepted, or not yet: why, where it lay, and the original bytes."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.contract import Contract, Mode

#: Longest original that is carried whole; above it, its beginning and its hash.
ORIGINAL_BYTES = 256 * 1024
BEGINNING_BYTES = 4 * 1024

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Rejection(Contract):
    """A record ``rejected`` for good, ``parked`` until a map fits it, then ``fitted`` by one or ``superseded``.

    ``anomaly``: a declaration that a rule holds until a person releases it. ``baseline-conflict`` and
    ``baseline-amended``: what a map says of the council before contradicts itself, or differs from the map before; the
    map counts all the same.

    ``sentence`` says what was wrong and what to do; ``original`` holds the bytes in base64, whole unless ``cut``.
    """

    schema_version: Literal[1] = 1
    id: str
    status: Literal[
        "rejected", "parked", "fitted", "superseded", "anomaly", "baseline-conflict", "baseline-amended"
    ]
    reason: str
    field: str
    sentence: str
    mode: Mode
    council: str | None
    event: str | None
    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    size: int = Field(ge=0)
    sha256: Sha256
    cut: bool
    original: str
