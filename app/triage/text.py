"""A message read as a person reads it: what is said, apart from logs, quoted replies and signatures."""

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import islice

from app.triage.leads import Leads, leads

# What is beyond these is not read: nobody describes a problem at such length, and the cost stays bounded.
_MOST_SUBJECT, _MOST_BODY, _MOST_SAID, _MOST_LINE = 400, 20_000, 6_000, 2_000
_TAIL, _MOST_LOG_LINES = 2_000, 12

_INTRODUCTIONS = (
    r"on .{4,120} wrote:|le .{4,120} a ecrit ?:|em .{4,120} escreveu:"
    r"|-{2,} ?(?:original message|forwarded message|message d'origine|message original|message transfere"
    r"|mensagem original|mensagem encaminhada) ?-{2,}|_{10,}"
)
_QUOTE_INTRODUCED = re.compile(rf"^(?:{_INTRODUCTIONS})$")
_INTRODUCTION_ENDS = (":", "-", "_")
_HEADER_BEGINS = ("from", "de", "von")
_HEADERS = r"(?:from|de|von) ?: .*(?:@|\[mailto)"
_QUOTED_HEADER = re.compile(rf"^{_HEADERS}.*$")
_CLOSINGS = (
    r"(?:(?:many |kind |best |warm |with kind |kindest )?(?:regards|thanks|wishes)|thank you(?: very much)?|thx|cheers"
    r"|sincerely|yours (?:sincerely|faithfully|truly)|br|rgds"
    r"|(?:bien )?cordialement|cdlt|cdt|merci(?: d'avance| par avance| beaucoup)?|bonne (?:journee|soiree)|salutations"
    r"|bien a vous|sinceres salutations|(?:bien )?amicalement"
    r"|att|atenciosamente|abracos?|abs|obrigad[oa]|grat[oa]|cordialmente|desde ja agradeco|sds|saudacoes)\b[ ,.!]*"
)
_CLOSING = re.compile(rf"^{_CLOSINGS}$")
_DEVICES = r"(?:sent from my|envoye (?:de|depuis) mon|enviado (?:do|pelo|de) meu|get outlook for)\b"
_DEVICE = re.compile(rf"^{_DEVICES}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d|\[\d{1,2}/[a-z]{3}/\d{4}|\b\d\d:\d\d:\d\d\b")
_MACHINES = (
    r"(?:at [\w.$<>]+\(|file \".{1,200}\", line \d+|traceback|#\d+ |status:|command:|response:|warning:|notice:"
    r"|fatal error:|php (?:fatal|warning|notice|parse)|error:|exception|\d{3}[ -]\d\.\d\.\d|[a-z]+/\d+: |<\?"
    r"|</?[a-z]+[ >]|[{}\[\]]|[$#>] |received:|message-id:|return-path:|x-[a-z-]+:|select |insert |update \w+ set|pid "
    r"|ping |\d+ bytes)"
)
_MACHINE = re.compile(rf"^\s*{_MACHINES}")
_APART = re.compile(
    rf"\n\s*(?:>|--|{_INTRODUCTIONS}|{_HEADERS}|{_CLOSINGS}(?:\n|\Z|(?<=[ ,.!]{{40}}))|{_DEVICES}|{_MACHINES})"
)
"""A line that may be anything but what is said begins so."""
_MAYBE_STAMP = re.compile(r":\d\d:\d\d|-\d\d[t ]\d\d:|\[\d")
_ACCENTS = re.compile("[\u0300-\u036f]")
# What is neither letter nor digit nor of ordinary sentences; too many of them in a line of some length tell a machine.
_SIGN = re.compile(r"[^\w '\",.!?-]|_")
_ORDINARY = b"abcdefghijklmnopqrstuvwxyz0123456789 '\",.!?-\n"
_LONG_LINE, _PER_SIGN, _START = 25, 6, 300


@dataclass(slots=True)
class Told:
    """What somebody wrote, in its parts; case and accents as they were. Nobody changes one."""

    subject: str
    said: str
    logs: str = ""
    quoted: str = ""
    signature: tuple[str, ...] = ()
    own: str = field(init=False)
    """The words of the sender."""
    letters: str = field(init=False)
    """The same, folded."""

    leads: Leads = field(init=False, repr=False, compare=False)
    """What the words of the letters lead to."""

    def __post_init__(self) -> None:
        self.own = f"{self.subject}\n{self.said}" if self.subject else self.said
        self.letters = folded(self.own)
        self.leads = leads(self.letters)


def plain(text: str) -> str:
    """Without control characters and look-alikes: one form for each letter, quote and space."""
    if text.isascii():
        return text.encode().translate(_PLAIN_ASCII, _UNSEEN_ASCII).decode()
    composed = unicodedata.normalize("NFKC", text)
    if any(map(composed.__contains__, _LIKE_OTHERS)):
        composed = composed.translate(_LOOKALIKES)
    if composed.replace("\n", "").isprintable():
        return composed
    return "".join(c if c.isprintable() or c == "\n" else " " if c in "\t\r\v\f" else "" for c in composed)


