"""Why intake refuses: in words that name the field and the rule, with the status of the answer."""

import re
from dataclasses import dataclass, replace
from typing import Any

from streams.problem import document

_RULE = re.compile(r"\((?:DR|I)-\d+(?: [a-z])?\)")

#: Status and title by reason code; any other reason is a field that is not as the contract has it.
_KINDS: dict[str, tuple[int, str]] = {
    "json": (400, "This is not JSON"),
    "not-object": (400, "This is no event"),
    "dup-key": (400, "A key appears twice"),
    "range": (400, "A number is beyond any count"),
    "depth": (400, "Nested deeper than any event is"),
    "key": (401, "Who are you?"),
    "sig": (401, "The signature does not hold"),
    "authz": (403, "This producer may not say that"),
    "mode": (403, "The event is for another mode"),
    "frozen": (403, "This producer is frozen"),
    "no-such-event": (404, "No such event"),
    "slow": (408, "The request took too long"),
    "conflict": (409, "Something else stands here already"),
    "length": (411, "How long is it?"),
    "size": (413, "Too large"),
    "media-type": (415, "Only JSON is taken"),
    "rate": (429, "Too many at once"),
    "journal": (503, "Nothing can be taken just now"),
}


@dataclass(eq=False)
class Problem(Exception):
    """Why a request was refused, whole; nothing of it was taken. ``index``: which event of an array."""

    reason: str
    detail: str
    field: str = ""
    index: int | None = None
    retry_after_seconds: int | None = None

    @property
    def status(self) -> int:
        """The status code of the answer."""
        return _KINDS.get(self.reason, (422, ""))[0]

    def at(self, index: int) -> "Problem":
        """The same, said of one event of an array."""
        return replace(self, index=index)

    def body(self) -> dict[str, Any]:
        """The members of the problem document."""
        rule = _RULE.search(self.detail)
        return document(
            self.reason,
            self.status,
            _KINDS.get(self.reason, (422, "The event cannot stand like this"))[1],
            self.detail,
            reason=self.reason,
            field=self.field,
            rule=rule.group().strip("()") if rule else None,
            index=self.index,
        )
