"""Headlines in a file of JSON lines: each once, whole, on disk before the next, whatever interrupts the writing."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from schemas.headline import Headline
from streams.trouble import Trouble


class LinesFile:
    """A file that only grows: what it has is not written again, and a line cut short by a crash is taken off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: set[str] = set()

    def __enter__(self) -> Self:
        self._file = self._path.open("a+b")
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                self._ids.add(orjson.loads(line)["id"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                self._file.close()
                raise Trouble(
                    f"{self._path} line {number} is no headline: give a file of headlines, or a new one."
                ) from None
            whole += len(line)
        self._file.truncate(whole)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, headline: Headline, raw: bytes) -> bool:
        """Write a headline as it lies on the topic; whether it was not there yet."""
        if headline.id in self._ids:
            return False
        self._file.write((raw if b"\n" not in raw else orjson.dumps(orjson.loads(raw))) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._ids.add(headline.id)
        return True