_LIKE_OTHERS = "‘’‚`´“”„«»–—−"
_LOOKALIKES = str.maketrans(_LIKE_OTHERS, "'''''\"\"\"\"\"---")
# The same for what is mostly written, in one go.
_PLAIN_ASCII = bytes.maketrans(b"\t\r\v\f`", b"    '")
_UNSEEN_ASCII = bytes({*range(32), 127} - {*b"\t\r\v\f\n"})


def folded(text: str) -> str:
    """In small letters and without accents, as hurried people write."""
    return text.lower() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))


def caseless(text: str) -> str:
    """Letters that a pattern takes for the same where case does not matter are the same here; accents stay."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("\u0131", "i").replace("i\u0307", "i")


def read(subject: str, body: str) -> Told:
    """The parts of a message; linear in its length and bounded."""
    head = plain(subject[:_MOST_SUBJECT]).replace("\n", " ").strip()
    text = plain(_ends(body, _MOST_BODY))
    if _apart(folded(text)):
        return taken_apart(head, text)
    said = "\n".join(map(str.rstrip, text.split("\n"))) if " \n" in text else text
    return Told(head, _ends(said.strip(), _MOST_SAID))


def taken_apart(head: str, text: str) -> Told:
    """The parts of a plain text, each line looked at by itself."""
    lines = [line.rstrip() for line in text.split("\n")]
    if len(text) > _MOST_LINE:
        lines = [line[at : at + _MOST_LINE].rstrip() for line in text.split("\n") for at in _cuts(line)]
    own, quoted = _cut_quotes(lines)
    own, signature = _cut_signature(own)
    written = [(line, _machine_written(line)) for line in own]
    said = [line for line, by_machine in written if not by_machine]
    logs = list(islice(dict.fromkeys(line.strip() for line, by_machine in written if by_machine), _MOST_LOG_LINES))
    return Told(
        head, _ends("\n".join(said).strip(), _MOST_SAID), "\n".join(logs), "\n".join(quoted).strip(), tuple(signature)
    )


def _cuts(line: str) -> range:
    return range(0, max(1, len(line)), _MOST_LINE)


def _apart(letters: str) -> bool:
    """Whether any line may be something else than what is said, told by a quick look at folded text."""
    return (
        len(letters) > _MOST_LINE
        or _APART.search(f"\n{letters}") is not None
        or ((signs := _signs(letters)) > 0 and _like_a_log(letters, signs))
    )


def _like_a_log(letters: str, signs: int) -> bool:
    stamped = (":" in letters or "[" in letters) and _MAYBE_STAMP.search(letters) is not None
    return stamped or (signs * _PER_SIGN > _LONG_LINE and any(map(_mostly_signs, letters.split("\n"))))


def _signs(letters: str) -> int:
    """At most so many; of ASCII just as many."""
    return len(letters.encode().translate(None, _ORDINARY))


def _mostly_signs(line: str) -> bool:
    return len(line) > _LONG_LINE and _signs(line) * _PER_SIGN > min(_START, len(line.rstrip()))


def _ends(text: str, most: int) -> str:
    """Of a very long text its beginning and its end, where people say what they want."""
    if len(text) <= most:
        return text
    head, tail = text[: most - _TAIL], text[-_TAIL:]
    whole_head, whole_tail = head.rpartition("\n")[0], tail.partition("\n")[2]
    return f"{whole_head or head}\n{whole_tail or tail}"


def _cut_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    own: list[str] = []
    quoted: list[str] = []
    for at, line in enumerate(lines):
        start = folded(line.strip()[:160])
        if start.startswith(">"):
            quoted.append(line.lstrip("> "))
        elif (start.endswith(_INTRODUCTION_ENDS) and _QUOTE_INTRODUCED.match(start)) or (
            own and start.startswith(_HEADER_BEGINS) and _QUOTED_HEADER.match(start)
        ):
            if any(part.strip() for part in own):
                return own, quoted + lines[at + 1 :]
        else:
            own.append(line)
    return own, quoted


def _cut_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    filled = [at for at, line in enumerate(lines) if line.strip()]
    for place, at in enumerate(filled):
        line = folded(lines[at].strip()[:80])
        left = len(filled) - place - 1
        ends = left <= 12 and place > 0
        if ends and (lines[at].strip() == "--" or _DEVICE.match(line) or (left <= 8 and _CLOSING.match(line))):
            return lines[:at], [rest.strip() for rest in lines[at + 1 :] if rest.strip()]
    return lines, []


def _machine_written(line: str) -> bool:
    start = folded(line[:_START])
    if not start.strip():
        return False
    if _MACHINE.match(start):
        return True
    if len(start) > 40 and (":" in start or "[" in start) and _STAMP.search(start[:60]):
        return True
    if len(start) <= _LONG_LINE:
        return False
    signs = _signs(start) if start.isascii() else len(_SIGN.findall(start))
    return signs * _PER_SIGN > len(start)
