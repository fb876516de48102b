"""Changes over time: which row holds on a day, and which begin a version."""

import numpy as np
import pytest

from datagen.world.calendar import SECONDS, calendar, day_number, day_text
from datagen.world.history import History, changes, running
from datagen.world.sizes import SCALES


@pytest.fixture
def history() -> History:
    """Subject 0 changes on days 10 (twice), 20; subject 2 on day 15; subject 1 is not known."""
    days = np.array([10, 10, 20, 15])
    return History(np.array([0, 0, 0, 2]), days * SECONDS + np.array([5, 9, 1, 1]), 3)


@pytest.mark.parametrize(
    ("subject", "day", "row"),
    [
        (0, 9, 1),
        (0, 10, 1),
        (0, 19, 1),
        (0, 20, 2),
        (0, 99, 2),
        (2, 1, 3),
        (2, 15, 3),
        (1, 12, -1),
        (7, 12, -1),
    ],
)
def test_the_last_change_up_to_a_day_holds_and_the_first_day_holds_before_it(history, subject, day, row):
    assert history.row_at(np.array([subject]), np.array([day])).tolist() == [row]


def test_of_several_changes_on_a_day_only_the_last_can_begin_a_version(history):
    assert history.versions(np.array([[1], [2], [3], [3]])).tolist() == [1, 2, 3]


def test_a_change_of_nothing_tracked_begins_no_version(history):
    assert history.versions(np.array([[1], [2], [2], [2]])).tolist() == [1, 3]


def test_nobody_known_gives_no_row():
    empty = History(np.array([], np.int64), np.array([], np.int64), 3)
    assert empty.row_at(np.array([0, 1]), np.array([5, 6])).tolist() == [-1, -1]


def test_steps_add_up_within_a_subject_and_begin_anew_with_the_next(history):
    assert running(np.array([7, 1, 1, 7]), history).tolist() == [0, 1, 2, 0]


def test_no_subject_changes_twice_in_a_second_and_some_twice_in_a_day():
    rng = np.random.default_rng(1)
    made = changes(rng, np.full(500, 90), 100, 465, 3.0)
    assert len(np.unique(made.subject * 10**10 + made.stamp)) == len(made.subject)
    assert (~made.is_last_of_day).any()
    assert made.day.max() <= 465 and (made.day[made.is_first] == 90).all()


def test_months_and_days_cover_every_day_once():
    days = calendar(date_of("2025-03-02"), 40, 3)
    spans = [(batch.label, day_text(batch.first), day_text(batch.last)) for batch in days.batches]
    assert spans == [
        ("2025-01", "2025-01-22", "2025-01-31"),
        ("2025-02", "2025-02-01", "2025-02-27"),
        ("2025-02-28", "2025-02-28", "2025-02-28"),
        ("2025-03-01", "2025-03-01", "2025-03-01"),
        ("2025-03-02", "2025-03-02", "2025-03-02"),
    ]
    assert days.batch_of(np.array([0, day_number(date_of("2025-02-28")), 99_999])).tolist() == [0, 2, 4]


def test_october_is_busier_than_february_and_sunday_than_monday():
    days = calendar(date_of("2025-12-31"), 365, 0)
    weights = days.weights(np.random.default_rng(3))
    assert weights[273:304].mean() > 1.3 * weights[31:59].mean()
    assert weights[4::7].mean() > weights[5::7].mean()  # 2025-01-05 was a Sunday


def test_the_scales_are_those_asked_for():
    sizes = {name: (size.customers, size.products, size.orders, size.events) for name, size in SCALES.items()}
    assert sizes == {
        "small": (1_000, 500, 5_000, 50_000),
        "medium": (10_000, 500, 100_000, 500_000),
        "large": (100_000, 50_000, 500_000, 5_000_000),
    }


def date_of(text: str):
    from datetime import date

    return date.fromisoformat(text)
