"""Mails that are too large, or too dull, to be written down."""

import random
from collections.abc import Callable
from typing import Any

USUAL = {
    "From": "Jane Doe <jane@maple.example>",
    "To": "support@desk.example",
    "Subject": "Checkout is dead",
    "Date": "Mon, 09 Feb 2026 10:00:00 +0000",
    "Message-ID": "<1@maple.example>",
}


def mail(head: str = "", body: str = "hi", without: tuple[str, ...] = ()) -> bytes:
    """A mail with the usual headers, but for those that `head` has itself."""
    own = {line.split(":", 1)[0].lower() for line in head.split("\n") if ":" in line and line[:1] not in " \t"}
    usual = [f"{name}: {value}" for name, value in USUAL.items() if name.lower() not in own and name not in without]
    lines = [*([head] if head else []), *usual, "", body]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def _nested(depth: int) -> bytes:
    opening = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(depth - 1))
    return mail(
        "Content-Type: multipart/mixed; boundary=b0", f"{opening}--b{depth - 1}\n\ndeep words\n--b{depth - 1}--"
    )


def _one_of(head: str, what: str, *, of: str, count: int) -> bytes:
    return mail(head, what.replace("…", of * count))


MAKERS: dict[str, Callable[..., bytes]] = {
    "nothing": lambda: b"",
    "nuls": lambda length: b"\0" * length,
    "random": lambda length: random.Random(7).randbytes(length).replace(b"\n\n", b"xx"),
    "subject": lambda length: mail("Subject: " + "x" * length),
    "encoded_subject": lambda count: mail("Subject: " + "=?utf-8?q?=41?= " * count),
    "other_header": lambda length: mail("X-Antispam: " + "x" * length),
    "many_headers": lambda count: mail("\n".join(["X-A: b"] * count)),
    "file_name": lambda length: mail(f"Content-Disposition: attachment; filename={'a' * length}.txt"),
    "parameters": lambda count: mail("Content-Type: text/plain;" + " a=b;" * count),
    "local_part": lambda length: mail(f"From: {'a' * length}@maple.example"),
    "nested": _nested,
    "nested_mails": lambda depth: mail("Content-Type: message/rfc822", "Content-Type: message/rfc822\n\n" * depth),
    "parts": lambda count: mail("Content-Type: multipart/mixed; boundary=b", "--b\n\nx\n" * count + "--b--"),
    "part_parameters": lambda count: mail(
        "Content-Type: multipart/mixed; boundary=b", f"--b\nContent-Type: text/plain;{' a=b;' * count}\n\nx\n--b--"
    ),
    "name_in_pieces": lambda count: mail(
        "Content-Type: multipart/mixed; boundary=b",
        f"--b\nContent-Disposition: attachment;{''.join(f' filename*{n}=x;' for n in range(count))}\n\nx\n--b--",
    ),
    "lines": lambda count: mail(body="x\n" * count),
    "one_line": lambda length: mail(body="x" * length),
    "html": lambda of, count: _one_of("Content-Type: text/html", "…", of=of, count=count),
    "text": lambda of, count: mail(body=of * count),
    "sender": lambda of, count: mail(f"From: {of * count} <jane@maple.example>"),
    "results": lambda of, count: mail(f"Authentication-Results: mx.desk.example; {of * count}"),
    "quoted_printable": lambda count: mail("Content-Transfer-Encoding: quoted-printable", ("=41" * 25 + "\n") * count),
    "references": lambda count: mail("References: " + " ".join(f"<{n}@x.example>" for n in range(count))),
}


def made(what: str, **how: Any) -> bytes:
    return MAKERS[what](**how)
