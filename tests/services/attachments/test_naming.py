"""What is left of a file's name is harmless, readable, and of bounded length."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.attachments.naming import clean_name


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("screenshot.png", "screenshot.png"),
        ("../../etc/p\u00e9.png", "p\u00e9.png"),
        ("C:\\Users\\me\\log.txt", "log.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("nul\x00byte.txt", "nulbyte.txt"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        ("  .hidden  ", "hidden"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("x" * 300 + ".png", "x" * 146 + ".png"),
    ],
)
def test_a_name_is_made_harmless(given_name: str | None, clean: str) -> None:
    assert clean_name(given_name) == clean


@given(st.text(max_size=200))
def test_any_name_becomes_one_that_is_seen_whole(text: str) -> None:
    name = clean_name(text)
    assert 1 <= len(name) <= 150
    assert not set(name) & set('/\\<>:"|?*')
    assert all(unicodedata.category(c)[0] != "C" for c in name)
    assert name == name.strip(". ")
    assert clean_name(name) == name
