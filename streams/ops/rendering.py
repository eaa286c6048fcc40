"""A registry as Prometheus' text: names, labels and meanings are written once by the library, then only values anew."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric, Sample
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class Text:
    """The text of one registry, asked for again and again; what a series is called never changes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._headings: dict[str, str] = {}
        self._series: dict[tuple[str, ...], str] = {}

    def __bytes__(self) -> bytes:
        lines: list[str] = []
        for metric in self._registry.collect():
            heading = self._headings.get(metric.name)
            if heading is None:
                heading = self._headings[metric.name] = _written(metric, [])
            lines.append(heading)
            for sample in metric.samples:
                place = (sample.name, *sample.labels.values())
                series = self._series.get(place)
                if series is None:
                    line = _written(metric, [sample]).splitlines()[-1]
                    series = self._series[place] = line.rpartition(" ")[0]
                value = floatToGoString(sample.value)  # type: ignore[no-untyped-call]
                lines.append(f"{series} {value}\n")
        return "".join(lines).encode()


def _written(metric: Metric, samples: list[Sample]) -> str:
    """A metric with these samples only, as the library writes it."""
    alone = Metric(metric.name, metric.documentation, metric.type)
    alone.samples = samples

    class One(Collector):
        def collect(self) -> Iterable[Metric]:
            return [alone]

    return generate_latest(One()).decode()
