"""Build the night's folder from its sources, the same bytes each time."""

from pathlib import Path

from streams.rehearsal.night import About, Night, write_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rehearsal.nights.south_east_2023.events import events
from streams.rehearsal.nights.south_east_2023.expected import ALL_IN, CLOSE_OF_COUNT, expected
from streams.rehearsal.nights.south_east_2023.maps import council_map
from streams.rehearsal.nights.south_east_2023.sources import ELECTION, load


def build(folder: Path, sources_folder: Path = SOUTH_EAST_2023 / "sources") -> None:
    """Write maps, events and expected figures into ``folder``."""
    sources = load(sources_folder)
    night = Night(
        about=About(
            format=1,
            title="South East of England, 4 May 2023",
            election=ELECTION,
            about="35 councils of Kent, East Sussex, West Sussex and Surrey. Licences: ATTRIBUTION.md. "
            "Times without a report are assumed.",
            checkpoints=(CLOSE_OF_COUNT, ALL_IN),
        ),
        maps=tuple(council_map(sources, council) for council in sources.councils),
        events=tuple(events(sources)),
        expected=expected(sources),
    )
    write_night(folder, night)
