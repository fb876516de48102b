"""Readers look at the ledger now and then, and yet change to a new release all at once."""

import itertools

import pytest

from saleslake.aws.ledger import READER_HOLD_SECONDS, Current, Ledger
from saleslake.aws.readers_release import ReadersRelease


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


class Book:
    """Stands for the ledger: what is current, and how often it was asked."""

    def __init__(self, current=None):
        self.item = current
        self.looks = 0

    def current(self):
        self.looks += 1
        return self.item


def test_before_the_first_release_there_is_none():
    assert ReadersRelease(Book(), Clock()).current_release() is None


def test_many_answers_share_one_look():
    book, clock = Book(Current("r-1", None, 0)), Clock()
    reader = ReadersRelease(book, clock)
    assert [reader.current_release() for _ in range(100)] == ["r-1"] * 100
    assert book.looks == 1
    clock.now += READER_HOLD_SECONDS
    reader.current_release()
    assert book.looks == 2


def test_a_clock_set_back_makes_a_reader_look_again():
    book, clock = Book(Current("r-1", None, 0)), Clock()
    reader = ReadersRelease(book, clock)
    reader.current_release()
    clock.now -= 60
    reader.current_release()
    assert book.looks == 2


@pytest.mark.parametrize("behind", [0.0, 0.1, 0.25, 0.49])
def test_readers_that_looked_at_different_times_change_at_the_same_moment(behind):
    book, clock = Book(Current("r-1", None, 0)), Clock()
    early, late = ReadersRelease(book, clock), ReadersRelease(book, clock)
    early.current_release()
    clock.now += behind
    late.current_release()
    book.item = Current("r-2", "r-1", int((clock.now + Ledger("none", object()).notice_seconds) * 1000))
    for _ in itertools.repeat(None, 300):
        clock.now += 0.01
        expected = "r-2" if clock.now * 1000 >= book.item.effective_at else "r-1"
        assert early.current_release() == late.current_release() == expected
    assert expected == "r-2"
