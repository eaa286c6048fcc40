"""`results webhook …`: who is sent headlines, and the process that sends them."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from streams.publishers.webhooks.sender import Watcher
    from streams.publishers.webhooks.store import Store
    from streams.settings import Settings

webhook = typer.Typer(
    help="Headlines pushed to subscribers: signed, in order, until they are taken.", no_args_is_help=True
)

Words = Annotated[list[str] | None, typer.Option(help="Only these; may be repeated.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The subscription's id, as `list` shows it.")]


@webhook.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="https address that takes the headlines.")],
    council: Words = None,
    area: Words = None,
    type: Words = None,
    priority: Words = None,
    action: Words = None,
    start: Annotated[
        bool, typer.Option("--from-start", help="Send what was said before now as well.")
    ] = False,
) -> None:
    """Subscribe an address; prints its id and, this once, the secret of its signatures."""
    from streams.publishers.filters import NoSuchFilter, read_filter
    from streams.publishers.webhooks.addresses import AddressRefused, Gate, networks, target
    from streams.publishers.webhooks.message import new_secret
    from streams.publishers.webhooks.store import Subscription

    given = {"council": council, "area": area, "type": type, "priority": priority, "action": action}
    with _store() as (these, store):
        try:
            wanted = read_filter({name: words or [] for name, words in given.items()})
            asyncio.run(Gate(networks(these.webhook_allow)).address(target(url)))
        except NoSuchFilter as why:
            raise Trouble(f"--{why}") from None
        except AddressRefused as why:
            raise Trouble(f"Headlines cannot be sent to {url[:200]}: {why}.") from None
        id, secret = "sub_" + secrets.token_hex(6), new_secret()
        since = 0 if start else int(time.time() * 1000)
        store.add(Subscription(id, url, (secret,), wanted, "active", "", since), from_start=start)
    typer.echo(f"{id}\nsecret {secret}")


@webhook.command("list")
def show() -> None:
    """List subscriptions and how each stands."""
    with _store() as (_, store):
        for each in store.subscriptions():
            tally = store.tally(each.id)
            words = (
                " ".join(f"{name}={','.join(values)}" for name, values in each.filter.words().items())
                or "all"
            )
            typer.echo(f"{each.id}  {each.state}  {each.url}  {words}")
            counts = f"{tally.delivered} delivered, {tally.waiting} waiting, {tally.dead} dead"
            typer.echo(f"    {counts}{'; ' + (each.why or tally.last) if each.why or tally.last else ''}")


@webhook.command()
def test(id: Id) -> None:
    """Send a test, marked as one, and say what the receiver answers."""
    from streams.publishers.webhooks.addresses import Gate, networks
    from streams.publishers.webhooks.posting import Outcome, Post
    from streams.publishers.webhooks.sender import attempt
    from streams.publishers.webhooks.store import Subscription

    async def once(found: Subscription) -> Outcome:
        post = Post(Gate(networks(these.webhook_allow)))
        try:
            body = b'{"type":"test","timestamp":"%s","data":{"mode":"%s"}}' % (
                time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode(),
                these.mode.encode(),
            )
            return await attempt(post, found, "test_" + secrets.token_hex(8), body, time.time())
        finally:
            await post.close()

    with _store() as (these, store):
        found = next((each for each in store.subscriptions() if each.id == id), None)
        if found is None:
            raise _unknown(id)
        outcome = asyncio.run(once(found))
    if not outcome.taken:
        raise Trouble(f"The test was not taken: {outcome.sentence}.")
    typer.echo(f"taken: {outcome.sentence}")


@webhook.command()
def replay(
    id: Id,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what was delivered; the ids stay the same.")
    ] = False,
) -> None:
    """Make dead letters due once more."""
    with _store() as (_, store):
        _must_exist(store, id)
        count = store.replay(id, states=("dead", "delivered") if everything else ("dead",))
    typer.echo(f"{count} headlines are due again")


@webhook.command()
def rotate(id: Id) -> None:
    """Give a subscription a new secret; until the next rotation both signatures are sent."""
    from streams.publishers.webhooks.message import new_secret

    secret = new_secret()
    with _store() as (_, store):
        if not store.rotate(id, secret):
            raise _unknown(id)
    typer.echo(f"secret {secret}")


@webhook.command()
def enable(id: Id) -> None:
    """Send to a subscription again that was disabled."""
    with _store() as (_, store):
        if not store.enable(id):
            raise _unknown(id)
    typer.echo("enabled; what is due is sent now")


@webhook.command()
def remove(id: Id) -> None:
    """Forget a subscription."""
    with _store() as (_, store):
        if not store.remove(id):
            raise _unknown(id)
    typer.echo("removed")


@webhook.command()
def send(
    pace: Annotated[float, typer.Option(hidden=True, help="Stretches the delays between attempts.")] = 1.0,
) -> None:
    """Send headlines to all subscriptions until SIGTERM or Ctrl-C. One process for each folder."""
    from streams.log import configure
    from streams.publishers.webhooks.addresses import Gate, networks
    from streams.publishers.webhooks.posting import Post
    from streams.publishers.webhooks.sender import send as carry

    with _store() as (these, store):
        configure(these)
        with _alone(these):
            watcher = _shown(these)

            async def run() -> None:
                post = Post(Gate(networks(these.webhook_allow)))
                try:
                    await carry(these, store, post, pace, watcher)
                finally:
                    await post.close()

            asyncio.run(run())


def _shown(these: "Settings") -> "Watcher | None":
    """What shows how deliveries go, once a port is set for it."""
    if these.metrics_port is None:
        return None
    from streams.ops.running import running_version
    from streams.ops.scraped import show
    from streams.publishers.metrics import DeliveryMetrics

    metrics = DeliveryMetrics(running_version())
    show(metrics.registry, these.metrics_host, these.metrics_port, "The webhook sender")
    return metrics


@contextmanager
def _store() -> "Iterator[tuple[Settings, Store]]":
    from streams.publishers.webhooks.store import Store
    from streams.settings import settings

    these = settings()
    store = Store(these.webhook_dir / f"{these.mode}.sqlite")
    try:
        yield these, store
    finally:
        store.close()


@contextmanager
def _alone(these: "Settings") -> Iterator[None]:
    """Two senders on one store would send everything twice."""
    import fcntl

    with (these.webhook_dir / f"{these.mode}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(
                f"Another sender works in {these.webhook_dir}: stop it first, or set RESULTS_WEBHOOK_DIR."
            ) from None
        yield


def _must_exist(store: "Store", id: str) -> None:
    if all(each.id != id for each in store.subscriptions()):
        raise _unknown(id)


def _unknown(id: str) -> Trouble:
    return Trouble(f"There is no subscription {id[:60]}: `results webhook list` shows them.")
