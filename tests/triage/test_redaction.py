"""Secrets in texts: struck out in three languages, and ordinary sentences about passwords left alone."""

from random import Random
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.triage.redaction import SEARCHES, likely, redact, struck_by
from tests.triage.tickets import tickets

SECRETS = {
    "my password: {hunter2}": "password",
    "Password: {Tr0ub4dor&3!}": "password",
    "The password is {S3cret!pass} and the user is bob": "password",
    "FTP password for user bob is {Q7x!pl9}.": "password",
    "password for FTP: {abc123}": "password",
    "Password:\n   {S3cret99}": "password",
    "password: {hunter}": "password",
    'Password = "{two words}"': "password",
    "wifi password -> {Blue42Sky}": "password",
    "Passphrase: {correct-horse-battery}": "password",
    "PIN: {1234}": "password",
    "CVV: {123}": "password",
    "EPP code: {Xy7!kk29}": "password",
    "mot de passe : {Azerty123!}": "password",
    "Le mot de passe est «{monSecret99}»": "password",
    "mdp: {soleil2024}": "password",
    "Mon mdp est {Ab12cd34}.": "password",
    "code d'autorisation : {Ab-99-xyz}": "password",
    "senha: {minhaSenha1}": "password",
    "A senha é {Abc@1234}": "password",
    "A senha do painel: {xpto99}": "password",
    "Senha : {12345678}": "password",
    "palavra-passe: {Lisboa#88}": "password",
    "login / password: {bob / s3cret}": "password",
    "user/pass: {root/toor99}": "password",
    "usuário/senha: {ana/Gato99}": "password",
    "DB_PASSWORD={verysecret1}": "password",
    "define('DB_PASSWORD', '{abcXYZ}');": "password",
    '{"password": "{correct horse}"}': "password",
    "mysql -u root -p{S3cretPw} shop": "password",
    "curl -u admin:{pa55word} https://shop.example": "password",
    "https://bob:{hunter22}@shop.example/x": "password",
    "Authorization: Bearer {abcdefghijklmnop123456}": "api_key",
    "api_key = {9f8e7d6c5b4a39281706}": "api_key",
    "clé API : {0a1b2c3d4e5f6a7b8c9d}": "api_key",
    "chave da API: {0a1b2c3d4e5f6a7b8c9d}": "api_key",
    "our key {AKIAIOSFODNN7EXAMPLE} leaked": "api_key",
    "token: {ghp_abcdefghijklmnopqrstuvwxyz0123456789}": "api_key",
    "card {4111 1111 1111 1111} until 12/27": "card_number",
    "{4111111111111111}": "card_number",
    "carte {5555-5555-5555-4444}": "card_number",
    "Amex {378282246310005}": "card_number",
    "cartão Elo {6362970000457013}": "card_number",
    "here\n{-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----}\nthanks": "private_key",
    "{-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz}": "private_key",
}
"""The secret stands between braces."""

ORDINARY = """
my password is wrong
Password: incorrect
I forgot my password. Please help
password: please reset it
Password reset link does not arrive
The password was changed yesterday at 10:15
My password is not accepted since 10:30
My password is 8 characters long
Password must be at least 8 characters
password policy: 8 characters
password: ********
pass: the car does not pass: 3 times
530 Login incorrect
Error: invalid password: access denied for user
FATAL: password authentication failed for user "postgres"
password authentication failed for user "bob"
Access denied for user 'acme'@'localhost' (using password: YES)
(using password: NO)
550 5.7.1 Authentication failed: password expired
the password for bob@example.com is not accepted
I was asked for a PIN code
the passport is 12345
e-mail: bob@example.com
le mot de passe est refusé
Le mot de passe est toujours refusé
mot de passe : oublié
Le jeton est expiré
a senha é inválida
senha: esqueci
a senha do e-mail não funciona: erro 535
a senha e 3 outras coisas
SSL key: where do I find it?
What is the api key for?
the token expired yesterday
token: expired
secret: no
session token is missing (error 403)
Bearer token missing
Basic hosting plan
My phone is +27 21 555 0100 1234
order 1234567890123456
invoice 4111111111111112
customer 4444444444444444
2026-02-10 10:15:00 1234
reference MEX-7K3Q-9F2D-M4XA
-----BEGIN CERTIFICATE-----
-----BEGIN PUBLIC KEY-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bob
https://shop.example:8443/login?next=/account
git@github.com:acme/shop.git
""".strip().splitlines()


def secret_of(template: str) -> tuple[str, str]:
    begin = template.index("{", 1 if template.startswith('{"') else 0)
    begin = template.rindex("{") if template.startswith('{"') else begin
    end = template.index("}", begin)
    return template[:begin] + template[begin + 1 : end] + template[end + 1 :], template[begin + 1 : end]


@pytest.mark.parametrize(("template", "kind"), SECRETS.items())
def test_a_secret_is_struck_out_and_nothing_else(template: str, kind: str) -> None:
    text, secret = secret_of(template)
    before, after = text.split(secret)
    found = redact(text)
    assert found.text == f"{before}[redacted:{kind}]{after}"
    assert found.kinds == (kind,)
    assert redact(found.text).text == found.text


@pytest.mark.parametrize("line", ORDINARY)
def test_an_ordinary_sentence_is_left_as_it_is(line: str) -> None:
    assert redact(line).text == line
    assert redact(line).kinds == ()


def test_all_secrets_of_a_text_go_and_all_else_stays() -> None:
    text = "\n".join(secret_of(template)[0] for template in SECRETS if "PRIVATE" not in template)
    left = redact(text).text
    assert not [secret for template in SECRETS if len(secret := secret_of(template)[1]) > 6 and secret in left]
    found = redact(text + "\n" + "\n".join(ORDINARY))
    assert found.text == left + "\n" + "\n".join(ORDINARY)
    assert len(found.kinds) == len(SECRETS) - 2


_ALL = " ".join((*(secret_of(template)[0] for template in SECRETS), *ORDINARY)).split(" ")
_PIECES = (*_ALL, "\n", "KEY", "to\u212aen", "pa\u017fs", "p\u0131n:", "P\u0130N:", "clé", "ſecret", "12", "-", "é", "")


@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.randoms(use_true_random=False))
@example(["P\u0130N:", "hunter2"], Random(3))
@settings(max_examples=300, deadline=None)
def test_a_cheap_look_hides_no_secret(words: list[str], chance: Random) -> None:
    text = " ".join(word.swapcase() if chance.random() < 0.2 else word for word in words)
    assert redact(text) == struck_by(SEARCHES, text)


def test_a_cheap_look_spares_nearly_all_that_ordinary_people_write() -> None:
    asked = [f"{ticket.subject}\n{ticket.body}" for ticket in tickets("others")]
    assert all(redact(text) == struck_by(SEARCHES, text) for text in asked)
    assert sum(len(likely(text)) for text in asked) < len(asked) * len(SEARCHES) / 4


@pytest.mark.parametrize(
    "piece",
    ["password ", "password is ", "a", "-----BEGIN PRIVATE KEY----- ", "4111 1111 1111 1111 ", "mysql -p", "login/",
     "eyJ", "http://", "password: a1b ", "' ", "token (", "pin: 1234\n", "\n", "é"],
)  # fmt: skip
def test_the_longest_text_costs_no_more_than_its_length(piece: str) -> None:
    """Seconds of this process, so that a busy machine does not count; the square of the length would be minutes."""
    text = (piece * 65_536)[:65_536]
    begun = process_time()
    redact(text)
    assert process_time() - begun < 3
