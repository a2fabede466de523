"""A key of one's own: what is printed is what the setting takes."""

import sys

import pytest

from app.cli.main import run
from app.sealing.keys import read_sealing_keys
from app.tokens.keys import read_keys

Captured = pytest.CaptureFixture[str]


def printed(monkeypatch: pytest.MonkeyPatch, capsys: Captured, use: str) -> str:
    monkeypatch.setattr(sys, "argv", ["clausedesk", "keys", "make", use])
    with pytest.raises(SystemExit) as end:
        run()
    assert end.value.code in (0, None)
    return capsys.readouterr().out


def test_a_new_signing_key_signs(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    one, other = (read_keys(printed(monkeypatch, capsys, "signing")) for _ in range(2))
    assert one.keys[0].kid != other.keys[0].kid


def test_a_new_sealing_key_seals(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    one, other = (read_sealing_keys(printed(monkeypatch, capsys, "sealing")) for _ in range(2))
    assert one.current[1] != other.current[1]
