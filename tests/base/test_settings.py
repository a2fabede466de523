"""Every setting is documented, with its default."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.base.errors import CannotStart
from app.base.settings import Settings, read_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"
ROWS = {
    row[0]: row[1:] for row in re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.+?) \|$", DOCUMENT.read_text(), re.MULTILINE)
}


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"CLAUSEDESK_{name.upper()}"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_stands_in_the_documentation_as_the_code_has_it(name: str) -> None:
    field = Settings.model_fields[name]
    default, description = ROWS[_variable(name)]
    assert description == field.description
    value = field.get_default(call_default_factory=True)
    assert default == ("" if value is None or value in ("", {}) else f"`{value}`")


def test_the_documentation_names_no_setting_that_is_gone() -> None:
    assert set(ROWS) == {_variable(name) for name in Settings.model_fields}


def test_a_setting_that_cannot_be_used_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUSEDESK_PORT", "hunter2-canary")
    monkeypatch.setenv("CLAUSEDESK_OUTSIDE_CLAIMS", "{hunter2-canary")
    with pytest.raises(CannotStart, match="CLAUSEDESK_OUTSIDE_CLAIMS") as refusal:
        read_settings()
    assert "canary" not in str(refusal.value)
    monkeypatch.delenv("CLAUSEDESK_OUTSIDE_CLAIMS")
    with pytest.raises(CannotStart, match=r"^The setting CLAUSEDESK_PORT cannot be used: .+integer.+$") as refusal:
        read_settings()
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "CLAUSEDESK_CORS_ORIGINS",
            "it must be a list in JSON. What belongs there: Origins, each in full, whose pages may call the API",
        ),
        (
            "CLAUSEDESK_OUTSIDE_CLAIMS",
            "it must be an object in JSON. What belongs there: Our claim → the outside token's claim, as JSON.",
        ),
        (
            "CLAUSEDESK_ENVIRONMENT",
            "it is not of the form that is meant. What belongs there: development or production.",
        ),
        (
            "CLAUSEDESK_OUTBOUND_NETWORKS",
            "each must be a network, such as 10.1.0.0/16. What belongs there: Networks beyond",
        ),
    ],
)
def test_whoever_writes_a_setting_wrongly_is_told_what_it_is(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setenv(name, "https://my.example")
    with pytest.raises(CannotStart) as refusal:
        read_settings()
    assert str(refusal.value).startswith(f"The setting {name} cannot be used: {said}")


def test_a_setting_can_be_given_by_its_name() -> None:
    assert Settings(database_url=SecretStr("postgresql://a/b")).database_url == SecretStr("postgresql://a/b")


def test_the_address_under_which_callers_reach_it_follows_host_and_port() -> None:
    assert Settings(host="127.0.0.1", port=8099).origin == "http://127.0.0.1:8099"
    assert Settings(host="::1", port=8099).origin == "http://[::1]:8099"
    assert Settings(public_url="https://desk.example/").origin == "https://desk.example"
