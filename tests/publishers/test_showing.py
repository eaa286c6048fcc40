"""Does the demo open on the page, and take it away again when it ends?"""

import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.ports import free_port
from tests.publishers.running import ROOT


@pytest.mark.timeout(300)
def test_the_demo_serves_its_page_and_takes_it_away_with_it() -> None:
    port = free_port()
    command = [sys.executable, "-m", "streams", "demo", "--speed", "2000", "--port", "0", "--page", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout
            first = demo.stdout.readline()
            page = _page(f"http://127.0.0.1:{port}/", b"councils declared", 150)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=90)

    assert first == f"The page is at http://127.0.0.1:{port}/\n"
    assert b"<strong>REPLAY</strong>" in page
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)


def _page(address: str, wanted: bytes, seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310
                body: bytes = answer.read()
            if wanted in body:
                return body
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s")
