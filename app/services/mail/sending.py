"""A letter is written and handed to the mail server: everything personal in it is looked up at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from app.base.errors import Problem
from app.base.money import rounded
from app.base.settings import Settings
from app.clients.smtp import NULL_SENDER, Post, Undelivered
from app.db.outbound import letter_facts
from app.db.pool import Database
from app.mail.composing import Outgoing, compose, thread_id
from app.mail.message import Address
from app.mail.senders import domain_of, plain_address
from app.mail.text import one_line
from app.mail.tokens import Keys, message_id, reply_address, unsubscribe_token
from app.policy.compile import CompiledPolicy
from app.policy.language.model import words
from app.schemas.deliveries import Attempt, Claimed
from app.sealing.keys import SealingKeys
from app.services.authority import name_of
from app.services.mail.dead_addresses import refused_for_good
from app.services.mail.languages import language_of
from app.services.mail.letters import ANSWERS, DECLINABLE, SENDER, Letter
from app.services.mail.mailroom import mail_keys
from app.services.mail.wording import worded
from app.services.secure_forms.sending import LinkToSend, link_to_send
from app.services.shelf import Policies

_BY_A_PERSON: Final = Letter.REPLY
_NO_SUCH_ADDRESS: Final = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
_DONE_WITH: Final = "nobody is to be written to any more"
_NOT_WAITING: Final = frozenset({"open", "scheduled", "resolved", "closed"})


@dataclass(frozen=True, slots=True)
class MailSender:
    database: Database
    settings: Settings
    sealing: SealingKeys
    post: Post
    policies: Policies

    async def __call__(self, claimed: Claimed, now: datetime) -> Attempt:
        facts = await letter_facts(
            self.database, claimed.provider_id, claimed.event_id, claimed.target, claimed.payload
        )
        if facts is not None and (over := _over(claimed, facts)) is not None:
            return Attempt(True, error=over)
        form = await self._form(claimed, now)
        recipient = _recipient(claimed, facts, form) if facts is not None else None
        if facts is None or recipient is None:
            return Attempt(False, error=_DONE_WITH, gone=True)
        policy = await self._policy(claimed.provider_id, facts, now)
        mail = self._letter(claimed, facts, form, policy, recipient, now)
        envelope = mail.sender.email if claimed.payload["letter"] == _BY_A_PERSON else NULL_SENDER
        try:
            await self.post.send(compose(mail), envelope, recipient.email)
        except Undelivered as refused:
            if refused.permanent and any(status in refused.said for status in _NO_SUCH_ADDRESS):
                await refused_for_good(self.database, claimed.provider_id, recipient.email, now)
            return Attempt(False, refused.code, one_line(refused.said)[:500], gone=refused.permanent)
        return Attempt(True, 250)

    async def _form(self, claimed: Claimed, now: datetime) -> LinkToSend | None:
        """The one-time link, made at this moment and kept nowhere; None once nobody may use it any more."""
        form = claimed.payload.get("form")
        if form is None:
            return None
        origin = self.settings.origin
        return await link_to_send(self.database, self.sealing, origin, claimed.provider_id, UUID(form), now)

    async def _policy(self, provider_id: UUID, facts: Mapping[str, Any], now: datetime) -> CompiledPolicy | None:
        """The one that the letter's ticket goes by; else the one in force."""
        try:
            if facts["policy_version"] is None:
                return await self.policies.policy_at(provider_id, now)
            return await self.policies.policy(provider_id, facts["policy_version"], facts["settings_revision"])
        except Problem:
            return None

    def _letter(
        self,
        claimed: Claimed,
        facts: Mapping[str, Any],
        form: LinkToSend | None,
        policy: CompiledPolicy | None,
        recipient: Address,
        now: datetime,
    ) -> Outgoing:
        letter, ticket = Letter(claimed.payload["letter"]), facts["ticket_id"]
        keys = mail_keys(self.sealing, claimed.provider_id)
        address = desk_address(policy, self.settings, facts["slug"])
        language = language_of(_language(facts, policy))
        told = _told(letter, facts, policy, language, self.settings, claimed.payload)
        if letter is Letter.ANNOUNCEMENT:
            told |= self._announced(facts, policy, keys)
        if form is not None:
            zone = policy.document.tz if policy is not None else "UTC"
            told |= {"link": form.link, "expires": _time(form.expires_at.isoformat(), zone)}
        subject, text, html = worded(letter, language, told, _own_words(policy, language))
        domain = domain_of(address)
        return Outgoing(
            sender=Address(address, facts["provider"]),
            recipient=recipient,
            reply_to=reply_address(keys, address, ticket, recipient.email) if ticket is not None else address,
            subject=subject,
            text=text,
            html=html,
            message_id=message_id(keys, claimed.id, ticket, domain),
            at=now,
            language=language,
            thread=thread_id(ticket, domain) if ticket is not None else None,
            answers=facts["answers"],
            automatic=_automatic(letter),
            unsubscribe=told.get("unsubscribe"),
        )

    def _announced(self, facts: Mapping[str, Any], policy: CompiledPolicy | None, keys: Keys) -> dict[str, Any]:
        notice, zone = facts["notice"], policy.document.tz if policy is not None else "UTC"
        told = {"title": notice["title"], "said": notice["body"]}
        if notice["kind"] == "maintenance":
            told |= {"begins": _time(notice["starts_at"], zone), "ends": _time(notice["ends_at"], zone)}
        if notice["kind"] == DECLINABLE:
            named = {"from": facts["slug"], "by": unsubscribe_token(keys, UUID(facts["contact"]["id"]))}
            told["unsubscribe"] = f"{self.settings.origin}/unsubscribe?{urlencode(named)}"
        return told


