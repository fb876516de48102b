"""Whitespace around values: what people leave there goes, everything else stays."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.contracts.aliases import WHITESPACE
from saleslake.transform.records import Block, join

TEXTS = st.lists(st.text(alphabet=f'{WHITESPACE}a"é\u2003\u0120Â', max_size=4), max_size=6)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_trimmed_values_are_those_python_strips_and_null_where_nothing_is_left(batches):
    blocks = [Block(pa.table({"c0": pa.array(texts, pa.string())}), ()) for texts in batches]
    delivered = [text for texts in batches for text in texts]
    rows = join(blocks, ["c0"]).rows
    assert rows.column("c0").to_pylist() == delivered
    assert rows.column("trimmed_c0").to_pylist() == [text.strip(WHITESPACE) or None for text in delivered]


@settings(deadline=None)
@given(TEXTS)
def test_a_slice_of_a_column_is_trimmed_like_a_whole_one(texts):
    sliced = pa.table({"c0": pa.array(["a ", *texts, " "], pa.string())[1:-1]})
    assert join([Block(sliced, ())], ["c0"]).rows.column("trimmed_c0").to_pylist() == [
        text.strip(WHITESPACE) or None for text in texts
    ]
