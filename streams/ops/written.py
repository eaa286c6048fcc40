"""Writes the files that follow from this package: `python -m streams.ops.written` in the root of the tree."""

from collections.abc import Iterator
from pathlib import Path

from streams.ops import dashboards, metrics


def written() -> Iterator[tuple[Path, str]]:
    """Each file by its place in the tree, with the text that it must have."""
    yield Path("docs/metrics.md"), metrics.page()
    for dashboard in dashboards.DASHBOARDS:
        yield Path(f"deploy/grafana/dashboards/{dashboard.uid}.json"), dashboards.text(dashboard)


if __name__ == "__main__":
    for path, text in written():
        path.write_text(text)
