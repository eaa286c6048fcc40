"""The council agent: reads a declaration, asks the rules, and says headlines, standings and rejections."""

from collections.abc import Callable

from schemas import cloudevents, topics
from schemas.area import Contribution
from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.reading import InputEvent, Unreadable, read
from streams.agents import refusal, row
from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.partition import partition_of
from streams.rules import admission
from streams.rules.admission import Refusal
from streams.rules.council import Council
from streams.rules.take import Taken, take

#: Why an event does not surely come from its producer, by the headers of its record; None when it does.
Unsigned = Callable[[InputEvent, tuple[tuple[str, bytes], ...]], str | None]


class CouncilKeeper:
    """What delivery needs of the council agent; one row per council. Nothing here waits, draws or looks at a clock."""

    def __init__(self, mode: Mode, partitions: int, unsigned: Unsigned | None = None) -> None:
        self.mode: Mode = mode
        self.partitions = partitions
        self._unsigned = unsigned
        self._writer = row.Writer()

    def read(self, record: Record) -> Addressed[InputEvent] | Output:
        """The event of a record, or its rejection: form is judged from the event and its place alone."""
        try:
            event = read(record.value)
        except Unreadable as why:
            return refusal.rejected(record, Refusal(why.reason, why.sentence, why.field), self.mode)
        why_not = (
            admission.refuse(event, self.mode)
            or self._misplaced(event, record)
            or self._not_signed(event, record)
        )
        if why_not is not None:
            return refusal.rejected(record, why_not, self.mode, event)
        return Addressed(event.council, event)

    def judge(self, key: str, state: Council | None, event: InputEvent, record: Record) -> Judged[Council]:
        """Take the event into the council's row; what it leads to is said in the order of the rules."""
        taken = take(state, event)
        if taken.refusal is not None:
            return Judged(None, refusals=(refusal.rejected(record, taken.refusal, self.mode, event),))
        if taken.council is None:
            return Judged(None)
        attached = (
            {row.map_name(event.version): row.map_bytes(event)} if isinstance(event, CouncilOpened) else {}
        )
        return Judged(
            taken.council,
            outputs=self._outputs(taken, event, record),
            attachments=attached,
            outgrown=lambda: refusal.rejected(record, refusal.too_large(event.council), self.mode, event),
        )

    def dump(self, state: Council) -> bytes:
        """The council's row without its map."""
        return self._writer.write(state)

    def load(self, key: str, row_bytes: bytes, attachment: Callable[[str], bytes]) -> Council:
        """The council from its row and its map."""
        return row.load(row_bytes, attachment)

    def follow(self, key: str, state: Council, version: int) -> tuple[Output, ...]:
        """The standing that follows from the row."""
        standing = state.standing(version)
        moment = standing.last_declared_at or state.book.map.declared_at.at
        headers = cloudevents.output_headers(
            "Standing",
            standing,
            id=f"{key}:{version}",
            mode=self.mode,
            subject=key,
            time=moment.isoformat().replace("+00:00", "Z"),
        )
        value = standing.model_dump_json().encode()
        return (Output(topics.standings(self.mode), key.encode(), value, headers),)

    def _not_signed(self, event: InputEvent, record: Record) -> Refusal | None:
        fault = self._unsigned(event, record.headers) if self._unsigned is not None else None
        return Refusal("sig", fault, "signature") if fault is not None else None

    def _misplaced(self, event: InputEvent, record: Record) -> Refusal | None:
        if record.key != event.council.encode():
            return Refusal(
                "key", f"the record's key is not the council {event.council}: send it under that key", "key"
            )
        due = partition_of(event.council, self.partitions)
        if record.partition != due:
            sentence = (
                f"{event.council} belongs on partition {due} of {self.partitions}, not {record.partition}"
            )
            return Refusal("key", f"{sentence}: use the default partitioner of Kafka's clients", "key")
        return None

    def _outputs(self, taken: Taken, event: InputEvent, record: Record) -> tuple[Output, ...]:
        trace = tuple(header for header in record.headers if header[0] == "traceparent")
        said = tuple(
            Output(
                topics.headlines(self.mode),
                headline.key.encode(),
                headline.model_dump_json().encode(),
                cloudevents.headline_headers(headline) + trace,
            )
            for headline in taken.headlines
        )
        given = tuple(self._given(contribution, trace) for contribution in taken.contributions)
        noticed = tuple(refusal.noticed(record, event, notice, taken, self.mode) for notice in taken.notices)
        return said + given + noticed

    def _given(self, contribution: Contribution, trace: cloudevents.Headers) -> Output:
        headers = cloudevents.output_headers(
            "Contribution",
            contribution,
            id=f"{contribution.council}:{contribution.version}:{contribution.area.id}",
            mode=self.mode,
            subject=contribution.council,
            time=contribution.declared_at.at.isoformat().replace("+00:00", "Z"),
        )
        value = contribution.model_dump_json().encode()
        return Output(topics.contributions(self.mode), contribution.key.encode(), value, headers + trace)
