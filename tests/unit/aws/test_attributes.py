"""Items of the ledger are read back as they were written, and in the form boto3 gives them."""

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from saleslake.aws.attributes import from_dynamodb, to_dynamodb

values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(10**30), 10**30),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(values)
def test_values_are_read_back_as_they_were_written(value):
    attribute = to_dynamodb(value)
    assert attribute == TypeSerializer().serialize(value)
    assert from_dynamodb(attribute) == value


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"x", object()])
def test_what_the_ledger_does_not_write_is_refused(value):
    with pytest.raises(TypeError):
        to_dynamodb(value)


def test_an_attribute_the_ledger_does_not_write_is_not_guessed_at():
    with pytest.raises(TypeError):
        from_dynamodb({"SS": ["a"]})
