"""How clients reach Kafka with the settings in force, and the few things commands do there themselves."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError

from streams.settings import Settings
from streams.trouble import Trouble

LARGEST_BYTES = 6 * 1024 * 1024  # a map may have 4 MB; with room for its headers and for a rejection of it


def connection(settings: Settings) -> dict[str, Any]:
    """Return what every aiokafka client is given."""
    given: dict[str, Any] = {"bootstrap_servers": settings.broker, "client_id": "results"}
    if settings.tls:
        given |= {"security_protocol": "SSL", "ssl_context": _context(settings)}
    if settings.sasl_username and settings.sasl_password:
        given |= {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    return given


def _context(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.tls_ca_file)
        if settings.tls_cert_file and settings.tls_key_file:
            context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
    except ssl.SSLError as refused:
        raise Trouble(f"The settings RESULTS_TLS_… cannot be used: {refused.reason or refused}.") from None
    return context


@asynccontextmanager
async def producer(settings: Settings, topic: str) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer whose records are on every copy before they count as sent; ``topic`` must exist.

    Send one record at a time: then order needs no idempotent producer (which the embedded broker does not
    know), and the feed itself takes an event that comes twice once.
    """
    client = AIOKafkaProducer(**connection(settings), acks="all", max_request_size=LARGEST_BYTES)
    async with _started(client, settings):
        _must_exist(settings, {topic}, (await client.client.fetch_all_metadata()).topics())
        yield client


@asynccontextmanager
async def reader(
    settings: Settings, *topics: str, start: Literal["earliest", "latest"] = "earliest"
) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer of all partitions of ``topics``, from their beginning or from now on.

    It belongs to no group and commits nothing: whoever reads with it leaves no trace.
    """
    client = AIOKafkaConsumer(
        **connection(settings),
        enable_auto_commit=False,
        auto_offset_reset=start,
        fetch_max_wait_ms=50 if settings.profile == "embedded" else 500,
        max_partition_fetch_bytes=LARGEST_BYTES,
    )
    async with _started(client, settings):
        _must_exist(settings, set(topics), await client.topics())
        client.subscribe(topics)
        yield client


async def lying(settings: Settings, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Yield what lies on a topic at this time, in order for each partition."""
    async with reader(settings, topic) as consumer:
        while not await at_end(consumer):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    yield record


async def at_end(consumer: AIOKafkaConsumer) -> bool:
    """Whether a consumer has read all that lies on its partitions; False before it has any, or has asked for them."""
    partitions = consumer.assignment()
    for partition in partitions:
        high = consumer.highwater(partition)  # of a fetch: an answer of the broker alone may be short of it
        if high is None or await consumer.position(partition) < high:
            return False
    return bool(partitions)


@asynccontextmanager
async def _started(client: Any, settings: Settings) -> AsyncIterator[None]:
    try:
        await client.start()
    except (KafkaError, OSError) as failed:
        await client.stop()
        raise await shut_out(settings) from failed
    except BaseException:  # ended while it started
        await client.stop()
        raise
    try:
        yield
    finally:
        await client.stop()


def _must_exist(settings: Settings, wanted: set[str], there: set[str]) -> None:
    """Asked for by name, a topic might be created by the broker on the spot; so all are listed instead."""
    if missing := wanted - there:
        raise Trouble(
            f"There is no topic {', '.join(sorted(missing))} at {settings.broker}: "
            "create the topics of this mode with `results topics`."
        )


def no_broker(settings: Settings) -> str:
    """Say that nobody answers."""
    return (
        f"No Kafka broker answers at {settings.broker}: start it, or set RESULTS_BROKER to where it is "
        "(`results demo` brings its own)."
    )


async def shut_out(settings: Settings) -> Trouble:
    """Why a client was not let in: nobody is there, or TLS or the login is not what the broker wants."""
    from streams.delivery.reaching import why
    from streams.login import security

    return Trouble(await asyncio.to_thread(why, settings.broker, security(settings)))
