"""The state of the feed for a terminal: from the monitor where one runs, else by looking at the broker itself."""

import asyncio
import base64
import json
import time
import urllib.error
import urllib.request

from streams.ops.ledger import Ledger
from streams.ops.positions import Positions
from streams.ops.probing import Probes
from streams.ops.running import running_version
from streams.ops.sight import Sight
from streams.ops.verdict import ENOUGH
from streams.ops.view import View, view
from streams.ops.watch import Group, Watch, every_group, words
from streams.settings import Settings
from streams.trouble import Trouble

_LOOK_SECONDS = 1.0


def from_monitor(settings: Settings) -> View | None:
    """What the monitor of these settings shows; None when none answers; ``Trouble`` when it wants another password."""
    host = settings.monitor_host if settings.monitor_host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    request = urllib.request.Request(f"http://{host}:{settings.monitor_port}/ops/state")
    if settings.monitor_password is not None:
        word = f"{settings.monitor_user}:{settings.monitor_password.get_secret_value()}"
        request.add_header("Authorization", "Basic " + base64.b64encode(word.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310
            found: View = json.load(answer)
            return found if found.get("mode") == settings.mode else None
    except urllib.error.HTTPError as refused:
        if refused.code == 401:
            raise Trouble("The monitor asks for RESULTS_MONITOR_USER and RESULTS_MONITOR_PASSWORD.") from None
        return None
    except (OSError, ValueError):
        return None


async def from_broker(settings: Settings, looks: int = ENOUGH) -> View:
    """Where each group stands by so many looks of our own; what only the topics tell is left empty."""
    async with Positions(settings) as positions:
        there = await positions.topics()
        reads = [one for one in every_group(settings) if one.topic in there]
        if not reads:
            raise Trouble(
                f"There is no topic of mode {settings.mode} at {settings.broker}: create them with `results topics`."
            )
        await positions.follow({one.topic for one in reads})
        groups = [Group(one.agent, one.group, one.topic, tuple(there[one.topic])) for one in reads]
        watch = Watch(settings, groups, lambda: words(settings))
        sight = Sight(settings.broker, _LOOK_SECONDS, watch, Ledger(settings.mode), Probes(settings.mode, 1))
        for number in range(looks):
            if number:
                await asyncio.sleep(_LOOK_SECONDS)
            await watch.look(positions)
            sight.looked(time.time(), 0.0)
        return view(sight, words(settings), time.time(), running_version())
