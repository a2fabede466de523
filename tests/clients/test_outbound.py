"""Requests to addresses that others name, against real sockets."""

import asyncio
import datetime
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.clients.addresses import networks
from app.clients.outbound import Answered, NotAllowed, NotSent, Outbound
from tests.clients.forwarding import forwarding
from tests.clients.receiver import receiving
from tests.reliability.report import caught, examined

PART = "outgoing"
HERE = networks("127.0.0.0/8")
SPELLINGS = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127。0。0。1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://0/",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1./",
    "http://localhost./",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://１２７.0.0.1/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://1.1.1.1@127.0.0.1/",
    "http://127.0.0.1\\@1.1.1.1/",
    "http://[::ffff:7f00:1]/",
    "http://[::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fe80::1%25lo]/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://239.255.255.250/",
]


async def post(sender: Outbound, url: str) -> Answered:
    try:
        return await sender.post(url, b"{}", {})
    finally:
        await sender.close()


@pytest.mark.parametrize("url", SPELLINGS)
async def test_no_spelling_of_an_inner_address_is_called_not_even_in_development(url: str) -> None:
    with pytest.raises(NotSent) as refused:
        await post(Outbound(development=True), url)
    well = isinstance(refused.value, NotAllowed) or "resolved" in str(refused.value)
    examined(PART, 1, int(not well))
    assert well


async def test_the_spellings_do_lead_inward_where_nobody_looks() -> None:
    """The control: to whom everything is allowed, many of them reach a listener on this machine."""
    everywhere = Outbound(allowed=networks("0.0.0.0/0, ::/0"), development=True, timeout_seconds=2)
    async with receiving() as listener:
        for url in SPELLINGS[:8] + SPELLINGS[12:16]:
            host = url.removeprefix("http://").removesuffix("/")
            with suppress(NotSent):
                await everywhere.post(f"http://{host}:{listener.port}/", b"{}", {})
        reached = listener.connections
    await everywhere.close()
    caught(PART, "a spelling that leads inward", reached)
    assert reached >= 5


@pytest.mark.parametrize("url", ["ftp://desk.example/", "https://", "https://ann:pw@desk.example/", "nonsense"])
async def test_what_is_no_url_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        await post(Outbound(), url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("http://desk.example/", False), ("https://desk.example:8443/", False), ("https://desk.example/", True)],
)
async def test_outside_development_only_https_on_its_own_port(url: str, allowed: bool) -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["1.1.1.1"]

    sender = Outbound(resolve=resolve, timeout_seconds=0.05)
    with pytest.raises(NotSent) as refused:
        await post(sender, url)
    assert isinstance(refused.value, NotAllowed) is not allowed


async def test_one_inner_answer_among_public_ones_is_enough_to_refuse() -> None:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["1.1.1.1", "10.0.0.1"]

    with pytest.raises(NotAllowed):
        await post(Outbound(resolve=resolve), "https://desk.example/")


async def test_a_name_that_means_something_else_the_second_time_is_asked_once() -> None:
    async with receiving() as receiver:
        answers = iter((["127.0.0.1"], ["10.0.0.1"]))

        async def flips(_: str, __: int) -> Sequence[str]:
            return next(answers)

        sender = Outbound(allowed=HERE, resolve=flips)
        url = f"http://desk.example:{receiver.port}/hooks?x=1"
        assert (await sender.post(url, b"{}", {})).status == 200
        (got,) = receiver.got
        assert (got.path, got.headers["host"]) == ("/hooks?x=1", f"desk.example:{receiver.port}")
        with pytest.raises(NotAllowed):
            await sender.post(url, b"{}", {})
        await sender.close()
        examined(PART, 2, receiver.connections - 1)
        assert receiver.connections == 1


async def test_a_second_address_is_tried_where_the_first_refuses() -> None:
    async with receiving() as receiver:

        async def resolve(_: str, __: int) -> Sequence[str]:
            return ["127.0.0.9", "127.0.0.1"]

        sender = Outbound(allowed=HERE, resolve=resolve)
        assert (await post(sender, f"http://desk.example:{receiver.port}/")).status == 200


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiving() as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()
        async with receiving(moved) as receiver:
            assert (await post(Outbound(allowed=HERE), receiver.url)).status == 307
        assert other.got == []


async def test_who_hangs_or_drips_or_never_ends_is_left_in_time() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000
    began = monotonic()
    async with receiving(endless) as receiver:
        assert (await post(Outbound(allowed=HERE), receiver.url)).status == 200
    async with receiving(None) as receiver:
        with pytest.raises(NotSent, match=r"within 0\.1 seconds"):
            await post(Outbound(allowed=HERE, timeout_seconds=0.1), receiver.url)
    assert monotonic() - began < 5


async def test_noise_and_silence_are_no_answers() -> None:
    for noise in (b"hello\r\n\r\n", b""):
        async with receiving(noise) as receiver:
            with pytest.raises(NotSent, match="the connection broke"):
                await post(Outbound(allowed=HERE), receiver.url)
            url = receiver.url
    with pytest.raises(NotSent, match="nothing accepts"):
        await post(Outbound(allowed=HERE), url)


async def test_the_certificate_is_that_of_the_name_whatever_the_address(tmp_path: Path) -> None:
    serving, trusting = certified(tmp_path, "desk.example")

    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with receiving(tls=serving) as receiver:
        sender = Outbound(allowed=HERE, resolve=resolve, tls=trusting)
        assert (await sender.post(f"https://desk.example:{receiver.port}/", b"{}", {})).status == 200
        with pytest.raises(NotSent, match="certificate"):
            await post(sender, f"https://other.example:{receiver.port}/")
        await asyncio.sleep(0)


async def test_a_proxy_is_told_the_address_that_was_checked_and_never_the_name(tmp_path: Path) -> None:
    serving, trusting = certified(tmp_path, "desk.example")

    async def resolve(_: str, __: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with receiving(tls=serving) as receiver, forwarding() as proxy:
        sender = Outbound(allowed=HERE, resolve=resolve, tls=trusting, proxy=proxy.url)
        assert (await sender.post(f"https://desk.example:{receiver.port}/", b"{}", {})).status == 200
        assert proxy.asked == [f"CONNECT 127.0.0.1:{receiver.port}"]
        # The certificate is still held against the name.
        with pytest.raises(NotSent, match="certificate"):
            await post(sender, f"https://other.example:{receiver.port}/")
    async with forwarding(lets=False) as proxy:
        sender = Outbound(allowed=HERE, resolve=resolve, tls=trusting, proxy=proxy.url)
        with pytest.raises(NotSent, match="the proxy does not let it through"):
            await post(sender, "https://desk.example:1/")


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for this name, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    return serving, ssl.create_default_context(cafile=str(pem))
