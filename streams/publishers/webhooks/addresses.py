"""Where a webhook may go: https to public addresses on port 443, and the networks that the operator allows."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

LONGEST = 2_000

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
#: What clients take for a number, however it is written: such a name is an address in disguise.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
#: Ranges that lead to an IPv4 address inside an IPv6 one, or that no host on the internet has.
_NOWHERE = [
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "100::/64",
        "192.88.99.0/24",
    )
]


class AddressRefused(Exception):
    """A webhook may not go there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that reads like one a webhook may have; where it leads is decided when it is resolved."""

    url: str
    host: str
    port: int
    secure: bool


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def networks(allowed: str) -> tuple[Network, ...]:
    """The operator's networks from the setting; raises ``ValueError``."""
    return tuple(ipaddress.ip_network(part, strict=False) for part in allowed.split(",") if part)


def target(url: str) -> Target:
    """Read an address; raises :class:`AddressRefused` for what no webhook has."""
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressRefused("it has characters that no address has, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as why:
        raise AddressRefused(f"it is no address: {why}") from None
    if parts.scheme not in ("http", "https"):
        raise AddressRefused("only https is spoken")
    if "@" in parts.netloc:
        raise AddressRefused("user names and passwords do not belong in an address")
    if parts.fragment or "#" in url:
        raise AddressRefused("a fragment leads nowhere")
    host = _host(parts)
    secure = parts.scheme == "https"
    return Target(url, host, port if port is not None else 443 if secure else 80, secure)


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if "[" in parts.netloc:
        if "%" in host:
            raise AddressRefused("an address with a zone is one of this machine's own links")
        return host
    labels = host.split(".")
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("its host is no name")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise AddressRefused("its host is a number in disguise") from None
    return host


def public(address: Address) -> bool:
    """Whether an address is one that anyone on the internet could have."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return public(address.ipv4_mapped)
    if any(address.version == network.version and address in network for network in _NOWHERE):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
        or address.is_private
        or address.is_unspecified
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides where one send goes. ``allowed`` are networks of our own; ``resolve`` asks for addresses, once."""

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    async def address(self, given: Target) -> str:
        """The very address to connect to; raises :class:`AddressRefused`. Every address of the host must be fit."""
        try:
            found = [ipaddress.ip_address(text) for text in await self.resolve(given.host, given.port)]
        except (OSError, UnicodeError, ValueError) as why:
            raise AddressRefused(f"{given.host} has no address: {why}") from None
        if not found:
            raise AddressRefused(f"{given.host} has no address")
        if all(self._own(address) for address in found):
            return str(found[0])
        if not given.secure:
            raise AddressRefused("only https is spoken; http is for networks in RESULTS_WEBHOOK_ALLOW")
        if given.port != 443:
            raise AddressRefused(
                "only port 443 is spoken to; others are for networks in RESULTS_WEBHOOK_ALLOW"
            )
        for address in found:
            if not public(address):
                raise AddressRefused(f"{given.host} is {address}, which is not on the public internet")
        return str(found[0])

    def _own(self, address: Address) -> bool:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            return self._own(address.ipv4_mapped)
        return any(address.version == network.version and address in network for network in self.allowed)
