"""How a worker begins with its partitions: rows recovered and said again, position sought, and only then input."""

from collections import Counter
from typing import Any

from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP


class OrderedRecovery(Recovery):
    """Faust's recovery with its last steps in another order.

    Upstream opens the input, seeks, and then empties the queues: what was fetched in between is lost.
    """

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        # A changelog record that comes in after its partition went leaves its offset behind upstream, and
        # recovery would start from there when the partition comes back.
        for tp in newly_assigned:
            self.revoke(tp)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    async def _build_highwaters(
        self, consumer: Any, tps: set[TP], destination: Counter[TP], title: str
    ) -> None:
        await consumer.look_up_starts()
        await super()._build_highwaters(consumer, tps, destination, title)

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        app: Any = self.app
        consumer: Any = app.consumer
        await app.on_rebalance_complete.send()
        self._set_recovery_ended()
        for table in self.tables.values():
            await table.on_recovery_completed(self.actives_for_table[table], self.standbys_for_table[table])
        source = {tp for tp in consumer.assignment() if not self._is_changelog_tp(tp)}
        if app.consumer_generation_id != generation_id or source != consumer.starts.keys():
            return  # rebalanced again meanwhile
        await self._wait(app.desk.open(source))
        if source:
            await self._wait(consumer.perform_seek(), timeout=app.conf.broker_request_timeout)
        if app.consumer_generation_id != generation_id:
            return
        self.completed.set()
        app.flow_control.resume()  # empties the queues while they can only hold what is stale
        consumer.resume_partitions(source)
        consumer.resume_flow()
        await app._fetcher.maybe_start()
        self.tables.on_actives_ready()
        self.tables.on_standbys_ready()
        app.on_rebalance_end()
        app.desk.opened()


class OrderedTableManager(TableManager):
    """Faust's table manager with the recovery above."""

    @property
    def recovery(self) -> Recovery:
        if self._recovery is None:
            self._recovery = OrderedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery

    async def on_start(self) -> None:
        # Upstream sleeps for a second first, for tables that are still to be added; ours is there already.
        await self._update_channels()
        await self.recovery.start()
