"""Mail that a machine wrote: answering it would start a loop, and it asks for nothing (RFC 3834, 2919, 2369)."""

import re

from app.mail.headers import Headers

LOOP_HEADER = "X-Clausedesk-Desk"
"""Our own mail carries it; the desk that reads it is being answered by a desk."""
_SUBJECT = re.compile(
    r"(?:re: ?|tr: ?|fwd?: ?)?(?:auto(?:matic|mated)? ?(?:reply|response|-reply)|out of (?:the )?office"
    r"|undeliver(?:ed|able)"
    r"|delivery status notification|réponse automatique|absen(?:ce|t) du bureau|resposta automática"
    r"|fora do escritório|ausência temporária|autoreply|vacation (?:reply|response))\b",
    re.IGNORECASE,
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_VACATION = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
_LIST = ("list-id", "list-post", "list-unsubscribe")
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})


def automatic(headers: Headers, subject: str, content_type: str, sender: str | None) -> str | None:
    """By which sign: auto_submitted, vacation, list, bulk, loop, null_sender, report, daemon. None: a person wrote."""
    submitted = headers.first("auto-submitted").split(";", 1)[0].split("(", 1)[0].strip().lower()
    local = (sender or headers.first("from").strip(' <>"')).partition("@")[0].lower()
    signs = {
        "loop": bool(headers.all("x-clausedesk-desk") or headers.all("x-loop")),
        "report": content_type == "multipart/report",
        "auto_submitted": submitted not in ("", "no"),
        "vacation": any(map(headers.all, _VACATION)) or _SUBJECT.match(subject) is not None,
        "list": any(map(headers.all, _LIST)),
        "bulk": headers.first("precedence").strip().lower() in _BULK,
        "null_sender": any(path.replace(" ", "") == "<>" for path in headers.all("return-path")),
        "daemon": local.partition(" ")[0] in _DAEMONS,
    }
    return next((sign for sign, there in signs.items() if there), None)
