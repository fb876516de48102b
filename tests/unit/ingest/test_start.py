"""Files that arrive close together share one run, and none falls between two windows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from saleslake.ingest.start import window_end

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@given(MOMENTS, st.integers(1, 3600))
def test_a_window_ends_after_its_moment_and_no_later_than_its_length(at, seconds):
    end = window_end(at, seconds)
    assert at < end <= at + timedelta(seconds=seconds)


def test_two_files_of_one_minute_share_a_window():
    first = window_end(datetime(2026, 11, 21, 7, 30, 1, tzinfo=UTC), 60)
    assert first == window_end(datetime(2026, 11, 21, 7, 30, 59, 999999, tzinfo=UTC), 60)
    assert first == datetime(2026, 11, 21, 7, 31, tzinfo=UTC)
    assert window_end(first, 60) == datetime(2026, 11, 21, 7, 32, tzinfo=UTC)