def _over(claimed: Claimed, facts: Mapping[str, Any]) -> str | None:
    """Why there is no use in the letter any more, though it could be sent."""
    match Letter(claimed.payload["letter"]):
        case Letter.REMINDER if facts["status"] in _NOT_WAITING:
            return "nobody is waited for any more"
        case Letter.ANNOUNCEMENT if facts["notice"] is None or facts["notice"]["state"] not in ("scheduled", "open"):
            return "it is over"
        case Letter.ANNOUNCEMENT if facts["contact"] is None:
            return "they are not listed any more"
        case Letter.ANNOUNCEMENT if facts["notice"]["kind"] == DECLINABLE and facts["contact"]["unsubscribed"]:
            return "they have unsubscribed"
        case _:
            return None


def desk_address(policy: CompiledPolicy | None, settings: Settings, provider: str) -> str:
    """Where the provider's customers write to: the policy's own address, else the operator's."""
    points = [] if policy is None else [c.contact_point for c in policy.document.channels.values() if c.mail_in]
    published = next((plain for point in points if point and (plain := plain_address(point))), None)
    return published or settings.mail_address.replace("{provider}", provider)


def _automatic(letter: Letter) -> Any:
    if letter is _BY_A_PERSON:
        return None
    return "auto-replied" if letter in ANSWERS else "auto-generated"


def _recipient(claimed: Claimed, facts: Mapping[str, Any], form: LinkToSend | None) -> Address | None:
    """A listed person as the list has them now; a sender whom no list has, as they wrote."""
    if claimed.payload.get("form") is not None:
        return Address(form.email, form.name) if form is not None else None
    to = claimed.target.get("to", SENDER)
    asked = facts["requester"] or {}
    found: Mapping[str, Any] | None
    if to in (SENDER, "contact"):
        written = {"email": asked.get("email"), "name": asked.get("name")}
        found = facts["contact"] or (written if asked.get("email") else None) or facts["account_owner"]
    else:
        found = facts.get(to if to in ("reseller", "secondary") else "account_owner")
    email = plain_address(str(found["email"])) if found is not None and found.get("email") else None
    return Address(email, found.get("name")) if email is not None and found is not None else None


def _own_words(policy: CompiledPolicy | None, language: str) -> dict[str, str]:
    if policy is None:
        return {}
    return {name: own for name in policy.templates if (own := policy.template(name, language)) is not None}


def _language(facts: Mapping[str, Any], policy: CompiledPolicy | None) -> str | None:
    decision = facts["decided"] or facts["decision"] or {}
    own = decision.get("language") or facts["language"]
    return own or (policy.document.locale if policy is not None else None)


