"""Five plain requests to each provider, words and no facts: each ends as a support manager would sign it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.scenarios.file import FileAccount
from app.policy.situation import Account, Request, Sender, Situation
from app.services.triage import Lexicons, suggest
from tests import frontdesk
from tests.benchmarks.decisions import compiled

AT = datetime(2026, 2, 10, 15, tzinfo=UTC)
ACCOUNTS = Path(__file__).parents[2] / "app" / "demo" / "accounts.yaml"
LEXICONS = Lexicons(frontdesk.LEXICONS)

# provider, account, subject, body; what it is about, its class, whether it is owed, and what the work waits for
PLAIN = [
    ("plutus", "acmeco", "My website is down", "Since this morning our site shows nothing at all, please help",
     "web.offline", "standard", "covered", "open"),
    ("plutus", "acmeco", "Cannot log in to FTP", 'It says "530 Login incorrect" since yesterday',
     "access.ftp_ssh", "standard", "covered", "open"),
    ("plutus", "acmeco", "New contact form wanted", "Please develop a new contact form for our site, we have none yet",
     "code.development", "standard", "billable", "awaiting_staff_decision"),
    ("plutus", "acmeco", "Invoice", "Why was I charged twice in March?",
     "billing.question", "standard", "covered", "open"),
    ("plutus", "acmeco", "I want to complain", "Nobody answered my last two tickets, let me talk to a manager",
     "management.complaint", "standard", "covered", "open"),
    ("tsc", "HARB01", "Printer", "The printer in dispatch does not print",
     "device.printing", "normal", "unspecified", "open"),
    ("tsc", "HARB01", "New employee", "Please create an account for Ayesha who starts on Monday",
     "account.user_change", "normal", "unspecified", "open"),
    ("tsc", "HARB01", "Server dead", "The server does not boot, nobody can work",
     "server.failure", "normal", "unspecified", "open"),
    ("tsc", "HARB01", "Quote", "Please send a quote for ten monitors",
     "sales.quote", "normal", "unspecified", "open"),
    ("tsc", "HARB01", "VPN", "the vpn to the office drops every few minutes",
     "network.vpn", "normal", "unspecified", "open"),
    ("mexxus", "M1001", "Site offline", "our website does not load",
     "web.offline", "medium", "covered", "open"),
    ("mexxus", "M1001", "Error 500", "contact page gives internal server error",
     "web.error", "medium", "covered", "open"),
    ("mexxus", "M1001", "Courriel", "Nos courriels reviennent avec une erreur 550",
     "email.error", "medium", "covered", "open"),
    ("mexxus", "M1001", "Move my site", "I want to transfer my website from my old host to you",
     "migration.inbound", "low", "discretionary", "awaiting_staff_decision"),
    ("mexxus", "M1001", "Control panel", "the cpanel page does not open at all",
     "panel.unreachable", "high", "covered", "open"),
    ("kenotronix", "K10", "WordPress plugin broken", "a plugin I installed throws errors",
     "cms.third_party_plugin_theme", "standard", "not_supported", "awaiting_staff_decision"),
    ("kenotronix", "K10", "webmail blank", "roundcube shows a blank page",
     "email.webmail", "standard", "covered", "open"),
    ("kenotronix", "K10", "backup", "do you have a copy of my files from last week?",
     "backup.data", "standard", "not_supported", "awaiting_staff_decision"),
    ("kenotronix", "K10", "Invoice", "why are there two lines on my invoice of February?",
     "billing.question", "standard", "covered", "open"),
    ("kenotronix", "K10", "hacked", "my site was hacked and shows casino ads",
     "security.compromise", "standard", "unspecified", "awaiting_staff_decision"),
    ("brs", "aurora", "Site fora do ar", "meu site não abre desde ontem",
     "web.offline", "standard", "covered", "open"),
    ("brs", "aurora", "Instalar programa", "preciso que instalem o Redis no servidor",
     "software.installation", "standard", "billable", "awaiting_staff_decision"),
    ("brs", "aurora", "senha do painel", "esqueci a senha do painel de controle",
     "access.password_panel", "standard", "covered", "open"),
    ("brs", "aurora", "backup", "quero restaurar meu site para ontem",
     "backup.restore", "standard", "billable", "awaiting_availability"),
    ("brs", "aurora", "E-mail parado", "ninguém recebe nem envia e-mails desde cedo, tudo parado",
     "email.offline", "standard", "covered", "open"),
]  # fmt: skip


def _account(provider: str, number: str) -> Account:
    accounts = yaml.safe_load(ACCOUNTS.read_text("utf-8"))
    found = next(a for a in _all(accounts) if a["provider"] == provider and a["account"] == number)
    return FileAccount.model_validate(found).as_account(None)


def _all(node: object) -> list[dict[str, str]]:
    """Every account, however the file groups them."""
    if not isinstance(node, dict):
        return []
    if "contacts" in node and "provider" in node:
        return [node]
    return [account for value in node.values() for account in _all(value)]


async def _decided(provider: str, number: str, subject: str, body: str) -> Decision:
    policy, account = compiled(provider), _account(provider, number)
    said = await suggest(LEXICONS, policy, (subject, body), {}, account, (), AT)
    person = account.contacts[0]
    request = Request(
        sender=Sender(email=person.email, user=person.user),
        facts=dict(said.facts),
        topic_source=said.topic_source,
        language=said.language,
    )
    situation = Situation(account=account, account_named=True, ticket=True, topic_candidates=said.candidates)
    return decide(policy, request, situation, AT)


@pytest.mark.parametrize(
    ("provider", "number", "subject", "body", "topic", "priority", "coverage", "gate"),
    PLAIN,
    ids=[f"{row[0]}: {row[2]}" for row in PLAIN],
)
async def test_a_plain_request_ends_as_a_support_manager_would_sign_it(
    provider: str, number: str, subject: str, body: str, topic: str | None, priority: str, coverage: str, gate: str
) -> None:
    decision = await _decided(provider, number, subject, body)
    assert decision.outcome == "accepted"
    assert (decision.topic, decision.priority, decision.coverage, decision.work_gate) == (
        topic,
        priority,
        coverage,
        gate,
    )
    assert decision.topic_source == ("triage" if topic else None)
    assert decision.citations
    assert decision.topic_candidates


async def test_what_triage_proposes_refuses_nobody_and_bills_nobody() -> None:
    for provider, number, subject, body, _, _, coverage, _ in PLAIN:
        decision = await _decided(provider, number, subject, body)
        if coverage in ("not_supported", "billable"):
            assert decision.coverage_provisional
            assert decision.work_gate != "open"
