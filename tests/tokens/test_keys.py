"""Signing keys: where they come from, what is refused, and what is published of them."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from app.tokens.keys import DEVELOPMENT_FILE, KeysRefused, development_keys, load_keys, new_private_jwk, read_keys
from tests.tokens.world import private_jwk, the_world


def text(*keys: Any) -> str:
    return json.dumps({"keys": list(keys)})


def public(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


def test_a_key_is_named_by_its_thumbprint_as_another_library_computes_it() -> None:
    key = new_private_jwk()
    assert read_keys(text(key)).keys[0].kid == ECKey.import_key(key).thumbprint()


def test_only_the_public_half_is_published() -> None:
    published = read_keys(text(new_private_jwk(), new_private_jwk())).document["keys"]
    assert len(published) == 2
    for key in published:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
        read: dict[str, str | list[str]] = {**key}
        assert not ECKey.import_key(read).is_private


def test_the_data_folder_s_key_is_made_once_for_its_owner_alone_and_marked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = development_keys(folder)
    assert made.development
    assert stat.S_IMODE((folder / DEVELOPMENT_FILE).stat().st_mode) == 0o600
    assert development_keys(folder).document == made.document
    assert [path.name for path in folder.iterdir()] == [DEVELOPMENT_FILE]


def test_of_many_that_start_at_once_all_use_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        kids = list(pool.map(lambda _: development_keys(tmp_path).keys[0].kid, range(32)))
    assert len(set(kids)) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    development_keys(tmp_path)
    (tmp_path / DEVELOPMENT_FILE).chmod(0o644)
    with pytest.raises(KeysRefused, match="chmod 600"):
        development_keys(tmp_path)


def test_a_data_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysRefused, match="cannot be read or written"):
        development_keys(tmp_path / "file" / "data")


def test_outside_development_no_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeysRefused, match="CLAUSEDESK_SIGNING_KEYS"):
        load_keys(None, tmp_path, development=False)
    assert list(tmp_path.iterdir()) == []


def test_a_development_key_is_refused_outside_development_even_copied_into_the_settings(tmp_path: Path) -> None:
    development_keys(tmp_path)
    copied = (tmp_path / DEVELOPMENT_FILE).read_text()
    assert load_keys(copied, tmp_path, development=True).development
    with pytest.raises(KeysRefused, match="development"):
        load_keys(copied, tmp_path, development=False)


def test_keys_of_the_settings_serve_in_production(tmp_path: Path) -> None:
    keys = load_keys(text(new_private_jwk()), tmp_path, development=False)
    assert not keys.development


def test_keys_that_no_longer_sign_may_be_public_only() -> None:
    old = new_private_jwk()
    keys = read_keys(text(new_private_jwk(), public(old))).keys
    assert keys[0].signs is not None
    assert keys[1].signs is None


EC = private_jwk(the_world().own)
OTHER = private_jwk(the_world().stranger_ec)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        "[]",
        "null",
        "{}",
        '{"keys": {}}',
        "\ud800",
        text(),
        text("key"),
        text(None),
        text({}),
        text({"kty": "RSA", "n": "AQ", "e": "AQAB"}),
        text({"kty": "oct", "k": "c2VjcmV0"}),
        text(EC | {"crv": "P-384"}),
        text(EC | {"alg": "ES384"}),
        text(EC | {"use": "enc"}),
        text(EC | {"x": EC["x"] + "="}),
        text(EC | {"x": EC["x"][:-2]}),
        text(EC | {"x": 5}),
        text(EC | {"d": None}),
        text(EC | {"d": OTHER["d"]}),
        text(EC | {"d": "A" * 43}),
        text(EC | {"x": OTHER["x"]}),
        text({"kty": "EC", "crv": "P-256", "x": EC["x"], "d": EC["d"]}),
        text(public(EC)),
        text(public(EC), OTHER),
        text(EC, EC),
        text(*(new_private_jwk() for _ in range(17))),
        text(EC)[:-1] + ', "keys": []}',
    ],
)
def test_keys_that_cannot_serve_are_refused_without_quoting_them(given: str) -> None:
    with pytest.raises(KeysRefused) as refused:
        read_keys(given)
    assert EC["d"] not in str(refused.value)
    assert OTHER["d"] not in str(refused.value)
