"""Do the webhook commands say what they did, and refuse in a sentence?"""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.publishers.making import SWALE, a_headline
from tests.publishers.receiving import receiving
from tests.publishers.running import ROOT, tell


def variables(folder: Path, broker: str = "127.0.0.1:1", allow: str = "127.0.0.0/8") -> dict[str, str]:
    return {
        **os.environ,
        "RESULTS_BROKER": broker,
        "RESULTS_PROFILE": "embedded",
        "RESULTS_MODE": "replay",
        "RESULTS_WEBHOOK_DIR": str(folder),
        "RESULTS_WEBHOOK_ALLOW": allow,
    }


def run(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams", "webhook", *words]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=150, check=False
    )


async def test_a_subscription_from_its_first_word_to_its_last(broker: str, tmp_path: Path) -> None:
    env = variables(tmp_path, broker)
    async with receiving() as receiver:
        added = await asyncio.to_thread(run, "add", receiver.url, "--council", SWALE, "--from-start", env=env)
        id, secret = re.fullmatch(r"(sub_\w+)\nsecret (whsec_\S+)\n", added.stdout).groups()  # type: ignore[union-attr]
        tested = await asyncio.to_thread(run, "test", id, env=env)
        await asyncio.to_thread(tell, broker, [a_headline(n) for n in (1, 2, 3)])
        send = [sys.executable, "-m", "streams", "webhook", "send"]
        sender = await asyncio.to_thread(subprocess.Popen, send, cwd=ROOT, env=env)
        try:
            async with asyncio.timeout(120):
                while len(receiver.taken) < 4:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            second = await asyncio.to_thread(run, "send", env=env)
        finally:
            sender.terminate()
            await asyncio.to_thread(sender.wait, 60)
    listed = run("list", env=env)
    replayed = run("replay", id, "--all", env=env)
    removed = run("remove", id, env=env)

    assert (added.stderr, tested.stdout) == ("", "taken: 204\n")
    assert [n for _, _, n, _, _ in receiver.taken] == [0, 1, 2, 3]
    assert receiver.taken[0][0].startswith("test_")
    assert (
        f"{id}  active  {receiver.url}  council={SWALE}\n    3 delivered, 0 waiting, 0 dead\n"
        == listed.stdout
    )
    assert secret not in listed.stdout
    assert replayed.stdout == "3 headlines are due again\n"
    assert removed.stdout == "removed\n"
    assert second.returncode == 2
    assert second.stderr.splitlines()[-1].startswith("Another sender works in ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "https://127.0.0.1/"), "127.0.0.1 is 127.0.0.1, which is not on the public internet"),
        (("add", "http://localhost:1/"), "only https is spoken"),
        (("add", "https://a:b@paper.example/"), "user names and passwords do not belong in an address"),
        (("add", "https://127.0.0.1/", "--type", "NOTHING"), "--type: there is no 'NOTHING'"),
        (("test", "sub_none"), "There is no subscription sub_none"),
        (("replay", "sub_none"), "There is no subscription sub_none"),
        (("enable", "sub_none"), "There is no subscription sub_none"),
    ],
)
def test_a_refusal_is_a_sentence(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = run(*words, env=variables(tmp_path, allow=""))

    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
