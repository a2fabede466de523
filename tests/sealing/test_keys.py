"""Sealing keys: where they come from, and what is refused."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.sealing.keys import (
    DEVELOPMENT_FILE,
    SealingKeysRefused,
    development_sealing_keys,
    load_sealing_keys,
    new_sealing_jwk,
    read_sealing_keys,
)

ONE = {"kty": "oct", "kid": "one", "k": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
OTHER = ONE | {"kid": "other", "k": ONE["k"][::-1]}


def text(*keys: Any) -> str:
    return json.dumps({"keys": list(keys)})


def test_the_first_key_seals() -> None:
    keys = read_sealing_keys(text(ONE, OTHER))
    assert keys.current[0] == "one"
    assert list(keys.keys) == ["one", "other"]


def test_the_data_folder_s_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: development_sealing_keys(tmp_path).current, range(16)))
    assert len(made) == 1
    assert stat.S_IMODE((tmp_path / DEVELOPMENT_FILE).stat().st_mode) == 0o600
    (tmp_path / DEVELOPMENT_FILE).chmod(0o644)
    with pytest.raises(SealingKeysRefused, match="chmod 600"):
        development_sealing_keys(tmp_path)


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SealingKeysRefused, match="cannot be read or written"):
        development_sealing_keys(tmp_path / "file" / "data")


def test_production_seals_with_its_own_keys_only(tmp_path: Path) -> None:
    with pytest.raises(SealingKeysRefused, match="CLAUSEDESK_SEALING_KEYS"):
        load_sealing_keys(None, tmp_path, development=False)
    assert load_sealing_keys(None, tmp_path, development=True).development
    copied = (tmp_path / DEVELOPMENT_FILE).read_text()
    with pytest.raises(SealingKeysRefused, match="development"):
        load_sealing_keys(copied, tmp_path, development=False)
    assert not load_sealing_keys(text(ONE), tmp_path, development=False).development


def test_each_new_key_serves_and_is_another() -> None:
    assert read_sealing_keys(text(new_sealing_jwk("a"), new_sealing_jwk("b"))).current[0] == "a"


def test_a_key_is_not_printed_by_accident() -> None:
    assert ONE["k"] not in repr(read_sealing_keys(text(ONE)))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        "[]",
        "null",
        "[" * 100_000,
        "{}",
        '{"keys": {}}',
        text(),
        text("key"),
        text(ONE | {"kty": "EC"}),
        text({"kty": "oct", "k": ONE["k"]}),
        text(ONE | {"kid": ""}),
        text(ONE | {"kid": "é"}),
        text(ONE | {"kid": 5}),
        text(ONE | {"k": 5}),
        text(ONE | {"k": ONE["k"][:-2]}),
        text(ONE | {"k": ONE["k"] + "AA"}),
        text(ONE | {"k": ONE["k"][:-1] + "!"}),
        text(ONE, ONE),
        text(ONE, OTHER | {"kid": "one"}),
        text(ONE, ONE | {"kid": "again"}),
        text(*(ONE | {"kid": str(n)} for n in range(17))),
    ],
)
def test_keys_that_cannot_serve_are_refused_without_quoting_them(given: str) -> None:
    with pytest.raises(SealingKeysRefused) as refused:
        read_sealing_keys(given)
    assert ONE["k"] not in str(refused.value)
