"""Writes the examples of the API's documentation from a made-up night: python -m tests.publishers.examples."""

import asyncio

import orjson

from streams.publishers.web.documents import EXAMPLES
from tests.publishers.making import (
    a_board,
    a_client,
    a_log,
    a_night_of_two,
    a_site,
    an_archive,
    an_area_headline,
)
from tests.publishers.test_web import QUESTIONS


async def written() -> bytes:
    """The examples as they lie in the package."""
    archive = an_archive(a_night_of_two() + a_log(a_board(), an_area_headline(), partition=2))
    async with a_client(a_site(archive)) as client:
        found = {
            name: {"question": path, "answer": (await client.get(path)).json()}
            for name, path in QUESTIONS.items()
        }
    return orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n"


if __name__ == "__main__":
    EXAMPLES.write_bytes(asyncio.run(written()))
