"""What somebody has written now: without the mail they answer, without their signature, nothing else left out."""

import re
from typing import Final

from mailparser_reply.parser import EmailMessage

REPLY_ABOVE: Final = "##- "
"""How the line begins below which our own mail is quoted in an answer."""
_MOST = 20_000
_LANGUAGES: Final = ("en", "fr")
_LONGEST_SIGNATURE = 12
_QUOTE_BEGINS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^[ >]*" + re.escape(REPLY_ABOVE),
        r"^[ >]*(?:Em|No dia|Aos?) [^\n]{4,160}(?:\n[^\n]{0,80})?escreveu ?:[ ]*$",
        r"^[ >]*(?:Le|On|El|Am) [^\n]{4,160}(?:\n[^\n]{0,80})?(?:a écrit|wrote|escribió|schrieb[^\n]{0,80}) ?:[ ]*$",
        r"^[ >]*-{2,} ?(?:Mensagem (?:original|encaminhada)|Message (?:d'origine|original|transféré)"
        r"|Original Message|Forwarded message) ?-{2,}",
        r"^\*?(?:De|From) ?:\*? [^\n]{1,200}\n\*?(?:Enviad[oa](?: em)?|Envoyé|Date|Data|Sent)\*? ?:\*? [^\n]{1,200}$",
        r"^_{20,}[ ]*\n\*?(?:De|From) ?:",
    )
)
_SIGNATURE_BEGINS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^-- ?$",
        r"^(?:Sent from my|Get Outlook for|Envoyé (?:de|depuis) mon|Obtenir Outlook|Enviado (?:do|pelo|de) meu"
        r"|Obtenha o Outlook|Sent via) [^\n]{0,80}$",
        r"^(?:(?:Kind|Best|Warm|Many) (?:regards|wishes|thanks)|Regards|Sincerely|Cheers|Yours (?:sincerely|faithfully)"
        r"|(?:Bien )?Cordialement|Cdlt|Salutations(?: distinguées)?|Bien à vous"
        r"|Atenciosamente|Att|Abraços?|Cordialmente|Grat[oa]|Obrigad[oa])[ ,.!]{0,3}$",
    )
)


def said_now(text: str) -> str:
    """The new part; the whole text where nothing else would be left."""
    cut = _before(text, _QUOTE_BEGINS)
    if len(cut) <= _MOST:
        # It strips each line, so only the place of its cut is taken over.
        first = EmailMessage(text=cut, languages=list(_LANGUAGES), keep_hyphen_lists=True).read().replies[0]
        cut = _as_far_as(cut, first.content)
    cut = _without_quoted_end(cut)
    return _without_signature(cut).strip() or cut.strip() or text.strip()


def _before(text: str, begins: tuple[re.Pattern[str], ...]) -> str:
    """Up to where the first of them begins, if something stands before it."""
    places = [found.start() for pattern in begins if (found := pattern.search(text, 0, _MOST))]
    first = min(places, default=len(text))
    return text[:first] if text[:first].strip() else text


def _as_far_as(text: str, content: str) -> str:
    """As many lines of the text as the content has, the empty ones aside."""
    left = sum(1 for line in content.split("\n") if line.strip())
    if left == 0:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        left -= bool(line.strip())
        if left == 0:
            return "\n".join(lines[: number + 1])
    return text


def _without_quoted_end(text: str) -> str:
    """Answers between quoted lines are left together; quotes after the last word are not needed."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines) if lines else text


def _without_signature(text: str) -> str:
    places = sorted(found.start() for pattern in _SIGNATURE_BEGINS for found in pattern.finditer(text[-4_000:]))
    offset = max(len(text) - 4_000, 0)
    for place in places:
        rest = text[offset + place :]
        filled = sum(1 for line in rest.split("\n") if line.strip())
        if filled <= _LONGEST_SIGNATURE and text[: offset + place].strip():
            return text[: offset + place]
    return text
