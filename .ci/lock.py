"""Solves requirements.txt from pyproject.toml, with hashes and without naming any package index.

    .venv/bin/python .ci/lock.py            solve and write
    .venv/bin/python .ci/lock.py --upgrade  the same with the newest releases
    .venv/bin/python .ci/lock.py --check    compare only; ends with 1 when the file is out of date

Versions already pinned are kept while pyproject.toml allows them, so a release elsewhere never turns CI red.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements.txt"
HEADING = """\
# What was tested, with hashes: runtime, test and dev. Solved from pyproject.toml by .ci/lock.py; do not edit.
# pip install --require-hashes -r requirements.txt
"""


def solve(upgrade: bool) -> str:
    """Return the whole text that requirements.txt should have."""
    with tempfile.TemporaryDirectory() as scratch:
        solved = Path(scratch) / "requirements.txt"
        if PINS.exists() and not upgrade:
            shutil.copy(PINS, solved)
        uv = Path(sys.executable).with_name("uv")
        subprocess.run(
            [uv, "pip", "compile", "pyproject.toml", "--extra", "test", "--extra", "dev", "--quiet"]
            + ["--universal", "--python-version", "3.11", "--generate-hashes"]
            + ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
            + ["-o", solved],
            cwd=ROOT,
            env={**os.environ, "UV_NO_PROGRESS": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return HEADING + solved.read_text()


def main() -> None:
    text = solve(upgrade="--upgrade" in sys.argv)
    if "--check" not in sys.argv:
        PINS.write_text(text)
    elif not PINS.exists() or PINS.read_text() != text:
        sys.exit("requirements.txt is out of date: run .ci/lock.py and commit the result.")


if __name__ == "__main__":
    main()
