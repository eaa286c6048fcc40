"""All that one monitor sees, in one place: groups, the night's ledger, probes, and how well it sees."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from streams.ops.ledger import Ledger, Stage
from streams.ops.probing import Probes
from streams.ops.watch import Watch

#: Ages kept by stage for the page, which shows the typical and the slow of the latest events.
RECENT = 200


@dataclass(slots=True)
class Sight:
    """What is known now. ``cluster``: the name of the Kafka cluster in metrics; moments in Unix seconds.

    The ``on_…`` hear each figure once, for histograms.
    """

    cluster: str
    poll_seconds: float
    watch: Watch
    ledger: Ledger
    probes: Probes
    up: bool = False
    last_success: float | None = None
    trouble: str = ""
    ages: dict[Stage, deque[float]] = field(default_factory=dict)
    on_age: Callable[[Stage, float], None] = lambda stage, seconds: None
    on_delay: Callable[[float], None] = lambda seconds: None
    on_roundtrip: Callable[[float], None] = lambda seconds: None
    on_poll: Callable[[float], None] = lambda seconds: None

    def __post_init__(self) -> None:
        self.ledger.observe = self._age
        self.ledger.delay = lambda seconds: self.on_delay(seconds)
        self.ledger.answered = self.probes.answer
        self.probes.answered = lambda seconds: self.on_roundtrip(seconds)

    def looked(self, at: float, seconds: float) -> None:
        """A look at the broker was a success."""
        self.up, self.last_success, self.trouble = True, at, ""
        self.on_poll(seconds)

    def failed(self, why: str) -> None:
        """A look at the broker failed; probes that are lost meanwhile say nothing against the workers."""
        self.up, self.trouble = False, why
        self.probes.silent.clear()

    def _age(self, stage: Stage, seconds: float) -> None:
        self.ages.setdefault(stage, deque(maxlen=RECENT)).append(seconds)
        self.on_age(stage, seconds)
