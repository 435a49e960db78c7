"""Which hosts and addresses this program may ask: public ones, and those that settings.toml names.

A name that leads into the own network, to the machine itself or to the address where a cloud gives out its keys would
turn this program into somebody else's arm. So an address must be one that the whole internet knows, in its plain form;
an IPv4 address that is dressed as an IPv6 one (mapped, NAT64, 6to4, Teredo) is refused whatever it leads to.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from web.outgoing_errors import RefusedError

PRIVATE = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # a public number at which Azure answers its own machines
        ),
    )
)  # fmt: skip
"""Of IPv4: private, shared (CGNAT), loopback, link-local (metadata), multicast, for documents and tests, reserved."""

PUBLIC_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID, benchmarks
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "3fff::/20",
        ),
    )
)
"""Inside PUBLIC_6 and yet nobody's, or a dress for IPv4; loopback, link-local, NAT64 and the like lie outside."""

NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", re.ASCII
)
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


def vet_host(host: str) -> None:
    """RefusedError unless this is a host's name or an address in its usual form; nothing is resolved.

    Numbers such as 2130706433, 0x7f.1 or 0177.0.0.1 are addresses to some programs and names to others.
    """
    text = host.lower()
    if ":" in text or NUMBER.fullmatch(text.rpartition(".")[2]) is not None:
        if _plain(text) is None:
            raise RefusedError(f"an address must be written like 192.0.2.1 or 2001:db8::1, was: {host}: {CURE}")
    elif NAME.fullmatch(text) is None:
        raise RefusedError(f"a host must be a name or an address, was: {host!r}: {CURE}")


def vet_addresses(host: str, addresses: Collection[str]) -> None:
    """RefusedError unless every one of the addresses that a host has is public; one that is not spoils the others."""
    if not addresses:
        raise RefusedError(f"{host} has no address: check its name in the configuration")
    for address in addresses:
        if not is_public(address):
            raise RefusedError(
                f"{host} leads to {address}, which is no public address: where that is meant, "
                f'add "{host}" to allowed_hosts in settings.toml'
            )


def is_public(address: str) -> bool:
    """Whether an address is one that the whole internet knows."""
    known = _plain(address)
    if isinstance(known, IPv4Address):
        return not any(known in network for network in PRIVATE)
    return known is not None and known in PUBLIC_6 and not any(known in network for network in NOT_PUBLIC_6)


def is_named(host: str, allowed: Collection[str]) -> bool:
    """Whether settings.toml names this host; case does not count, brackets around an IPv6 address neither."""
    return _key(host) in map(_key, allowed)


CURE = "correct it in the configuration"


def _plain(text: str) -> IPv4Address | IPv6Address | None:
    """An address without a zone, as `ipaddress` writes it or would; None where it is none."""
    try:
        return ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def _key(host: str) -> str:
    bare = host.strip().lower().removeprefix("[").removesuffix("]")
    known = _plain(bare)
    return str(known) if known is not None else bare
