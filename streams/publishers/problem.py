"""Why readers are refused: in the words of a person, with the status of the answer."""

from dataclasses import dataclass
from typing import Any

from streams.problem import document

_KINDS: dict[str, tuple[int, str]] = {
    "not-found": (404, "There is no such thing here"),
    "filter": (400, "A filter names something that cannot be"),
    "position": (400, "The position is none of this feed"),
    "other-log": (410, "The position is of another log"),
    "moment": (400, "This is no moment in time"),
    "no-moment": (404, "Of that moment nothing is known"),
    "query": (400, "The question cannot be read"),
    "many": (503, "Too many readers at once"),
    "not-yet": (503, "The topics have not been read yet"),
    "fault": (500, "A fault of this service"),
    "method": (405, "Not in this way"),
}


@dataclass(eq=False)
class Problem(Exception):
    """Why a question was refused; ``field`` names the part of the question that is meant."""

    kind: str
    detail: str
    field: str = ""
    retry_after_seconds: int | None = None

    @property
    def status(self) -> int:
        """The status code of the answer."""
        return _KINDS[self.kind][0]

    def body(self) -> dict[str, Any]:
        """The members of the problem document."""
        status, title = _KINDS[self.kind]
        return document(self.kind, status, title, self.detail, field=self.field or None)
