"""What customers of the comparison tell: many things, so that nobody is quick by having been asked the same before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    subject: str
    body: str
    topic: str


SAID = (
    Said("The shop is slow", "Since nine." * 20, "web.error"),
    Said(
        "Cannot send mail",
        "Hello,\n\nsince this morning none of our mail goes out. Outlook says:\n"
        "550 5.7.1 relaying denied for anna@maplecycles.example\n\nReceiving still works. Regards,\nAnna Berg",
        "email.error",
    ),
    Said(
        "Control panel is not reachable",
        "https://panel.maplecycles.example:8443 times out for the two of us, from the office and from home alike. "
        "The sites themselves are up. We have a newsletter to send at 15:00, so please look at it soon.",
        "panel.unreachable",
    ),
    Said(
        "Site en panne depuis ce matin",
        "Bonjour, notre boutique affiche une page blanche depuis ce matin et les clients nous appellent. "
        "Nous n'avons rien changé. Pouvez-vous regarder rapidement ? Merci d'avance, Julie Tremblay",
        "web.offline",
    ),
    Said(
        "Database connection refused",
        "Our application logs this about twice a minute:\n\n"
        "2026-02-10 08:14:07 [ERROR] SQLSTATE[HY000] [2002] Connection refused\n"
        "2026-02-10 08:14:38 [ERROR] SQLSTATE[HY000] [2002] Connection refused\n\nIt began after the maintenance of "
        "last night. The pages work when I reload them, most of the time.",
        "service.mysql",
    ),
    Said(
        "FTP login",
        "My ftp program says 530 login incorrect, but the password is the one I have always used.",
        "access.ftp_ssh",
    ),
    Said(
        "How do I set up mail on a new phone?",
        "I have got a new phone and would like to read my mail on it. Which server names and ports do I need, and is "
        "it IMAP or POP? The mailbox is sales@maplecycles.example. Thank you very much!",
        "email.client_setup",
    ),
    Said(
        "Mails à nos clients dans les indésirables",
        "Depuis deux semaines nos factures arrivent dans les courriers indésirables chez Gmail et Outlook. "
        "Faut-il ajouter quelque chose à la zone DNS ? Cordialement, le service comptabilité",
        "email.deliverability",
    ),
    Said(
        "Error 500 on the checkout page",
        'Everybody who clicks on "Pay now" gets an internal server error, about 30 customers today. The rest of the '
        "shop works. Your status page shows nothing. This is costing us money and we are losing patience.",
        "web.error",
    ),
    Said(
        "Question about our invoice",
        "There is a line of 12.00 on invoice 2026-118 that we do not understand. What is it for?",
        "billing.question",
    ),
    Said(
        "Mailbox is full",
        'The mailbox of my colleague Tom bounces with "quota exceeded". He has deleted thousands of messages and '
        "emptied the bin, and the panel still shows 100 %.\n\nOn Mon, 9 Feb 2026 Tom wrote:\n> I cannot receive any "
        "mail again.\n> Can you ask them?",
        "email.quota",
    ),
    Said(
        "Webmail shows an old certificate",
        "Firefox warns: SEC_ERROR_EXPIRED_CERTIFICATE when I open webmail.maplecycles.example. On my colleague's "
        "computer it is the same. It worked on Friday.",
        "email.webmail",
    ),
    Said(
        "Cron job does not run any more",
        "We have a script that fetches prices from our supplier every night at 2:30 am. It has not run for three days. "
        "I did not change anything in the panel; the job is listed there as active. If I start it by hand it works.\n"
        "-- \nMarc Gagnon\nMaple Cycles\n+1 514 555 0117",
        "panel.bug",
    ),
)
"""As many as no caller comes back to the same one soon: their number and that of the callers have no common divisor."""
