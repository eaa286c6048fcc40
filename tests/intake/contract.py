"""Schemathesis on the OpenAPI document of a running intake: python -m tests.intake.contract [examples]."""

import subprocess
import sys
import tempfile
from pathlib import Path

from streams.rehearsal.broker import embedded_broker
from tests.intake.running import running

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
#: Nobody is frozen in it, so that every request meets the reader and not the lock on the door.
PATIENT_INTAKE = """
from streams.intake import limits
limits.BAD_AT_MOST = 10**9
from streams.commands.intake import intake
intake()
"""


def run(examples: int) -> int:
    """The exit code of schemathesis; 0 when every answer was one that the document promises."""
    with tempfile.TemporaryDirectory() as scratch, embedded_broker() as address:
        feed = running(address, Path(scratch), mode="rehearsal")
        feed.start(program=PATIENT_INTAKE)
        try:
            command = [
                str(Path(sys.executable).with_name("schemathesis")), "run", f"{feed.url}/openapi.json",
                "--header", f"Authorization: Bearer {feed.key}", "--checks", CHECKS,
                "--max-examples", str(examples), "--phases", "coverage,fuzzing", "--seed", "1", "--no-color",
                "--suppress-health-check", "all",
            ]  # fmt: skip
            return subprocess.run(command, cwd=scratch, check=False).returncode
        finally:
            feed.kill(15)


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
