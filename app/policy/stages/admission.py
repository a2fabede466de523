"""Stages from topic to action: who asks, for which account, how, for what - and whether that is admitted."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.decision import ActionTerms, ChannelState
from app.policy.language.effects import FactReference, SetOutcome
from app.policy.language.entrances import Action
from app.policy.language.stating import instant
from app.policy.situation import OpenTicket, Sender
from app.policy.stages.account import state_account
from app.policy.stages.deliberation import Deliberation, added
from app.policy.stages.likeness import first_alike, recent, shared_facts
from app.policy.stages.standing import find_standing

_ROLES_APART = frozenset({"staff", "system", "reseller"})


def refuse(d: Deliberation, reason: str, redirect: tuple[str, ...] = (), outcome: Outcome = Outcome.REFUSED) -> None:
    if not d.ended:
        d.bring_about(SetOutcome(do="outcome", outcome=outcome, reason=reason, redirect=redirect))


# ── topic ────────────────────────────────────────────────────────────────────
def topic(d: Deliberation) -> None:
    """What it is about: stated facts over defaults, aliases, the level where such matters are expected."""
    d.stage = "topic"
    policy, request, values = d.policy, d.request, d.values
    stated = policy.stated(request.facts)
    values.update(stated)
    for name, fact in (("work.start", "work_from"), ("work.end", "work_to")):
        if fact in stated:
            values[name] = instant(stated[fact])
    estimate = stated.get("estimated_minutes")
    if isinstance(estimate, int) and not isinstance(estimate, bool) and 0 <= estimate <= 1_000_000:
        d.request = request = request.model_copy(update={"estimated_minutes": estimate})
    given = stated.get("topic")
    if not isinstance(given, str):
        action = policy.action(request.action) if request.action else None
        given = action.topic if action is not None else None
    d.topic = values["topic"] = d.filed_as = given
    d.channel = policy.channel(request.channel, request.menu_option)
    values["channel"] = d.channel.slug if d.channel else request.channel
    if given is not None:
        _look_alike(d)
    values.update(_moment(d))
    if d.filed_as is not None:
        follows = policy.of_topic(d.filed_as)
        if follows.defaults:
            values.update({k: v for k, v in follows.defaults.items() if k not in stated})
        if follows.expected_level is not None:
            values["expected_level"] = follows.expected_level
            d.cite(policy.document.levels[follows.expected_level], "expected_level", ("topic",))
    d.run("topic")


def _look_alike(d: Deliberation) -> None:
    """The topic that it is filed under, and the listed one that it is like."""
    for alias, when in d.policy.topic_aliases:
        if not when.holds(d.values):
            continue
        if not isinstance(alias.to, FactReference):
            d.values["topic"] = d.filed_as = alias.to
            d.cite(alias, f"filed as {alias.to}", when.reads)
            return
        d.stands_for = d.values.get(alias.to.fact)
        d.cite(alias, f"like {d.stands_for}", when.reads)


def _moment(d: Deliberation) -> dict[str, Any]:
    situation, request = d.situation, d.request
    moment = {
        "topic.given": d.topic,
        "topic_source": request.topic_source,
        "received_at": d.received_at,
        "now": d.at,
        "action": request.action,
        "transition": situation.transition,
        "event": situation.event,
        "dry_run": situation.dry_run,
        "department": situation.department,
        "level": situation.level,
        "estimated_minutes": request.estimated_minutes,
    }
    if situation.clock_starts:
        facts = d.policy.document.facts
        moment |= {name: at for name, at in situation.clock_starts.items() if name not in facts}
    return moment


# ── sender ───────────────────────────────────────────────────────────────────
def sender(d: Deliberation) -> None:
    """Find the standing and the account, then ask the rules about senders."""
    d.stage = "sender"
    d.channel = d.policy.channel(d.request.channel, d.request.menu_option)
    slug = d.channel.slug if d.channel else d.request.channel
    d.values["channel"] = slug
    found = find_standing(d.policy, d.request, d.situation, slug)
    d.standing, d.account = found.role, found.account
    state_account(d, found)
    if d.request.on_behalf_of is not None and found.not_own_customer:
        d.run("sender")
        refuse(d, "not_own_customer")
        return
    role = d.policy.document.contacts.get(found.role or "")
    if role is not None:
        d.cite(role, f"standing={found.role}")
    elif found.role in ("unverified", "unlisted") and d.policy.document.unverified is not None:
        spoken = d.policy.document.unverified
        if slug in spoken.channels or (d.request.sender is not None and not d.request.sender.email):
            d.cite(spoken, f"standing={found.role}")
    if found.role is not None:
        d.run("sender")


def settle_account(d: Deliberation) -> None:
    """The account's facts alone, for what happens to a ticket that has been admitted."""
    d.channel = d.policy.channel(d.request.channel, d.request.menu_option)
    slug = d.channel.slug if d.channel else d.request.channel
    d.values["channel"] = slug
    found = find_standing(d.policy, d.request, d.situation, slug)
    d.standing, d.account = found.role, found.account or d.situation.account
    state_account(d, found)


