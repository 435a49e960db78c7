from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.outgoing_errors import RefusedError
from web.vetting import is_named, is_public, vet_addresses, vet_host

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
GLOBAL_6 = st.integers(2**125, 2**126 - 1).map(IPv6Address)  # 2000::/3


@given(V4 | V6 | GLOBAL_6)
def test_what_counts_as_public_is_global_to_pythons_own_list_too(address: IPv4Address | IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_multicast, address.is_private, address.is_reserved))


@given(V4)
def test_an_ipv4_address_in_any_dress_of_ipv6_is_not_public(address: IPv4Address) -> None:
    number = int(address)
    dresses = (
        number,  # ::a.b.c.d
        0xFFFF << 32 | number,  # mapped
        0x64FF9B << 96 | number,  # NAT64
        0x64FF9B0001 << 80 | number,  # NAT64, local
        0x2002 << 112 | number << 80,  # 6to4
        0x20010000 << 96 | number ^ 0xFFFFFFFF,  # Teredo
    )
    assert not any(is_public(str(IPv6Address(one))) for one in dresses)


@given(V4)
def test_numbers_that_some_programs_take_for_an_address_are_no_hosts(address: IPv4Address) -> None:
    number, parts = int(address), str(address).split(".")
    for form in (
        str(number),
        hex(number),
        f"0{number:o}",
        f"{parts[0]}.{number & 0xFFFFFF}",
        ".".join(f"0{int(part):o}" for part in parts),
        ".".join(hex(int(part)) for part in parts),
        f"{address}.",
    ):
        with pytest.raises(RefusedError, match="must be"):
            vet_host(form)
    vet_host(str(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:82b::200e"])
def test_public_addresses_are_let_through(address: str) -> None:
    vet_addresses("help.example.com", [address])


@pytest.mark.parametrize(
    "host", ["help.example.com", "xn--bcher-kva.example", "a_b.example", "1password.com", "8.8.8.8", "::1"]
)
def test_usual_hosts_are_let_through_to_be_looked_up(host: str) -> None:
    vet_host(host)


def test_a_host_without_any_address_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"help\.example\.com has no address"):
        vet_addresses("help.example.com", [])


def test_a_name_is_allowed_by_itself_only_and_not_by_its_end_or_beginning() -> None:
    allowed = ["Desk.Internal", "[::1]", "10.0.0.7"]
    assert all(is_named(host, allowed) for host in ("desk.internal", "DESK.INTERNAL", "::1", "0:0::1", "10.0.0.7"))
    others = ("a.desk.internal", "desk.internal.example.com", "internal", "10.0.0.70", "::ffff:10.0.0.7", "")
    assert not any(is_named(host, allowed) for host in others)
