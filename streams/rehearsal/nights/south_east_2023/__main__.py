"""Build the night again: ``python -m streams.rehearsal.nights.south_east_2023 [FOLDER]``."""

import sys
from pathlib import Path

from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rehearsal.nights.south_east_2023.build import build

build(Path(sys.argv[1]) if len(sys.argv) > 1 else SOUTH_EAST_2023)