# ── emergency, applicability ─────────────────────────────────────────────────
def emergency(d: Deliberation) -> None:
    d.stage = "emergency"
    if d.values.get("incident.open"):
        d.values.setdefault("incident", d.account.server if d.account else None)
    d.run("emergency")


def applicability(d: Deliberation) -> None:
    d.run("applicability")
    if d.ended and d.standing == "unlisted":
        d.notify_sender = False


# ── channel ──────────────────────────────────────────────────────────────────
def channel(d: Deliberation) -> None:
    """Is the entrance offered, open, and meant for this?"""
    d.stage = "channel"
    spared = d.stage in d.exempt_stages
    if d.channel is None:
        other = d.policy.document.other_channels
        redirect = other.redirect or d.policy.official_channels
        d.channel_state = ChannelState(slug=d.request.channel or "", official=False, open=False)
        if other.outcome == "refused" and not spared:
            refuse(d, other.reason, redirect)
        d.cite(other, f"channel={d.request.channel}")
        for slug in redirect:
            if not other.clauses and slug in d.policy.document.channels:
                d.cite(d.policy.document.channels[slug], f"channel={d.request.channel}")
        return
    slug, offered, calendar = d.channel.slug, d.channel.channel, d.channel.calendar
    served = d.channel.open.holds(d.values)
    attended = calendar is None or d.calendar(calendar).is_open(d.received_at)
    d.channel_state = d.channel.states[served and attended]
    d.values["channel.open"] = served and attended
    d.values["channel.official"] = d.channel_state.official
    d.cite(offered, f"channel={slug}", ("channel",))
    if calendar is not None:
        d.cite(d.policy.document.calendars[calendar], f"calendar={calendar}")
    _language(d)
    d.run("channel")
    if d.ended or d.request.action or spared:
        return
    if not served:
        refuse(d, offered.closed, offered.redirect)
    elif not d.channel.scope.holds(d.values):
        _out_of_scope(d)


def _out_of_scope(d: Deliberation) -> None:
    assert d.channel is not None
    offered = d.channel.channel
    for consequence, when in zip(offered.out_of_scope, d.channel.out_of_scope, strict=True):
        if when.holds(d.values):
            d.cite(consequence, "out of scope", d.channel.scope.reads)
            d.redirect = added(d.redirect, offered.redirect)
            if consequence.outcome == "refused":
                refuse(d, consequence.reason or "channel_scope_exceeded")
            return
    refuse(d, "channel_scope_exceeded", offered.redirect)
    d.cite(offered, "out of scope", d.channel.scope.reads)


def _language(d: Deliberation) -> None:
    """The language of the answer: the one asked for, where it is offered at this hour."""
    document, request = d.policy.document, d.request
    offered = document.languages
    wanted = str(request.facts.get("language") or request.language or document.locale)
    tag = wanted if wanted in offered else wanted.split("-", 1)[0]
    if tag not in offered:
        return
    language = offered[tag]
    if tag != d.language:
        d.speak(tag)
    d.values["language"] = tag
    d.cite(language, f"language={tag}", ("language",))
    if (calendar := language.calendar) is not None:
        d.cite(document.calendars[calendar], f"calendar={calendar}")


# ── duplicate ────────────────────────────────────────────────────────────────
def duplicate(d: Deliberation) -> None:
    """Does an open ticket of the account speak of the same problem?"""
    d.stage = "duplicate"
    if d.stage in d.exempt_stages or d.situation.transition:
        return
    proposed = d.request.topic_source == "triage"
    for ready in d.policy.rules.get("duplicate", ()) if d.situation.open_tickets else ():
        rule = ready.rule
        if rule.same is None or not ready.when.holds(d.values):
            continue
        tickets = recent(rule.same, d.situation.open_tickets, d.received_at)
        facts = shared_facts(rule.same)
        twin = None if proposed else _named_twin(d) or first_alike(d.values, tickets, facts)
        if twin is not None:
            d.apply(ready, rule.then)
            continue
        related = first_alike(d.values, tickets, facts[:1]) if facts and not proposed else None
        if related is not None or (related := _said_alike(d, tickets)) is not None:
            d.apply(ready, rule.else_)
            words = d.situation.alike.get(related.id)
            d.emit("link", to=related.id, because=words)
    if not d.ended and not proposed:
        d.run("duplicate")


