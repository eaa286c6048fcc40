"""A guard cut out of production's source as it is imported, in a process forked for it; the files stay as they are."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

#: What stands in the source, and what stands there without the guard.
Cut = tuple[str, str]


def source(module: str) -> str:
    """The source of a module, read and not imported."""
    return (ROOT / Path(*module.split("."))).with_suffix(".py").read_text()


def without(module: str, cuts: Sequence[Cut]) -> str:
    """The source without the guard; LookupError when what is to be cut is not there exactly once."""
    text = source(module)
    for there, instead in cuts:
        if text.count(there) != 1:
            raise LookupError(f"{module} has {text.count(there)} times what is to be cut: {there!r}")
        text = text.replace(there, instead)
    return text


class _Loader(importlib.machinery.SourceFileLoader):
    text: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, text: str) -> None:
        self._module = module
        self._text = text

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> Any:
        if name != self._module:
            return None
        file = (ROOT / Path(*name.split("."))).with_suffix(".py")
        loader = _Loader(name, str(file))
        loader.text = self._text
        return importlib.util.spec_from_file_location(name, file, loader=loader)


def forked(module: str, cuts: Sequence[Cut], work: Callable[[], int]) -> tuple[int, str]:
    """The exit code and the words of some work, done in a fork of this process with the cuts made."""
    if any(name.startswith("streams.delivery.") for name in sys.modules):
        raise RuntimeError("what is to be cut has been imported already")
    text = without(module, cuts) if cuts else None
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            if text is not None:
                sys.meta_path.insert(0, _Finder(module, text))
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        words = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), words
