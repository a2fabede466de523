"""Awkward mails, each with what must become of it."""

import os
import random
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.mail.headers import fingerprint
from app.mail.message import QUARANTINED, Mail, Unreadable
from app.mail.reading import read_mail
from tests.mail.made import made, mail

GATEWAY = "mx.desk.example"
LONG = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
FILES = sorted((Path(__file__).parent / "corpus").glob("*.yaml"))
Entry = dict[str, Any]


def _entries() -> Iterator[tuple[str, Entry]]:
    for path in FILES:
        for entry in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader):
            yield f"{path.stem}: {entry['name']}", entry


CORPUS = dict(_entries())


@cache
def read(name: str) -> tuple[dict[str, Any], float]:
    """What becomes of the mail of this name, and the seconds of CPU that it took."""
    content = raw(CORPUS[name])
    began = time.process_time()
    found = read_mail(content, GATEWAY)
    return told(found), time.process_time() - began


def raw(entry: Entry) -> bytes:
    """The mail of an entry, byte for byte."""
    if "made" in entry:
        return made(**entry["made"])
    if "whole_lf" in entry:
        return str(entry["whole_lf"]).encode()
    if "whole" in entry:
        text = str(entry["whole"]).replace("\n", "\r\n")
        return text.encode("latin-1" if entry.get("bytes") else "utf-8")
    written = mail(entry.get("head", ""), str(entry.get("body", "hi")), tuple(entry.get("without", ())))
    # YAML's \xNN are characters; in such an entry they stand for bytes.
    return written.decode().encode("latin-1") if entry.get("bytes") else written


def told(found: Mail | Unreadable) -> dict[str, Any]:
    """A mail in the words of the corpus."""
    if isinstance(found, Unreadable):
        return {"reason": found.reason}
    bounce = found.bounce
    return {
        "reason": None,
        "sender": found.sender.email if found.sender else None,
        "name": found.sender.name if found.sender else None,
        "subject": found.subject,
        "subject_length": len(found.subject),
        "text": found.text,
        "said": found.said,
        "files": {file.name: file.media_type for file in found.files},
        "file_count": len(found.files),
        "longest_name": max((len(file.name) for file in found.files), default=0),
        "auth": found.authentication,
        "automatic": found.automatic,
        "bounce": bounce and {"recipient": bounce.recipient, "permanent": bounce.permanent, "status": bounce.status},
        "mentioned": list(found.mentioned),
        "recipients": list(found.recipients),
    }


def _fits(expected: Any, found: Any) -> bool:
    if isinstance(expected, dict) and isinstance(found, dict) and set(expected) < set(found) and "permanent" in found:
        return all(found[name] == value for name, value in expected.items())
    return bool(expected == found)


def test_there_are_mails_of_every_kind() -> None:
    assert len(CORPUS) >= 300
    assert [name for name, entry in CORPUS.items() if not entry["expect"]] == []
    assert {path.stem for path in FILES} >= {"charsets", "headers", "senders", "authentication", "structure", "bombs"}


@pytest.mark.parametrize("name", CORPUS)
def test_a_mail_becomes_what_it_must(name: str) -> None:
    found, took = read(name)
    expected = dict(CORPUS[name]["expect"])
    if "reason_in" in expected:
        assert found["reason"] in expected.pop("reason_in")
    else:
        assert found["reason"] == expected.pop("reason", None)
    assert {k: found[k] for k, v in expected.items() if not _fits(v, found[k])} == {}, expected
    assert took <= 1, f"{took:.2f} s of CPU"


def test_nobody_is_believed_without_an_aligned_pass() -> None:
    """Whatever else a mail says: `pass` only where the gateway's own top header names the very domain of its From."""
    passing = {name for name in CORPUS if read(name)[0].get("auth") == "pass"}
    assert passing == {name for name, entry in CORPUS.items() if entry["expect"].get("auth") == "pass"}
    for name in passing:
        assert f"Authentication-Results: {GATEWAY}" in CORPUS[name]["head"]


def test_nobody_is_believed_where_no_gateway_is_known() -> None:
    assert {told(read_mail(raw(e), None)).get("auth", "none") for e in CORPUS.values() if "made" not in e} == {"none"}


def test_what_says_little_of_itself_is_not_taken_for_another_mail_that_does() -> None:
    mails = [b"one", b"two", b"\r\none", b"\r\n\r\none", b"", b"\x00", b"X-Odd: 1\r\n\r\none", b"X-Odd: 1\r\n\r\ntwo"]
    mails += [b"From: a@b.example\r\nSubject: one\r\n\r\n", b"From: a@b.example\r\nSubject: two\r\n\r\n"]
    assert len({fingerprint(mail) for mail in mails}) == len(mails)
    for named in (b"Message-ID: <1@b.example>\r\n", b"From: a@b.example\r\nDate: Tue, 10 Feb 2026 15:00:00 +0000\r\n"):
        came = named + b"Subject: one\r\n\r\none"
        assert fingerprint(came) == fingerprint(b"Received: from relay.example\r\n" + came)


def test_a_mail_that_was_spoiled_on_its_way_is_still_a_fact() -> None:
    """Bytes turned, cut out, doubled and moved: each mutant is read or put aside for a reason that is listed."""
    chance = random.Random(20260210)
    seen: set[str] = set()
    small = [content for entry in CORPUS.values() if "made" not in entry and (content := raw(entry))]
    for _ in range(20_000 if LONG else 1_000):
        spoiled = bytearray(chance.choice(small))
        for _ in range(chance.randint(1, 6)):
            _spoil(spoiled, chance, small)
        found = read_mail(bytes(spoiled), GATEWAY)
        fingerprint(bytes(spoiled))
        seen.add(found.reason if isinstance(found, Unreadable) else "read")
        if isinstance(found, Mail):
            assert not any(c in found.subject for c in "\x00\r\n")
            assert "\x00" not in found.text
            assert all("/" not in file.name and file.name.isprintable() for file in found.files)
    assert "read" in seen
    assert len(seen) > 3
    assert seen <= {"read", *QUARANTINED}


def _spoil(content: bytearray, chance: random.Random, others: list[bytes]) -> None:
    at, length = chance.randrange(len(content) + 1), chance.randint(1, 40)
    match chance.randrange(5):
        case 0:
            content[at : at + length] = b""
        case 1:
            content[at:at] = content[at : at + length] * chance.randint(1, 30)
        case 2:
            content[at : at + length] = chance.randbytes(length)
        case 3:
            other = chance.choice(others)
            content[at:at] = other[: chance.randrange(len(other))]
        case _:
            content[at:at] = chance.choice(
                [b"\r\n\r\n", b"\x00", b"\r\n ", b"=?utf-8?b?", b"\xff\xfe", b'"', b"(", b"<"]
            )