def _told(
    letter: Letter,
    facts: Mapping[str, Any],
    policy: CompiledPolicy | None,
    language: str,
    settings: Settings,
    payload: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that the words of a letter may name."""
    decision = facts["decided"] or facts["decision"] or {}
    zone = policy.document.tz if policy is not None else "UTC"
    quote = facts["quote"] or {}
    own = policy.template(str(payload.get("of")), language) if policy is not None else None
    area = _client_area(settings, facts["slug"])
    return {
        "provider": facts["provider"],
        "reference": facts["reference"],
        "subject": facts["subject"],
        "due": _time(_due(decision), zone),
        "missing": _missing(decision, policy, language, facts["action"]),
        "sentences": _sentences(decision, letter),
        "redirect": _channels(decision, policy, language),
        "said": facts["said"] or "",
        "author": (facts["author"] or {}).get("name") or "",
        "resolution": facts["resolution"] or "",
        "survivor": facts["survivor"],
        "action": name_of(policy, facts["action"], language) if policy is not None and facts["action"] else "",
        "confirm": f"{area}/actions/{facts['ticket_id']}" if facts["action"] else None,
        "about": own or str(payload.get("of", "")).replace("_", " "),
        "total": _price(quote.get("total"), quote.get("currency")),
        "agree": bool(quote.get("consent_required")),
        "pay": bool(quote.get("prepay_required")),
        "lines": [line.get("text") for line in quote.get("lines") or []],
        "expires": _time(quote.get("expires_at"), zone),
        "link": f"{area}/quotes/{quote.get('id')}",
    }


def _price(amount: Any, currency: str | None) -> str | None:
    """As the currency writes it, whatever a column of the database makes of it."""
    if amount is None or currency is None:
        return None
    return f"{rounded(Decimal(str(amount)), currency)} {currency}"


def _client_area(settings: Settings, provider: str) -> str:
    return (settings.client_area_url or settings.origin).replace("{provider}", provider).rstrip("/")


def _due(decision: Mapping[str, Any]) -> str | None:
    first = [t for t in decision.get("targets", ()) if t["metric"] == "first_response" and t["due_at"]]
    return first[0]["due_at"] if first else None


def _time(instant: str | None, zone: str) -> str | None:
    if instant is None:
        return None
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _sentences(decision: Mapping[str, Any], letter: Letter) -> list[str]:
    """Of the clauses that decided on admission; a notice cites whatever its event rests on."""
    citations = decision.get("citations", ())
    deciding = [c["sentence"] for c in citations if c["effect"].startswith("outcome")]
    if letter is Letter.NOTICE:
        return []
    return list(dict.fromkeys(deciding))


def _missing(
    decision: Mapping[str, Any], policy: CompiledPolicy | None, language: str, action: str | None
) -> list[str]:
    """In the words in which the policy explains its facts; but for what nobody can say in a mail."""
    names: list[str] = []
    for one in decision.get("missing", ()):
        names += [one] if isinstance(one, str) else [name for way in one["any_of"][:1] for name in way]
    wanted = policy.action(action) if policy is not None and action is not None else None
    confirmation = (wanted.confirmation or "confirmed") if wanted is not None else None
    return [_meaning(name, policy, language) for name in dict.fromkeys(names) if name != confirmation]


def _meaning(name: str, policy: CompiledPolicy | None, language: str) -> str:
    declared = policy.document.facts.get(name) if policy is not None else None
    plain = name.replace("_", " ").replace(".", " ")
    if policy is None or declared is None or isinstance(declared.meaning, str):
        return plain
    said = declared.meaning.get(language)
    return f"{plain} ({said.rstrip('.')})" if said else plain


def _channels(decision: Mapping[str, Any], policy: CompiledPolicy | None, language: str) -> list[str]:
    if policy is None:
        return list(decision.get("redirect", ()))
    known = policy.document.channels
    named = [slug for slug in decision.get("redirect", ()) if slug in known]
    return [words(known[slug].name, language, policy.document.locale) or slug for slug in named]
