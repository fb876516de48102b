"""Rows that come again: duplicates are counted, other repeats of a key are its nth occurrence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.transform import delimited, repeats
from tests.unit.transform.report import line, report, transform


def occurrences(*lines):
    found = transform(report(*lines))
    return [(row["line_number"], row["occurrence"]) for row in found.rows], found.result.rows_duplicate


def test_rows_equal_in_all_columns_delivered_are_duplicates_and_the_first_stays():
    assert occurrences(line(), line(), line()) == ([(2, 1)], 2)


def test_rows_that_differ_in_a_column_nobody_needs_are_no_duplicates():
    assert occurrences(line(index="1"), line(index="2")) == ([(2, 1), (3, 2)], 0)


def test_rows_that_differ_only_in_the_spelling_of_a_value_are_no_duplicates():
    assert occurrences(line(), line(ship_state="maharashtra")) == ([(2, 1), (3, 2)], 0)


def test_quoting_a_field_does_not_make_a_row_another_one():
    assert occurrences(line(), line(ship_city='"MUMBAI"')) == ([(2, 1)], 1)


def test_duplicates_do_not_count_as_occurrences_but_quarantined_rows_do():
    lines = [line(index="1"), line(index="1"), line(index="2", Amount="x"), line(index="3")]
    assert occurrences(*lines) == ([(2, 1), (5, 3)], 1)


def test_occurrences_are_counted_per_order_and_sku():
    lines = [
        line(index="1"),
        line(index="2", SKU="B"),
        line(index="3", Order_ID="2"),
        line(index="4", SKU="B"),
    ]
    assert occurrences(*lines) == ([(2, 1), (3, 1), (4, 1), (5, 2)], 0)


def test_a_duplicate_of_a_quarantined_row_is_a_duplicate():
    found = transform(report(line(Amount="x"), line(Amount="x")))
    assert (found.result.rows_quarantined, found.result.rows_duplicate) == (1, 1)
    assert [row["line_number"] for row in found.quarantined] == [2]


def test_repeats_are_found_across_blocks(monkeypatch):
    monkeypatch.setattr(delimited, "READ_SIZE", 1024)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1024)
    filler = [line(index=str(number), Order_ID=f"o{number}") for number in range(40)]
    lines = [line(index="x"), *filler, line(index="x"), line(index="y"), *filler, line(index="z")]
    found, duplicates = occurrences(*lines)
    assert duplicates == 41
    assert [(at, nth) for at, nth in found if nth > 1] == [(44, 2), (85, 3)]


def test_keys_that_are_alike_in_the_half_kept_in_memory_are_told_apart(monkeypatch):
    monkeypatch.setattr(delimited, "READ_SIZE", 1024)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1024)
    lines = [line(index=str(number), Order_ID=f"o{number % 50}") for number in range(90)]
    exact = occurrences(*lines)
    assert [nth for _, nth in exact[0]] == [1] * 50 + [2] * 40
    for name in ("_MET", "_REMEMBER"):
        monkeypatch.setattr(repeats, name, getattr(repeats, name).replace(">> 32", ">> 62"))
    assert occurrences(*lines) == exact


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("12"), st.booleans()), max_size=60),
    block=st.sampled_from([300, 1000, 100_000]),
    at_once=st.sampled_from([1, 5, 1 << 20]),
)
def test_any_mix_of_duplicates_bad_rows_and_returning_keys_is_counted_like_one_by_one(rows, block, at_once):
    seen, kept, duplicates = {}, [], 0
    for number, (key, index, bad) in enumerate(rows, 2):
        before = seen.setdefault(key, [])
        if (index, bad) in before:
            duplicates += 1
            continue
        before.append((index, bad))
        if not bad:
            kept.append((number, len(before)))
    lines = [line(Order_ID=key, index=index, Amount="x" if bad else "1.00") for key, index, bad in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "READ_SIZE", 300)
        patch.setattr(delimited, "BLOCK_BYTES", block)
        patch.setattr(repeats, "AT_ONCE", at_once)
        assert occurrences(*lines) == (kept, duplicates)
