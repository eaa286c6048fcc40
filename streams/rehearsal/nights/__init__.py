"""Nights on file, one folder each, and the programs that build them; the format is in docs/nights.md."""

from pathlib import Path

#: The night of 4 May 2023 in Kent, East Sussex, West Sussex and Surrey.
SOUTH_EAST_2023 = Path(__file__).parent / "south-east-2023"
