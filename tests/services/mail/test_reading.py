"""Mails read in a process of their own, as the corpus reads them in this one."""

from app.mail.message import Mail, Unreadable
from app.mail.reading import read_mail
from app.services.mail.reading import MailReader
from tests.mail.made import mail
from tests.mail.test_corpus import CORPUS, GATEWAY, raw


async def test_what_comes_back_is_what_was_read() -> None:
    reader = MailReader(GATEWAY)
    names = [name for name, entry in CORPUS.items() if "made" not in entry]
    for name in names[::3]:
        content = raw(CORPUS[name])
        assert await reader.read(content) == read_mail(content, GATEWAY), name
    await reader.close()


async def test_the_largest_mail_fits_into_its_memory() -> None:
    reader = MailReader(GATEWAY)
    attached = "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64"
    found = await reader.read(mail(attached, ("A" * 76 + "\n") * 330_000))
    assert isinstance(found, Mail)
    assert len(found.files[0].content) == 330_000 * 57
    await reader.close()


async def test_what_is_too_large_is_not_even_given_to_it() -> None:
    assert await MailReader(GATEWAY).read(b"x" * 26 * 1024 * 1024) == Unreadable("too_large")
