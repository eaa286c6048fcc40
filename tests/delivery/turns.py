"""Turns of the event loop: after them everything in memory has come as far as it can, however slow the machine is."""

import asyncio


async def turns(count: int = 100) -> None:
    """Let everything that is ready run, and what that makes ready."""
    for _ in range(count):
        await asyncio.sleep(0)
