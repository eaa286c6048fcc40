"""Draws board.svg: the demo's board at the moment when Horsham was called, from the night and the rules alone.

python docs/pictures/draw.py
"""

import re
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich._export_format import CONSOLE_SVG_FORMAT  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.terminal_theme import MONOKAI  # noqa: E402

from streams.commands.board import Board  # noqa: E402
from streams.commands.nights import DEFAULT, chosen  # noqa: E402
from streams.rules.council import Council  # noqa: E402
from streams.rules.take import take  # noqa: E402

MOMENT = datetime(2023, 5, 5, 17, 15, tzinfo=UTC)
WIDTH, HEIGHT = 124, 56


def main() -> None:
    night = chosen(DEFAULT)
    expected = {council.council: sum(w.state != "unopposed" for w in council.wards) for council in night.maps}
    board = Board(title=night.about.title, expected=expected, clock=MOMENT, note="replay, 120 times as fast")
    rows: dict[str, Council] = {}
    for event in night.arriving("replay"):
        if event.declared_at.at > MOMENT:
            continue
        taken = take(rows.get(event.council), event)
        if taken.council is not None:
            rows[event.council] = taken.council
        for headline in taken.headlines:
            board.say(headline)
    for row in rows.values():
        board.stand(row.standing(version=1))
    console = Console(
        width=WIDTH,
        height=HEIGHT,
        file=StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
    )
    console.print(board)
    # The picture brings no font and asks no other host for one.
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.S)
    svg = console.export_svg(title="results demo", theme=MONOKAI, code_format=template, unique_id="board")
    Path(__file__).with_name("board.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.M))


if __name__ == "__main__":
    main()
