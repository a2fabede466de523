"""Which addresses are of the open internet, by a table of ours."""

from ipaddress import ip_address

import pytest

from app.clients.addresses import allowed_by, is_public, networks
from tests.reliability.report import caught, examined

PART = "outgoing"
ELSEWHERE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.9.9.9",
    "100.63.255.255",
    "172.15.0.1",
    "172.32.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00::1",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_what_is_not_of_the_open_internet_is_not_public(address: str) -> None:
    examined(PART, 1, int(is_public(address)))
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_open_internet_is(address: str) -> None:
    examined(PART, 1, int(not is_public(address)))
    assert is_public(address)


def test_an_operator_names_networks_that_may_be_reached() -> None:
    allowed = networks("10.1.0.0/16, fd00::/8")
    assert [allowed_by(a, allowed) for a in ("10.1.2.3", "10.2.0.1", "fd00::1", "fe80::1", "nonsense")] == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert networks("") == ()
    with pytest.raises(ValueError, match="host bits"):
        networks("10.1.0.1/16")


def test_the_library_alone_would_let_some_of_them_pass() -> None:
    """Why there is a table of our own."""
    fooled = [address for address in ELSEWHERE if _is_an_address(address) and ip_address(address).is_global]
    caught(PART, "the library's idea of a public address", len(fooled))
    assert len(fooled) > 5


def _is_an_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
