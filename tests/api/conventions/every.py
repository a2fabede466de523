"""Every convention of the API."""

from typing import Final

from tests.api.conventions import answers, asking, lists, repeating
from tests.api.conventions.kept import Convention

CONVENTIONS: Final[dict[str, Convention]] = {
    **asking.convention,
    **lists.convention,
    **repeating.convention,
    **answers.convention,
}
