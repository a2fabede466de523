"""What is wrong with a document: every fault at once, each with its place, the reason and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

Steps = tuple[str | int, ...]
"""A place in a document: names of members and positions in lists."""

MOST_FAULTS = 500


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One fault: where (JSON pointer and line of the text), which, and in words."""

    pointer: str
    line: int | None
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "the document"
        return f"{place}, {self.pointer or '/'}: {self.message} {self.remedy}".rstrip()


class PolicyFaults(Exception):  # noqa: N818 - it reads as what happened
    """A document that cannot be used, with everything that is wrong with it."""

    def __init__(self, faults: Sequence[PolicyFault]) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        if len(faults) > MOST_FAULTS:
            self.faults += (
                PolicyFault("", None, "more_faults", "There are more faults than these.", "Mend these first."),
            )
        super().__init__("\n".join(map(str, self.faults)))
