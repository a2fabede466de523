"""What text on the wire must look like: the pattern, which the schema shows, and the words for whoever breaks it."""

from typing import Final

AN_ADDRESS: Final = "This must be one e-mail address, such as web@example.com."

TEXT: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
LINE: Final = r"^[^\x00-\x1f\x7f]*$"
EMAIL: Final = r"^[^\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+$"
NUMBER: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
SLUG: Final = r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$"
NAME: Final = r"^[a-z][a-z0-9_]*$"
LANGUAGE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
PHONE: Final = r"^\+?[0-9][0-9 ()./-]{2,38}$"
DOMAIN: Final = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$"
HOSTED_DOMAIN: Final = r"^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$"
CURRENCY: Final = r"^[A-Z]{3}$"
"""As app/base/money.py has it."""
URL: Final = r"^https?://[^\s\x00-\x1f\x7f]+$"

_A_DOMAIN = "This must be a domain in ASCII, such as bakery.example or xn--bckerei-5wa.example."
IN_WORDS: Final = {
    TEXT: "This may hold line breaks and tabs, but no other control characters.",
    LINE: "This must be one line, without tabs or other control characters.",
    EMAIL: AN_ADDRESS,
    NUMBER: "This must begin with a letter or digit, and hold letters, digits, dots, dashes and underscores alone.",
    SLUG: "This must begin and end with a small letter or digit, and hold those, dashes and underscores alone.",
    NAME: "This must begin with a small letter, and hold small letters, digits and underscores alone.",
    LANGUAGE: "This must be a language tag, such as en or pt-BR.",
    PHONE: "This must be a telephone number, such as +27 21 555 0133.",
    DOMAIN: _A_DOMAIN,
    HOSTED_DOMAIN: _A_DOMAIN,
    CURRENCY: "This must be three capital letters of ISO 4217, such as CAD.",
    URL: "This must be a URL that begins with https://, without spaces.",
}
