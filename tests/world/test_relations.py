"""What refers to something that nobody delivered is told of, and once it has waited too long, acted upon."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest

from saleslake.contracts import loader
from saleslake.errors import DoesNotReconcile
from saleslake.warehouse import models
from tests.oracle.warehouse_files import Delivered
from tests.world.workbench import workbench

pytestmark = pytest.mark.xdist_group("workbench")
REVIEW = "review_id,product_id,customer_id,rating,review_date,is_verified\n{},{},{},5,2024-02-01,true\n"
PRODUCT = (
    "product_id,name,category,subcategory,brand,list_price,cost,updated_at\n"
    "{},Kurta,Set,,,100.00,60.00,2024-01-01T00:00:00Z\n"
)


@pytest.fixture
def bench():
    with workbench() as stack:
        yield stack


@pytest.fixture
def deliver(bench, tmp_path):
    """Land a file so many days ago; what the run that loads it warns of."""
    count = itertools.count(1)

    def delivered(dataset: str, text: str, days_ago: int = 0) -> dict[str, int]:
        path = Path(tmp_path / f"{next(count)}.csv")
        path.write_text(text)
        at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days_ago)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        bench.land(Delivered(dataset, path, f"{stamp}|landing/{dataset}/{path.name}|"))
        bench.run()
        *_, last = sorted(bench.backend.ledger.items("run"), key=lambda run: run["started_at"])
        return {name: int(times) for name, times in last["warnings"].items()}

    return delivered


def test_what_is_not_there_yet_warns_and_after_its_days_is_overdue(deliver):
    assert deliver("reviews", REVIEW.format("V1", "P1", "C1")) == {
        "reviews.product_id_in_products": 1,
        "reviews.customer_id_in_customers": 1,
    }
    assert deliver("products", PRODUCT.format("P1")) == {"reviews.customer_id_in_customers": 1}
    assert deliver("reviews", REVIEW.format("V2", "P2", "C1"), days_ago=7) == {
        "reviews.product_id_in_products": 1,
        "reviews.customer_id_in_customers": 2,
        "reviews.product_id_in_products_overdue": 1,
        "reviews.customer_id_in_customers_overdue": 1,
    }
    assert "reviews.product_id_in_products_overdue" not in deliver(
        "reviews", REVIEW.format("V2", "P1", "C1"), days_ago=6
    )


def test_what_waited_too_long_halts_the_run_where_the_contract_says_so(deliver, monkeypatch):
    read = loader.read_contract

    def strict(path):
        contract = read(path)
        rules = [
            rule.model_copy(update={"action": "halt"})
            if rule.name == "product_id_in_products_overdue"
            else rule
            for rule in contract.table_rules
        ]
        return contract.model_copy(update={"table_rules": tuple(rules)})

    monkeypatch.setattr(loader, "read_contract", strict)
    for cached in (loader.contracts, models.models):
        cached.cache_clear()
    try:
        deliver("reviews", REVIEW.format("V1", "P1", "C1"), days_ago=6)
        with pytest.raises(DoesNotReconcile, match="1 rows break product_id_in_products_overdue"):
            deliver("reviews", REVIEW.format("V2", "P1", "C1"), days_ago=8)
    finally:
        monkeypatch.undo()
        for cached in (loader.contracts, models.models):
            cached.cache_clear()
