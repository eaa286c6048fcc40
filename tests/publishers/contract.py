"""Schemathesis on the OpenAPI document of a running copy: python -m tests.publishers.contract [examples]."""

import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from streams.rehearsal.broker import embedded_broker
from tests.publishers.making import (
    LEWES,
    a_board,
    a_headline,
    a_standing,
    an_area_headline,
)
from tests.publishers.running import create_topics, serving, teller

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,positive_data_acceptance,unsupported_method"
)
SAID = (a_standing(), a_standing(LEWES), a_board(), an_area_headline(), *(a_headline(n) for n in (1, 2, 3)))


async def tell(broker: str) -> None:
    """Something to be asked about."""
    async with teller(broker) as writer:
        await writer.tell(*SAID)


def run(examples: int) -> int:
    """The exit code of schemathesis; 0 when every answer was one that the document promises.

    Streams are left out, for they have no end; positions are opaque, so one that was given out is sent back.
    """
    with tempfile.TemporaryDirectory() as scratch, embedded_broker() as address:
        create_topics(address)
        asyncio.run(tell(address))
        with serving(address) as served:
            answer = json.loads(served.get("/api/v1/headlines?limit=2")[2])
            Path(scratch, "schemathesis.toml").write_text(
                f'[parameters]\n"query.after" = "{answer["position"]}"\n'
            )
            command = [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{served.url}/api/v1/openapi.json",
                "--exclude-path", "/api/v1/stream", "--checks", CHECKS, "--max-examples", str(examples),
                "--phases", "examples,coverage,fuzzing", "--seed", "1", "--no-color", "--suppress-health-check", "all",
            ]  # fmt: skip
            return subprocess.run(command, cwd=scratch, check=False).returncode


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
