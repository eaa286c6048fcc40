"""What every file owes its reader, and what no file may name."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.modules import ROOT, parsed, sources

#: Hosts that packages come from, written so that this file does not name them itself.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("crates", "io"),
            ("repo1", "maven", "org"),
            ("repo", "maven", "apache", "org"),
            ("deb", "debian", "org"),
            ("proxy", "golang", "org"),
        )
    )
    + "|--(extra-)?index-url|--find-links"
)


@pytest.mark.parametrize(
    "path", sources("schemas", "streams", "tests"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_opens_with_a_sentence_on_what_may_live_in_it(path: Path) -> None:
    opening = ast.get_docstring(parsed(path))

    assert opening, "no docstring"
    assert re.search(r"[.?](?: \(.*\))?$", opening.splitlines()[0]), "the first line is a whole sentence"


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in _text_files()
        if path.name != "test_pages.py"
        for number, line in enumerate((ROOT / path).read_text().splitlines(), start=1)
        if REGISTRIES.search(line) and "no-emit" not in line
    ]

    assert not naming, "\n".join(naming)


def test_a_registry_would_be_seen() -> None:
    assert REGISTRIES.search("https://" + ".".join(("files", "pythonhosted", "org")) + "/packages")
    assert REGISTRIES.search("--index-url https://mirror.example/simple")


def _text_files() -> list[Path]:
    """What git knows or would add, else (no git, as in an unpacked archive) every file of the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [Path(line) for line in listed.stdout.splitlines()]
    else:
        hidden = (
            ".venv",
            ".git",
            ".mypy_cache",
            ".ruff_cache",
            ".pytest_cache",
            "__pycache__",
            ".hypothesis",
        )
        paths = [
            p.relative_to(ROOT) for p in ROOT.rglob("*") if not set(p.relative_to(ROOT).parts) & set(hidden)
        ]
    text = {".py", ".md", ".toml", ".txt", ".yml", ".yaml", ".sh", ".cfg", ".ini", ".xml", ".properties", ""}
    return [
        path for path in paths if path.suffix in text and (ROOT / path).is_file() and path.name != "LICENSE"
    ]
