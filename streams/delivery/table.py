"""The Faust table under the rows: it brings their changelog with it, and recovery reads that in batches."""

from collections.abc import Callable, Iterable
from typing import Any

import faust

from streams.delivery.batches import BatchSchema
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Keeper
from streams.delivery.rows import Shelf

#: The one table of an app; part of its changelog's name.
TABLE_NAME = "rows"


def changelog_topic(app_id: str) -> str:
    """The name of an app's changelog; the topic must exist before the app starts (`changelog_config`)."""
    return f"{app_id}-{TABLE_NAME}-changelog"


#: Never compacted: compaction can keep a late writer's stale row and drop the right one.
CHANGELOG_CONFIG = {"cleanup.policy": "delete", "retention.ms": "-1"}


class RowTable(faust.Table[bytes, bytes]):
    """Shelves of acknowledged rows by partition, filled by Faust's recovery; nobody writes through it."""

    app: Any

    def __init__(
        self, app: Any, keeper: Keeper[Any, Any], end: Callable[[BaseException], None], **kwargs: Any
    ):
        super().__init__(
            app,
            name=TABLE_NAME,
            key_type=bytes,
            value_type=bytes,
            schema=BatchSchema(),
            recovery_buffer_size=2,  # batches; 1 has a special meaning in Faust
            **kwargs,
        )
        self._keeper = keeper
        self._end = end
        self.shelves: dict[int, Shelf[Any]] = {}

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Take recovered records in; those of partitions that went away meanwhile are left out."""
        active = self.app.tables.recovery.active_tps
        try:
            for event in batch:
                if event.message.tp not in active:
                    continue
                shelf = self.shelves.setdefault(event.message.partition, Shelf(self._keeper))
                for record in event.value:
                    shelf.recover(record.key or b"", record.value)
        except Exception as fault:  # Faust would log it and leave the rows out
            self._end(BrokenAssumption(f"the changelog of {self.app.conf.id} cannot be recovered: {fault}"))
            raise

    def keep_only(self, partitions: set[int]) -> None:
        """Forget the rows of partitions that are no longer ours."""
        for gone in self.shelves.keys() - partitions:
            del self.shelves[gone]
        for partition in partitions:
            self.shelves.setdefault(partition, Shelf(self._keeper))
