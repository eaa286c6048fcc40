"""Does a webhook go to public addresses alone, however a private one is written or hidden?"""

import asyncio
from collections.abc import Sequence

import pytest

from streams.publishers.webhooks.addresses import AddressRefused, Gate, networks, target
from streams.publishers.webhooks.posting import Post

#: What names resolve to in these tests; nothing asks the network.
NAMES = {
    "paper.example": ["93.184.215.14"],
    "paper6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "localhost": ["127.0.0.1"],
    "localtest.example": ["127.0.0.1"],
    "internal.example": ["10.0.0.5"],
    "rebinding.example": ["93.184.215.14", "169.254.169.254"],
    "six.example": ["::1"],
    "desk.example": ["10.20.3.4"],
}

HOSTILE = [
    "http://paper.example/",
    "https://paper.example:8443/",
    "https://paper.example:22/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://localhost./",
    "https://localtest.example/",
    "https://internal.example/",
    "https://rebinding.example/",
    "https://six.example/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[ff02::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://user:word@paper.example/",
    "https://paper.example@127.0.0.1/",
    "https://127.0.0.1#@paper.example/",
    "https://paper.example\\@127.0.0.1/",
    "https://paper.example\r\nHost: x/",
    "https://ⓛocalhost/",
    "https://",
    "https:///etc/passwd",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "ftp://paper.example/",
    "//paper.example/",
    "javascript:alert(1)",
    "https://paper.example:99999/",
    "https://nowhere.example/",
    "https://" + "a" * 3000 + ".example/",
]


async def resolve(host: str, port: int) -> Sequence[str]:
    """Names as above; addresses as they are."""
    if host in NAMES:
        return NAMES[host]
    if ":" in host or host.replace(".", "").isdigit():
        return [host]
    raise OSError("no such name")


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        await Gate(resolve=resolve).address(target(url))


@pytest.mark.parametrize(
    "url", ["https://paper.example/a?b=c", "https://paper6.example:443/", "https://93.184.215.14/"]
)
async def test_a_public_address_is_allowed(url: str) -> None:
    assert await Gate(resolve=resolve).address(target(url))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://desk.example:9000/", True),
        ("https://desk.example/", True),
        ("http://[::ffff:10.20.3.4]:9000/", True),
        ("http://internal.example/", False),
        ("https://127.0.0.1/", False),
        ("https://rebinding.example/", False),
        ("http://paper.example/", False),
    ],
)
async def test_networks_of_our_own_are_allowed_and_no_others(url: str, allowed: bool) -> None:
    gate = Gate(networks("10.20.0.0/16,fd00::/8"), resolve)
    if allowed:
        assert await gate.address(target(url))
    else:
        with pytest.raises(AddressRefused):
            await gate.address(target(url))


async def test_no_hostile_address_gets_so_much_as_a_connection() -> None:
    """Real sockets: a listener on this machine, reached in every way there is, hears nothing."""
    heard: list[object] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(listen, None, 0, reuse_address=True)
    port = server.sockets[0].getsockname()[1]
    post = Post(Gate())
    hosts = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",  # noqa: S104
        "127.1",
        "2130706433",
        "[::]",
    ]
    said = []
    for scheme in ("http", "https"):
        for host in hosts:
            try:
                where = target(f"{scheme}://{host}:{port}/")
            except AddressRefused as why:
                said.append(str(why))
                continue
            said.append((await post.send(where, b"{}", {})).sentence)
    await post.close()
    server.close()

    assert len(said) == 16
    assert not heard


async def test_the_name_is_asked_for_again_at_each_send_and_never_between_check_and_connection() -> None:
    """A name that turns to this machine after the check (rebinding) leads nowhere."""
    answers = iter([["127.0.0.2"], ["127.0.0.2"], ["10.0.0.1"], ["10.0.0.1"]])

    async def turning(host: str, port: int) -> Sequence[str]:
        return next(answers)

    heard = 0

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 x\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.2", 0)
    port = server.sockets[0].getsockname()[1]
    post = Post(Gate(networks("127.0.0.2/32"), turning))
    where = target(f"http://turning.example:{port}/")
    first = await post.send(where, b"", {})
    second = await post.send(where, b"", {})
    await post.close()
    server.close()

    assert (first.status, second.status, heard) == (204, None, 1)
    assert second.sentence.startswith("refused")
