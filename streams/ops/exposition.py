"""The monitor's knowledge as Prometheus takes it, worked out anew each time that it is written."""

import time
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry

from streams.ops.lag import Sample
from streams.ops.ledger import Ledger
from streams.ops.metrics import Family, Scrape, build_info, histogram, registry
from streams.ops.sight import Sight
from streams.ops.verdict import VERDICTS

#: Longer than from one scrape to the next.
_NEW_SECONDS = 5.0


class Newcomers:
    """Shows a count that was not there before as zero for a moment: a rate begins with the first value that it sees.

    What the first scrape finds has been there: after a restart of the monitor, counts go on where they were.
    """

    def __init__(self) -> None:
        self._since: dict[tuple[str, ...], float] = {}
        self._began = False

    def shown(
        self, counts: Iterable[tuple[tuple[str, str], int]], now: float
    ) -> Iterator[tuple[tuple[str, str], int]]:
        """The counts to show at a moment, in the order of their labels."""
        for labels, count in sorted(counts):
            since = self._since.setdefault(labels, now if self._began else -_NEW_SECONDS)
            yield labels, count if now - since >= _NEW_SECONDS else 0
        self._began = True


class Exposition:
    """A registry with everything that the monitor says."""

    def __init__(self, sight: Sight, version: str, now: Callable[[], float] = time.time) -> None:
        self.registry: CollectorRegistry = registry()
        self._sight = sight
        self._version = version
        self._now = now
        self._counts = Newcomers(), Newcomers(), Newcomers()
        age = histogram("election_event_age_seconds", self.registry)
        delay = histogram("election_headline_delay_seconds", self.registry)
        roundtrip = histogram("election_probe_roundtrip_seconds", self.registry)
        poll = histogram("election_lag_monitor_poll_seconds", self.registry)
        sight.on_age = lambda stage, seconds: age.labels(stage).observe(seconds)
        sight.on_delay = delay.observe
        sight.on_roundtrip = roundtrip.observe
        sight.on_poll = lambda seconds: poll.labels(sight.cluster).observe(seconds)
        self.registry.register(Scrape(self._families))

    def _families(self) -> Iterable[Family]:
        now = self._now()
        yield from _lag(self._sight, now)
        yield from _groups(self._sight, now)
        yield from _counts(self._sight.ledger, self._counts, now)
        yield from _night(self._sight)
        yield from _watcher(self._sight)
        yield build_info(self._version)


def _lag(sight: Sight, now: float) -> Iterable[Family]:
    lag, seconds = Family("kafka_consumergroup_group_lag"), Family("kafka_consumergroup_group_lag_seconds")
    offset = Family("kafka_consumergroup_group_offset")
    latest, earliest = Family("kafka_partition_latest_offset"), Family("kafka_partition_earliest_offset")
    most, most_seconds = (
        Family("kafka_consumergroup_group_max_lag"),
        Family("kafka_consumergroup_group_max_lag_seconds"),
    )
    together = Family("kafka_consumergroup_group_sum_lag")
    ends: dict[tuple[str, int], Sample] = {}
    for group in sight.watch.groups:
        looks = group.latest(now, sight.poll_seconds)
        for partition, sample in sorted(looks.items()):
            place = (sight.cluster, group.name, group.topic, partition)
            lag.add(sample.lag, *place)
            seconds.add(sample.age(now), *place)
            offset.add(sample.committed, *place)
            ends[group.topic, partition] = sample  # of groups that read the same topic, the latest look
        lags = [sample.lag for sample in looks.values()]
        most.add(max(lags, default=None), sight.cluster, group.name)
        most_seconds.add(group.lag_seconds(now, sight.poll_seconds), sight.cluster, group.name)
        together.add(sum(lags) if lags else None, sight.cluster, group.name)
    for (topic, partition), sample in ends.items():
        latest.add(sample.end, sight.cluster, topic, partition)
        earliest.add(sample.start, sight.cluster, topic, partition)
    return lag, seconds, offset, latest, earliest, most, most_seconds, together


def _groups(sight: Sight, now: float) -> Iterable[Family]:
    status, members = Family("election_group_status"), Family("election_group_members")
    idle, used = Family("election_group_idle_members"), Family("election_group_retention_used_ratio")
    catch_up = Family("election_group_catch_up_seconds")
    for group in sight.watch.groups:
        verdict = group.verdict(now, sight.poll_seconds)
        for state in VERDICTS:
            status.add(float(state == verdict), group.name, state)
        if group.latest(now, sight.poll_seconds):
            if group.members is not None:
                members.add(len(group.members.partitions), group.name)
                idle.add(group.members.idle, group.name)
            used.add(group.retention_used(), group.name, group.topic)
            catch_up.add(group.catch_up(), group.name, group.topic)
    return status, members, idle, used, catch_up


def _counts(ledger: Ledger, known: tuple[Newcomers, Newcomers, Newcomers], now: float) -> Iterable[Family]:
    counted = {
        "election_declarations_total": ledger.declarations.items(),
        "election_headlines_total": ledger.headlines.items(),
        "election_dead_letters_total": ledger.dead_letters.items(),
    }
    for (name, counts), newcomers in zip(counted.items(), known, strict=True):
        family = Family(name)
        for labels, count in newcomers.shown(counts, now):
            family.add(count, *labels)
        yield family


def _night(sight: Sight) -> Iterable[Family]:
    ledger = sight.ledger
    still = Family("election_dead_letters_open")
    opened = [found.rejection.topic for found in ledger.open]
    for topic in sorted({group.topic for group in sight.watch.groups} | set(opened)):
        still.add(opened.count(topic), topic)
    declared, expected = Family("election_wards_declared"), Family("election_wards_expected")
    styles = sorted({council.style for council in ledger.councils.values()})
    for style in styles:
        of_style = [council for council in ledger.councils.values() if council.style == style]
        declared.add(sum(council.declared for council in of_style), style)
        expected.add(sum(council.expected for council in of_style), style)
    sources = Family("election_source_last_event_timestamp_seconds")
    for source, at in sorted(ledger.sources.items()):
        sources.add(at, source)
    return still, declared, expected, sources


def _watcher(sight: Sight) -> Iterable[Family]:
    up, success = (
        Family("election_lag_monitor_up"),
        Family("election_lag_monitor_last_success_timestamp_seconds"),
    )
    up.add(float(sight.up), sight.cluster)
    success.add(sight.last_success, sight.cluster)
    lost = Family("election_probe_lost_total")
    lost.add(sight.probes.lost)
    return up, success, lost
