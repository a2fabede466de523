"""`clausedesk triage`: what a person at a terminal is told about one message."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli.triage import triage
from app.policy.library.files import providers
from tests.policy.documents import SMALL

APP = typer.Typer()
APP.command()(triage)

OWN_TOPICS = """
products: {shared: {name: Shared hosting}, vps: {name: Virtual server}}
topics:
  email.quota:
    names: {en: Mailbox full, fr: Boîte pleine}
    descriptions: {en: A mailbox is full., fr: Une boîte mail est pleine.}
    phrases:
      en: ["my mailbox is full", "quota exceeded for my mailbox", "people get 552 when they write to us"]
      fr: ["ma boîte mail est pleine", "quota dépassé pour ma boîte"]
  web.offline:
    names: {en: Site down, fr: Site en panne}
    descriptions: {en: The website does not answer., fr: Le site ne répond pas.}
    phrases:
      en: ["our website is down", "the site does not load"]
      fr: ["notre site est en panne", "le site ne charge plus"]
  code.debug: {names: {en: Find the fault in my code}, descriptions: {en: "A script is wrong."}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    """With a few topics of its own, so that little is to be learned."""
    path = tmp_path / "own.yaml"
    path.write_text(SMALL.replace("catalogue: hosting\n", "") + OWN_TOPICS, encoding="utf-8")
    return str(path)


def run(*arguments: str, words: str | None = None) -> Result:
    return CliRunner().invoke(APP, arguments, input=words)


MESSAGE = """Subject: urgent

Our mailbox is full: "552 quota exceeded". 12 colleagues wait. It is a shared hosting account.

Regards
John
"""


def test_it_says_in_words_what_a_message_is_about(policy: str) -> None:
    result = run("-", "--policy", policy, words=MESSAGE)
    assert result.exit_code == 0, result.output
    for said in (
        "Language: en",
        "1 lines of a signature",
        "email.quota: “",
        "people 12: “12 colleagues”",
        "urgent: “urgent”",
        "error 552 quota exceeded: “552 quota exceeded”",
        "product shared: “shared hosting”",
        "by the policy of small, if email.quota is taken",
        "priority low, coverage covered, work open",
        "SMA-1: We answer Monday to Friday.",
    ):
        assert said in result.output, said


def test_whoever_is_not_sure_says_so(policy: str) -> None:
    result = run("-", "--policy", policy, words="hello there")
    assert "Nothing: no topic is known by any of its words." in result.output
    assert "less sure than 60%, so staff choose the topic" in result.output


def test_the_same_comes_as_json(policy: str, tmp_path: Path) -> None:
    message = tmp_path / "message.txt"
    message.write_text("Bonjour, ma boîte mail est pleine !", encoding="utf-8")
    answer = json.loads(run(str(message), "--policy", policy, "--json").output)
    assert (answer["language"], answer["topic"], answer["threshold"]) == ("fr", "email.quota", 0.6)
    assert answer["topic_candidates"][0]["because"]
    assert answer["decision"]["coverage"] == "covered"
    assert answer["signals"] == []


def test_without_a_policy_it_takes_one_that_comes_with_the_desk() -> None:
    result = run("-", words="Subject: certificate\n\nOur certificate has expired and browsers warn the visitors.")
    assert result.exit_code == 0
    assert "ssl.automatic: “" in result.output


@pytest.mark.parametrize(
    ("arguments", "words", "sentence"),
    [
        (["missing.txt"], None, "missing.txt cannot be read: No such file or directory."),
        (["-"], " \n", "- says nothing."),
        (
            ["-", "--policy", "nobody"],
            "help",
            "nobody is neither a file nor a provider whose policy comes with the desk, which are {ours}.",
        ),
        (["-", "--policy", "{own}", "--product", "boat"], "help", "{own} has no product boat; it has shared, vps."),
        (["-"], "x" * 1_000_001, "- is longer than a message may be, which is 1 MB."),
    ],
)
def test_what_is_wrong_is_one_sentence(policy: str, arguments: list[str], words: str | None, sentence: str) -> None:
    result = run(*(word.format(own=policy) for word in arguments), words=words)
    assert result.exit_code == 69
    assert result.output.strip() == sentence.format(own=policy, ours=", ".join(providers()))


def test_help_says_what_it_takes() -> None:
    said = run("--help").output
    for word in ("message", "--policy", "--product", "--language", "--json", "Triage only suggests"):
        assert word in said
