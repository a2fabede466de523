"""Which addresses requests may go to: a table of our own, since the library's idea of a public address has holes."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_DENIED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services, under a public address
        "169.254.0.0/16",  # link-local; clouds tell machines their secrets here
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Of IPv6 only global unicast is allowed at all; these are its parts that lead elsewhere.
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_DENIED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo and other protocols' own
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)


def networks(text: str) -> tuple[Network, ...]:
    """From `10.1.0.0/16, fd00::/8`; ValueError says which is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_address(text: str) -> bool:
    """Whether it is written as one, and is no name."""
    return _address(text) is not None


def allowed_by(address: str, allowed: Sequence[Network]) -> bool:
    """Whether an operator named a network that the address is in."""
    known = _address(address)
    return known is not None and any(known in network for network in allowed)


def is_public(address: str) -> bool:
    """Whether it is an address of the open internet; a text that is no address is not."""
    match _address(address):
        case IPv4Address() as v4:
            return not any(v4 in network for network in _DENIED_V4)
        case IPv6Address() as v6:
            return v6.scope_id is None and v6 in _GLOBAL_V6 and not any(v6 in network for network in _DENIED_V6)
        case None:
            return False


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
