"""Imports point one way: contracts know nobody, rules know contracts, agents know both, commands know all."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.house.modules import ROOT, imported, parsed, sources, within

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)

#: What a rule may take from the standard library: values and functions that give the same answer every time.
PURE = frozenset(
    "abc base64 bisect collections copy dataclasses datetime enum fractions functools hashlib heapq itertools json "
    "math operator re string types typing unicodedata zoneinfo".split()
)

#: package -> all that it may import besides itself
ARROWS = {
    "schemas": STANDARD_LIBRARY | {"pydantic", "pydantic_core"},
    "streams/rules": PURE | {"schemas", "pydantic", "orjson"},
    "streams/delivery": STANDARD_LIBRARY
    | {"faust", "mode", "aiokafka", "confluent_kafka", "orjson", "structlog", "uvloop", "streams.trouble"},
    "streams/agents": STANDARD_LIBRARY
    | {
        "faust",
        "orjson",
        "structlog",
        "pydantic",
        "schemas",
        "streams.rules",
        "streams.delivery",
        "streams.trouble",
    },
    "streams/intake": STANDARD_LIBRARY
    | {
        "aiokafka",
        "argon2",
        "fastapi",
        "jinja2",
        "orjson",
        "prometheus_client",
        "pydantic",
        "starlette",
        "structlog",
        "uvicorn",
        "schemas",
        "streams.rules",
        "streams.clients",
        "streams.problem",
        "streams.settings",
        "streams.signing",
        "streams.trouble",
        "streams.rehearsal.night",
    },
    "streams/publishers": STANDARD_LIBRARY
    | {
        "aiokafka",
        "fastapi",
        "httpcore",
        "jinja2",
        "orjson",
        "prometheus_client",
        "pydantic",
        "standardwebhooks",
        "starlette",
        "structlog",
        "uvicorn",
        "schemas",
        "results_client",
        "streams.clients",
        "streams.ops.metrics",
        "streams.ops.running",
        "streams.ops.scraped",
        "streams.problem",
        "streams.settings",
        "streams.trouble",
    },
    "streams/problem.py": STANDARD_LIBRARY,
    "streams/login.py": STANDARD_LIBRARY
    | {"cryptography", "streams.delivery.profiles", "streams.settings", "streams.trouble"},
    "streams/signing.py": STANDARD_LIBRARY | {"cryptography", "schemas", "streams.trouble"},
    "results_client": STANDARD_LIBRARY | {"aiokafka", "pydantic", "schemas"},
    "streams/ops": STANDARD_LIBRARY
    | {
        "aiokafka",
        "fastapi",
        "orjson",
        "prometheus_client",
        "pydantic",
        "starlette",
        "structlog",
        "uvicorn",
        "schemas",
        "streams.clients",
        "streams.delivery",
        "streams.settings",
        "streams.trouble",
    },
    "streams/verification.py": STANDARD_LIBRARY | {"schemas", "pydantic"},
    "streams/settings.py": STANDARD_LIBRARY
    | {"pydantic", "pydantic_settings", "schemas.contract", "streams.trouble"},
    "streams/log.py": STANDARD_LIBRARY | {"structlog", "streams.settings"},
    "streams/trouble.py": frozenset(),
}


@pytest.mark.parametrize("package", ARROWS)
def test_a_package_imports_only_what_its_arrows_allow(package: str) -> None:
    allowed = ARROWS[package] | {package.removesuffix(".py").replace("/", ".")}

    strays = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in _files(package)
        for line, name in imported(parsed(path))
        if not within(name, allowed)
    ]

    assert not strays, "\n".join(strays)


def test_no_two_files_import_each_other() -> None:
    """Not in a function and not for the type checker alone: who reads one must not need the other."""
    house = {_dotted(path): path for path in sources("schemas", "streams", "results_client")}

    TopologicalSorter(
        {module: _asked(imported(parsed(path)), house) for module, path in house.items()}
    ).prepare()


def test_two_files_that_import_each_other_are_seen() -> None:
    house = {"streams.a": Path("a.py"), "streams.b": Path("b.py")}
    asked = {
        module: _asked(iter([(1, f"{other}.x")]), house)
        for module, other in zip(house, reversed(house), strict=True)
    }

    with pytest.raises(CycleError):
        TopologicalSorter(asked).prepare()


def test_rules_never_ask_for_the_time() -> None:
    clocks = {"now", "utcnow", "today", "fromtimestamp"}

    asking = [
        f"{path.relative_to(ROOT)}:{node.lineno} calls {node.func.attr}()"
        for path in sources("streams/rules")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
    ]

    assert not asking, "\n".join(asking)


def test_a_stray_import_is_seen(tmp_path: Path) -> None:
    rule = tmp_path / "rule.py"
    rule.write_text("def decide():\n    from random import choice\n")

    names = [name for _, name in imported(parsed(rule))]

    assert names == ["random.choice"]
    assert not within("random.choice", ARROWS["streams/rules"])


def test_importing_everything_opens_nothing() -> None:
    """No socket, no file to write, no thread and no process comes of importing any module."""
    program = """
import importlib, sys, threading
import mode.utils.cron  # of Faust; it asks the program `file` about the interpreter
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.posix_spawn"):
        raise SystemExit(f"an import did {event} {arguments}")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"an import opened {arguments[0]} to write")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for module in sys.argv[1:]:
    importlib.import_module(module)
if threading.active_count() > 1:
    raise SystemExit(f"an import started {threading.enumerate()[1:]}")
"""
    modules = [_dotted(path) for path in sources("schemas", "streams") if path.name != "__main__.py"]

    done = subprocess.run(
        [sys.executable, "-c", program, *modules], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def _asked(names: Iterator[tuple[int, str]], house: Mapping[str, Path]) -> set[str]:
    """The files of the house that are imported, whether by their own name or for something in them."""
    return {part for _, name in names for part in (name, name.rpartition(".")[0]) if part in house}


def _files(package: str) -> list[Path]:
    return [ROOT / package] if package.endswith(".py") else sources(package)


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
