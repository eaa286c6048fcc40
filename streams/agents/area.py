"""The area agent: reads what councils give to an area, asks the rules, and says headlines, boards and rejections."""

from collections.abc import Callable

from schemas import cloudevents, topics
from schemas.area import AreaEvent
from schemas.contract import Mode
from schemas.reading import Unreadable, read_area_event
from streams.agents import area_row, refusal
from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.partition import partition_of
from streams.rules.admission import Refusal
from streams.rules.area.take import AreaState, take


class AreaKeeper:
    """What delivery needs of the area agent; one row per area. Nothing here waits, draws or looks at a clock."""

    def __init__(self, mode: Mode, partitions: int) -> None:
        self.mode: Mode = mode
        self.partitions = partitions
        self._writer = area_row.Writer()

    def read(self, record: Record) -> Addressed[AreaEvent] | Output:
        """The event of a record, or its rejection: form is judged from the event and its place alone."""
        try:
            event = read_area_event(record.value)
        except Unreadable as why:
            return refusal.rejected_of_area(record, Refusal(why.reason, why.sentence, why.field), self.mode)
        why_not = self._refuse(event, record)
        if why_not is not None:
            return refusal.rejected_of_area(record, why_not, self.mode, event)
        return Addressed(event.key, event)

    def judge(self, key: str, state: AreaState | None, event: AreaEvent, record: Record) -> Judged[AreaState]:
        """Take the event into the area's row; what it leads to is said in the order of the rules."""
        taken = take(state, event)
        if taken.refusal is not None:
            return Judged(None, refusals=(refusal.rejected_of_area(record, taken.refusal, self.mode, event),))
        if taken.state is None:
            return Judged(None)
        trace = tuple(header for header in record.headers if header[0] == "traceparent")
        said = tuple(
            Output(
                topics.headlines(self.mode),
                key.encode(),
                headline.model_dump_json().encode(),
                cloudevents.headline_headers(headline) + trace,
            )
            for headline in taken.headlines
        )
        return Judged(
            taken.state,
            outputs=said,
            outgrown=lambda: refusal.rejected_of_area(record, refusal.too_large(key), self.mode, event),
        )

    def dump(self, state: AreaState) -> bytes:
        """The area's row."""
        return self._writer.write(state)

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> AreaState:
        """The area from its row."""
        return area_row.load(row)

    def follow(self, key: str, state: AreaState, version: int) -> tuple[Output, ...]:
        """The board that follows from the row."""
        board = state.board(version)
        moment = board.last_declared_at or state.roll.named_by.declared_at.at
        headers = cloudevents.output_headers(
            "Board",
            board,
            id=f"{key}:{version}",
            mode=self.mode,
            subject=key,
            time=moment.isoformat().replace("+00:00", "Z"),
            agent="area",
        )
        return (Output(topics.boards(self.mode), key.encode(), board.model_dump_json().encode(), headers),)

    def _refuse(self, event: AreaEvent, record: Record) -> Refusal | None:
        if event.mode != self.mode:
            return Refusal("mode", f"the event is of mode {event.mode}, this topic is of {self.mode}", "mode")
        if record.key != event.key.encode():
            return Refusal(
                "key", f"the record's key is not the area {event.key}: send it under that key", "key"
            )
        due = partition_of(event.key, self.partitions)
        if record.partition != due:
            sentence = f"{event.key} belongs on partition {due} of {self.partitions}, not {record.partition}"
            return Refusal("key", f"{sentence}: use the default partitioner of Kafka's clients", "key")
        return None
