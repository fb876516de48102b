"""Headers, dates and aliases: one meaning each, checked against Python's own reading and against the SQL."""

from datetime import date, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.contracts.aliases import WHITESPACE, canonical, fold, load_aliases
from saleslake.contracts.dates import DateFormat, read_date, rivals
from saleslake.contracts.headers import normalise_header
from saleslake.contracts.loader import load_contract
from saleslake.transform.values import fold_sql, quote, read_date_sql

FORMATS = load_contract("amazon_orders").by_name["order_date"].formats
ENGINE = duckdb.connect()


def ask(expression):
    return ENGINE.execute(f"SELECT {expression}").fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sales Channel ", "sales_channel"),
        ("ship-service-level", "ship_service_level"),
        ("\ufeffOrder ID", "order_id"),
        ("ORDER__ID", "order_id"),
        ("Ｏｒｄｅｒ ID", "order_id"),
        ("Unnamed: 22", "unnamed_22"),
        ("Größe", "grösse"),
        ("राज्य", "र_ज_य"),
        (" - ", ""),
    ],
)
def test_a_header_is_compared_by_its_letters_and_digits(text, name):
    assert normalise_header(text) == name


@given(st.text())
def test_normalising_a_header_again_changes_nothing(text):
    assert normalise_header(normalise_header(text)) == normalise_header(text)


@given(st.text(), st.sampled_from([" ", "-", "_", "  ", "\t"]))
def test_what_stands_between_the_words_of_a_header_does_not_matter(text, between):
    assert normalise_header(f"{between}{text.replace(' ', between)}{between}") == normalise_header(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("04-30-22", date(2022, 4, 30)),
        ("02-29-24", date(2024, 2, 29)),
        ("02-29-22", None),
        ("4-30-22", None),
        ("2022-04-30", date(2022, 4, 30)),
        ("2022-4-30", None),
        ("04-30-22 ", None),
        ("٠٤-٣٠-٢٢", None),
        ("", None),
    ],
)
def test_a_date_is_read_by_a_format_exactly_or_not_at_all(text, day):
    assert read_date(text, ["MM-dd-yy", "yyyy-MM-dd"]) == day
    assert ask(read_date_sql(quote(text), ["MM-dd-yy", "yyyy-MM-dd"])) == day


@pytest.mark.parametrize("text", ["30/04", "MM-dd", "yyyy-MM-dd-dd", "YYYY-MM-DD", ""])
def test_a_format_must_name_year_month_and_day(text):
    with pytest.raises(ValueError):
        DateFormat.parse(text)


def test_formats_that_read_one_text_as_two_days_are_rivals():
    assert rivals(FORMATS) == (
        ("M/d/yyyy", "d/M/yyyy"),
        ("M/d/yy", "d/M/yy"),
        ("M-d-yyyy", "d-M-yyyy"),
    )
    assert rivals(["MM-dd-yy", "dd-MM-yy", "yy-MM-dd"]) == (("MM-dd-yy", "dd-MM-yy", "yy-MM-dd"),)
    assert rivals(["MM-dd-yy", "yyyy-MM-dd"]) == ()


@given(
    st.dates(date(1969, 1, 1), date(2068, 12, 31)),
    st.sampled_from([("MM-dd-yy", "%m-%d-%y"), ("yyyy-MM-dd", "%Y-%m-%d"), ("d/M/yyyy", "%d/%m/%Y")]),
)
def test_every_day_written_in_a_format_is_read_back(day, form):
    name, pattern = form
    assert read_date(day.strftime(pattern), [name]) == day


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.from_regex(r"[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}", fullmatch=True),
        st.text(alphabet="0123456789-/ :", max_size=12),
    )
)
def test_sql_and_python_read_the_same_day_from_any_text(text):
    for name in FORMATS:
        assert ask(read_date_sql(quote(text), [name])) == read_date(text, [name])


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_is_never_read_as_another_day_than_python_says(day):
    text = f"{day.month}/{day.day}/{day.year}"
    assert read_date(text, ["M/d/yyyy"]) == datetime.strptime(text, "%m/%d/%Y").date()


@pytest.mark.parametrize(
    ("text", "state"),
    [(" raJSHthan\u00a0", "Rajasthan"), ("new   delhi", "Delhi"), ("Nowhere", None), ("", None)],
)
def test_an_alias_is_found_whatever_its_case_and_spaces(text, state):
    assert canonical(text, load_aliases("states")) == state


@given(st.text(alphabet=st.characters(max_codepoint=0x17F) | st.sampled_from(WHITESPACE), max_size=12))
def test_sql_and_python_fold_a_spelling_alike(text):
    text = text.replace("\0", "").replace("İ", "")
    assert ask(fold_sql(quote(text.strip(WHITESPACE)))) == fold(text)
