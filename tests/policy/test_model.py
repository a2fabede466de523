"""Values as documents and decisions write them."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from app.policy.language.model import Duration

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("stated", "written"),
    [("PT90S", "PT90S"), ("PT2M", "PT2M"), ("PT1H30M", "PT90M"), ("P1D", "PT1440M"), ("PT0S", "PT0M")],
)
def test_a_duration_is_written_in_minutes_and_in_seconds_where_it_must_be(stated: str, written: str) -> None:
    read = DURATION.validate_python(stated)
    assert DURATION.dump_python(read, mode="json") == written
    assert DURATION.validate_python(written) == read
