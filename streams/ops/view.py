"""What the page and the terminal show, as plain values of one moment; worst first."""

from collections.abc import Mapping, Sequence
from typing import Any

from streams.delivery.status import STALE_SECONDS, Status
from streams.ops.ledger import Area, Council, Rejected
from streams.ops.sight import Sight
from streams.ops.verdict import VERDICTS, Verdict, worst
from streams.ops.watch import Group

#: Most rejections in one view; the others stay on the topic, and `results rejections list` shows them.
MOST_REJECTIONS = 50

View = dict[str, Any]


def view(sight: Sight, workers: Mapping[str, Status], now: float, version: str) -> View:
    """The state of the feed at a moment; times are Unix seconds, durations seconds, None is not known."""
    groups = sorted((_group(group, sight, now) for group in sight.watch.groups), key=_badness, reverse=True)
    ages = [found["lag_seconds"] for found in groups if found["lag_seconds"] is not None]
    ledger = sight.ledger
    councils = list(ledger.councils.values())
    places: list[Council | Area] = [*councils, *ledger.areas.values()]
    return {
        "at": now,
        "mode": ledger.mode,
        "cluster": sight.cluster,
        "poll_seconds": sight.poll_seconds,
        "up": sight.up,
        "last_success": sight.last_success,
        "trouble": sight.trouble,
        "late_seconds": max(ages, default=None),
        "verdict": _overall(sight, groups),
        "groups": groups,
        "stages": {stage: _ages(list(ages)) for stage, ages in sight.ages.items()},
        "probe": {
            "last_seconds": sight.probes.last,
            "lost": sight.probes.lost,
            "silent": sorted(sight.probes.silent),
        },
        "wards": {
            "declared": sum(council.declared for council in councils),
            "expected": sum(council.expected for council in councils),
        },
        "councils": {"final": sum(council.final for council in councils), "all": len(councils)},
        "overdue": _overdue(councils, sight),
        "holds": [
            {"where": place.name, **hold}
            for place in sorted(places, key=lambda place: place.name)
            for hold in place.holds
        ],
        "parked": len(ledger.parked),
        "open": len(ledger.open),
        "rejections": [rejection(found) for found in ledger.open[-MOST_REJECTIONS:][::-1]],
        "sources": [
            {"source": source, "last": at, "silent_seconds": max(0.0, now - at)}
            for source, at in sorted(ledger.sources.items(), key=lambda pair: pair[1])
        ],
        "workers": [_worker(name, word, now) for name, word in sorted(workers.items())],
        "version": version,
    }


def rejection(found: Rejected) -> View:
    """A rejection in a list: everything but the bytes."""
    about = found.rejection
    return {
        "id": about.id, "at": found.at, "reason": about.reason, "sentence": about.sentence, "field": about.field,
        "council": about.council, "event": about.event, "size": about.size, "sha256": about.sha256,
        "place": f"{about.topic}-{about.partition} at {about.offset}",
    }  # fmt: skip


def _group(group: Group, sight: Sight, now: float) -> View:
    looks = group.latest(now, sight.poll_seconds)
    partitions = [
        {
            "partition": number, "verdict": group.on(number, now, sight.poll_seconds), "lag": sample.lag,
            "lag_seconds": sample.age(now), "committed": sample.committed, "end": sample.end,
        }
        for number, sample in sorted(looks.items())
    ]  # fmt: skip
    return {
        "agent": group.agent,
        "group": group.name,
        "topic": group.topic,
        "verdict": group.verdict(now, sight.poll_seconds),
        "lag": sum(sample.lag for sample in looks.values()) if looks else None,
        "lag_seconds": group.lag_seconds(now, sight.poll_seconds),
        "trend": group.trend(),
        "catch_up_seconds": group.catch_up(),
        "retention_used": group.retention_used(),
        "members": None if group.members is None else len(group.members.partitions),
        "idle": None if group.members is None else group.members.idle,
        "history": [[round(at, 1), round(age, 2)] for at, age in group.history],
        "partitions": sorted(
            partitions, key=lambda found: (found["lag_seconds"] or 0.0, found["lag"]), reverse=True
        ),
    }


def _overall(sight: Sight, groups: Sequence[View]) -> Verdict:
    """The verdict on the feed: that on its worst group, and `stalled` where only probes tell that something is.

    While the broker does not answer, nothing is well, and nothing is known of the probes either.
    """
    found = worst(group["verdict"] for group in groups)
    if not sight.up:
        return worst([found, "unknown"])
    return "stalled" if sight.probes.silent and found in ("ok", "unknown", "warn") else found


def _badness(found: View) -> tuple[int, float, int]:
    return VERDICTS.index(found["verdict"]), found["lag_seconds"] or 0.0, found["lag"] or 0


def _ages(seconds: Sequence[float]) -> View:
    ordered = sorted(seconds)
    return {
        "typical": ordered[len(ordered) // 2],
        "slow": ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)],
        "events": len(ordered),
    }


def _overdue(councils: Sequence[Council], sight: Sight) -> list[View]:
    found = []
    for council in councils:
        late = council.overdue(sight.ledger.clock)
        if late:
            first = council.expected_at[late[0]]
            found.append(
                {
                    "council": council.name, "wards": len(late), "since": first.timestamp(),
                    "declared": council.declared, "expected": council.expected,
                }
            )  # fmt: skip
    return sorted(found, key=lambda one: (-one["wards"], one["council"]))


def _worker(name: str, word: Status, now: float) -> View:
    silent = max(0.0, now - word.written_at)
    return {
        "worker": name, "state": word.state if silent < STALE_SECONDS else "silent", "silent_seconds": silent,
        "partitions": word.partitions, "rows": word.rows, "records": word.records,
        "rebalances": word.rebalances, "remaining": word.remaining,
    }  # fmt: skip
