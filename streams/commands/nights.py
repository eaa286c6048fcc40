"""Which night a person means: one that comes with the feed, by name, or a folder of their own."""

from importlib.resources import files
from pathlib import Path

from streams.rehearsal.night import Night, read_night
from streams.trouble import Trouble

DEFAULT = "south-east-2023"
_BUNDLED = Path(str(files("streams.rehearsal"))) / "nights"


def chosen(night: str) -> Night:
    """Read a night by its name or folder; raises ``Trouble`` naming every mistake in it."""
    folder = _BUNDLED / night if night in bundled() else Path(night)
    if not folder.is_dir():
        raise Trouble(f"There is no night {night}: give a folder, or one of {', '.join(bundled())}.")
    return read_night(folder)


def bundled() -> list[str]:
    """Return the names of the nights that come with the feed."""
    return sorted(folder.name for folder in _BUNDLED.iterdir() if (folder / "night.json").is_file())
