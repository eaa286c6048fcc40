"""Checks the arithmetic behind calls, knowing the contracts and nothing else of this program."""

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from schemas.council import CouncilOpened
from schemas.headline import Headline
from schemas.proof import mistakes
from schemas.reading import Unreadable, read

Placed = tuple[str, bytes]  # where a line lay, and the line


class NotReadable(Exception):
    """A line is neither a headline nor a map where one was expected; the message names the line and the field."""


def verdicts(
    headlines: Iterable[Placed], maps: Iterable[Placed] = ()
) -> Iterator[tuple[Headline, list[str]]]:
    """Yield each headline that carries a proof, with what is wrong with it (an empty list when it holds).

    With the council's map of the proof's version, every floor and ceiling is worked out again ward by ward;
    without it, from the sums in the proof alone. Lines among ``maps`` that are other events are passed over.
    """
    known = {(found.council, found.version): found for found in _council_maps(maps)}
    for place, line in headlines:
        try:
            headline = Headline.model_validate_json(line)
        except ValidationError as refused:
            first = refused.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"]))
            raise NotReadable(f"{place}: no headline ({field or 'JSON'}: {first['msg']})") from None
        if headline.proof is not None:
            council_map = known.get((headline.key, headline.proof.map_version))
            yield headline, list(mistakes(headline.proof, council_map))


def _council_maps(lines: Iterable[Placed]) -> Iterator[CouncilOpened]:
    for place, line in lines:
        try:
            event = read(line)
        except Unreadable as refused:
            raise NotReadable(f"{place}: {refused.sentence}") from None
        if isinstance(event, CouncilOpened):
            yield event
