"""Every type of event stands in the one list of the documentation, and nothing else does."""

import re
from pathlib import Path

from app.base.events import EventType

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_documentation_lists_every_type_of_event_with_what_it_means() -> None:
    listed = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| \S.* \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    undocumented, gone = set(EventType) - set(listed), set(listed) - set(EventType)
    assert (undocumented, gone) == (set(), set())
    assert len(listed) == len(EventType), "each of them once"
