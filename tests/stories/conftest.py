"""One demonstration for all stories of a session."""

from collections.abc import Iterator

import pytest

from tests.stories.desk import StoryDesk, demonstration


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoryDesk]:
    with demonstration(tmp_path_factory.mktemp("stories")) as opened:
        yield opened
