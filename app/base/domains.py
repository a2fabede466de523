"""Domains as DNS has them."""


def with_ascii_domain(address: str) -> str:
    """The e-mail address as mails name it; UnicodeError where no domain is spelt so.

    What would be another domain under older rules (`straße`, `strasse`) is no spelling of either.
    """
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    in_ascii = domain.encode("idna")
    if in_ascii.decode("idna") != domain.lower():
        raise UnicodeError("two domains are spelt like this one")
    return f"{local}@{in_ascii.decode('ascii')}"
