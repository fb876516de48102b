"""Texts that come again are computed once; nothing of a file may show which they were."""

import pytest

from saleslake.transform import delimited, lookup
from tests.unit.transform.report import line, report, transform

VARIED = {
    "Date": ["06-29-22", "2022-06-28", "x", ""],
    "Status": ["Shipped", "shipped", "Sold", "", "Cancelled"],
    "Qty": ["1", "01", "1.0", "1.5", "-1"],
    "currency": ["INR", "inr", "EUR", ""],
    "Amount": ["1.10", "1.1", "x", "-2", ""],
    "ship_state": ["KERALA", "Kerala ", "Atlantis", ""],
    "B2B": ["True", "false", "maybe"],
    "Courier_Status": ["Shipped", "Lost", ""],
}


def strange_file():
    """Every column goes through its texts, each at a pace of its own, over many blocks."""
    lines = []
    for number in range(600):
        told = {
            name: texts[number // (at + 1) % len(texts)] for at, (name, texts) in enumerate(VARIED.items())
        }
        lines.append(line(index=str(number), Order_ID=f"o{number}", **told))
    return report(*lines)


@pytest.mark.parametrize("most", [50_000, 4], ids=["all remembered", "forgotten again and again"])
def test_a_file_comes_out_the_same_whether_its_texts_are_looked_up_or_computed_row_by_row(monkeypatch, most):
    monkeypatch.setattr(delimited, "READ_SIZE", 4096)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 8192)
    monkeypatch.setattr(lookup, "AGAIN", 10**9)
    computed = transform(strange_file())
    monkeypatch.setattr(lookup, "AGAIN", 2)
    monkeypatch.setattr(lookup, "MOST", most)
    learnt = []
    learn = lookup.Lookup._learn
    monkeypatch.setattr(
        lookup.Lookup, "_learn", lambda self, texts, new: learnt.append(len(new)) or learn(self, texts, new)
    )
    looked_up = transform(strange_file())
    assert looked_up == computed
    assert computed.rows and computed.quarantined and computed.result.warnings
    assert len(learnt) >= len(VARIED)
