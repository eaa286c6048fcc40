"""What an operator did about a rejection: who, why, and what came of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.contract import Contract, EventId, Instant, Mode, Name, Sentence, require

RejectionId = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class RejectionAction(Contract):
    """A rejection ``replayed`` (its bytes sent again, to this topic, partition and offset) or ``discarded``.

    ``rejection`` is the id of the rejection, ``sha256`` that of the bytes which were judged.
    """

    schema_version: Literal[1] = 1
    type: Literal["RejectionAction"] = "RejectionAction"
    id: EventId
    mode: Mode
    action: Literal["replayed", "discarded"]
    rejection: RejectionId
    council: str | None
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    by: Name
    reason: Sentence
    at: Instant
    topic: str | None = None
    partition: int | None = Field(default=None, ge=0)
    offset: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _placed(self) -> Self:
        place = (self.topic, self.partition, self.offset)
        require(
            all(part is not None for part in place) == (self.action == "replayed")
            and (self.action == "replayed" or not any(part is not None for part in place)),
            "action",
            "what was replayed says where it lies now; what was discarded lies nowhere",
        )
        return self
