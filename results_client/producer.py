"""A producer of declarations over plain aiokafka; it knows the contracts and nothing of the feed's insides."""

from types import TracebackType
from typing import Any, NamedTuple, Self

from aiokafka import AIOKafkaProducer

from schemas import topics
from schemas.cloudevents import event_headers
from schemas.contract import Mode
from schemas.reading import InputEvent, read

_LARGEST_BYTES = 6 * 1024 * 1024


class Place(NamedTuple):
    """Where the broker says that an event lies."""

    topic: str
    partition: int
    offset: int


class DeclarationProducer:
    """Sends events of one mode; each is on every copy of the log before :meth:`declare` returns.

    ``connection`` goes to aiokafka as it is (``security_protocol``, ``ssl_context``, ``sasl_…``). ``idempotent`` must
    be false for the embedded broker, which knows no idempotent producers and takes one record at a time.
    """

    def __init__(self, broker: str, mode: Mode, *, idempotent: bool = True, **connection: Any) -> None:
        self._mode, self._broker, self._connection, self._idempotent = mode, broker, connection, idempotent
        self._client: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        # No partitioner is given: aiokafka's own is the murmur2 of Kafka's clients, which the feed insists on.
        self._client = AIOKafkaProducer(
            bootstrap_servers=self._broker,
            acks="all",
            enable_idempotence=self._idempotent,
            max_batch_size=131_072 if self._idempotent else 1,
            max_request_size=_LARGEST_BYTES,
            **self._connection,
        )
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.stop()

    async def declare(self, event: InputEvent | bytes, *, signature: bytes | None = None) -> Place:
        """Send one event of any kind, given as a contract or as JSON.

        Raises ``schemas.reading.Unreadable`` for bytes that are no event, and ``ValueError`` for one of another mode.
        Sending the same event again is safe: the feed counts an id once.
        """
        known = read(event) if isinstance(event, bytes) else event
        if known.mode != self._mode:
            raise ValueError(f"the event is for mode {known.mode}, this producer sends to {self._mode}")
        if self._client is None:
            raise RuntimeError("use it as `async with DeclarationProducer(…) as producer`")
        value = event if isinstance(event, bytes) else event.model_dump_json(exclude_defaults=True).encode()
        headers = list(event_headers(known)) + ([("signature", signature)] if signature else [])
        lies = await self._client.send_and_wait(
            topics.declarations(self._mode), value, known.council.encode(), headers=headers
        )
        return Place(lies.topic, lies.partition, lies.offset)
