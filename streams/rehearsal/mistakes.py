"""A mistake in a night on file: a sentence with its place."""

from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong and where: ``line`` counts from 1, 0 is the file as a whole; ``field`` is dotted, may be empty."""

    file: str
    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.field, self.sentence) if part)


def located(refused: ValidationError, skip: int = 0) -> list[tuple[str, str]]:
    """Dotted field and sentence of each error of a contract; ``skip`` leading parts are no field of the file.

    A list is not called too short for an item of it that is wrong.
    """
    errors = refused.errors(include_url=False, include_context=False, include_input=False)
    deeper = {error["loc"][:n] for error in errors for n in range(len(error["loc"]))}
    return [
        (".".join(str(part) for part in error["loc"][skip:]), error["msg"])
        for error in errors
        if error["type"] != "too_short" or error["loc"] not in deeper
    ]
