"""A figure is held against the same weekdays of the weeks before, robustly, at the level of today."""

import pytest

from saleslake.quality.robust import anscombe, anscombe_back, deviations, judge, judge_rare, level

COUNT = {"limits": (5.0, 5.0), "spread": 1.0, "root": anscombe, "back": anscombe_back}


def week(saturday):
    """A history of eight weeks of a hundred rows a day, with another number on the judged weekday."""
    return {ago: saturday if ago % 7 == 0 else 100 for ago in range(1, 57)}


def test_a_quiet_weekday_is_expected_to_be_quiet():
    found = judge(20, week(20), **COUNT)
    assert found.low <= 20 <= found.high
    assert judge(100, week(20), **COUNT).deviation > 5


def test_one_odd_week_in_eight_changes_nothing():
    history = week(100) | {7: 5000}
    assert judge(100, history, **COUNT).expected == pytest.approx(100)


@pytest.mark.parametrize(("known", "judged"), [(27, False), (28, True)])
def test_fewer_than_four_same_weekdays_let_expect_nothing(known, judged):
    history = dict.fromkeys(range(1, known + 1), 100)
    assert (judge(0, history, **COUNT) is not None) is judged


def test_the_level_of_two_weeks_is_not_moved_by_three_odd_days():
    assert level([100.0] * 11 + [5000.0] * 3) == 100
    assert level([100.0] * 13) is None


def test_what_never_came_before_is_told_by_a_few():
    history = dict.fromkeys(range(1, 57), (0, 100))
    assert judge_rare(1, 100, history, limit=3.5).high >= 1
    assert judge_rare(3, 100, history, limit=3.5).deviation > 3.5


def waves(high):
    """Eight weeks that go up and down week by week."""
    return {ago: 100 + high * (-1) ** (ago // 7) for ago in range(1, 57)}


@pytest.mark.parametrize(("today", "expected"), [(100, 100), (80, 80), (120, 120)])
def test_a_series_that_moves_alike_says_where_today_is(today, expected):
    other = {"other": deviations({0: 10 * today, **{ago: 10 * rows for ago, rows in waves(15).items()}})}
    found = judge(100, waves(15), others=other, **COUNT)
    assert found.expected == pytest.approx(expected, abs=6)
    assert found.beside == "other"


def test_a_series_that_goes_its_own_way_says_nothing():
    steady = {"other": deviations({0: 50, **{ago: 1000 + 30 * (ago % 2) for ago in range(1, 57)}})}
    found = judge(100, waves(15), others=steady, **COUNT)
    assert (found.expected, found.beside) == (judge(100, waves(15), **COUNT).expected, "")


def test_a_series_that_fails_altogether_moves_the_expected_no_further_than_three_deviations():
    history = {ago: 10 * rows for ago, rows in waves(15).items()}
    low, none = (
        judge(100, waves(15), others={"other": deviations({0: rows, **history})}, **COUNT)
        for rows in (300, 1)
    )
    assert low.expected == none.expected > 40