def _said_alike(d: Deliberation, tickets: Sequence[OpenTicket]) -> OpenTicket | None:
    """The one whose words are most alike: it is shown to whoever may merge, and merged by nobody else."""
    recent_ones = {ticket.id: ticket for ticket in tickets}
    return next((recent_ones[id_] for id_ in d.situation.alike if id_ in recent_ones), None)


def _named_twin(d: Deliberation) -> OpenTicket | None:
    """The open ticket of the same problem, where somebody who may has said which."""
    named = d.values.get("same_problem_as")
    return next((t for t in d.situation.open_tickets if t.id == named), None)


# ── intake, action ───────────────────────────────────────────────────────────
def intake(d: Deliberation) -> None:
    if d.standing is not None and not d.situation.transition:
        d.run("intake")


def action(d: Deliberation) -> None:
    """An administrative action: ticket, role, verification, confirmation, in this order."""
    d.stage = "action"
    slug = d.request.action
    terms = d.policy.action(slug) if slug else None
    if slug is None or terms is None:
        d.run("action")
        return
    excluded, deliveries = d.policy.action_conditions.get(slug) or d.policy.action_conditions["*"]
    d.action = ActionTerms(slug=slug, roles=terms.roles, destructive=terms.destructive)
    d.cite(terms, f"action={slug}", ("action",))
    if excluded is not None and excluded.holds(d.values):
        refuse(d, terms.excluded_reason)
    elif "ticket" in terms.requires and not d.situation.ticket:
        refuse(d, "ticket_required", d.policy.official_channels[:1])
    elif terms.roles and d.standing in d.policy.document.contacts and d.standing not in terms.roles:
        refuse(d, "role_not_permitted")
    if not d.ended:
        d.run("action")
    if not d.ended:
        _verify_and_confirm(d, terms)
    if not d.ended:
        _deliver(d, deliveries)


def _verify_and_confirm(d: Deliberation, terms: Action) -> None:
    sender_, situation = d.request.sender, d.situation
    signed_in = situation.confirmed_in_client_area or (sender_ is not None and sender_.user is not None)
    if d.standing in _ROLES_APART or d.values.get("identity_verified") is True:
        signed_in = True
    if "account" in terms.requires and d.account is None:
        d.missing += ("account_username",)
        refuse(d, "intake_incomplete", outcome=Outcome.HELD)
    elif "authenticated" in terms.requires and not signed_in and (sender_ is None or sender_.mail_auth != "pass"):
        refuse(d, "identity_verification_pending", outcome=Outcome.HELD)
    elif "secure_form" in terms.requires and d.values.get("secure_form_state") != "valid":
        refuse(d, "credentials_via_secure_form_required", outcome=Outcome.HELD)
    elif terms.verify and d.values.get("identity_verified") is not True and d.standing not in _ROLES_APART:
        assert d.action is not None
        d.action = d.action.changed(verify=_ways_to_verify(d, terms))
        refuse(d, "identity_verification_pending", outcome=Outcome.HELD)
    elif "confirmation" in terms.requires and not d.known(terms.confirmation or "confirmed"):
        d.missing += (terms.confirmation or "confirmed",)
        refuse(d, "confirmation_required", outcome=Outcome.HELD)


def word_of_others(
    policy: CompiledPolicy, slug: str | None, facts: Mapping[str, Any], standing: str | None, sender: Sender | None
) -> frozenset[str]:
    """Of these facts the one that would confirm the action, where whoever states it may not ask for the action."""
    action = policy.action(slug) if slug is not None else None
    if action is None or "confirmation" not in action.requires or standing in _ROLES_APART:
        return frozenset()
    listed = standing in (action.roles or tuple(policy.document.contacts))
    sure = sender is not None and (sender.user is not None or sender.mail_auth == "pass")
    if listed and (sure or "authenticated" not in action.requires):
        return frozenset()
    return frozenset({action.confirmation or "confirmed"}) & facts.keys()


def _ways_to_verify(d: Deliberation, terms: Action) -> tuple[str, ...]:
    """How staff may check who asks; the fallback's way where its condition holds."""
    other = terms.fallback
    return (other.method,) if other is not None and d.policy.condition(other.when).holds(d.values) else terms.verify


def _deliver(d: Deliberation, deliveries: Any) -> None:
    for to, when in deliveries:
        if when.holds(d.values):
            target = d.standing if to in ("sender", "asking") else to
            assert d.action is not None
            d.action = d.action.changed(deliver_to=target)
            d.emit("send_reset_link", to=target)
            return
