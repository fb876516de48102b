"""What one file of a company says fits what the others say."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest


@pytest.fixture(scope="module")
def latest(company):
    return {
        name.removesuffix("_latest"): rows
        for name, rows in company.warehouse.tables.items()
        if "_latest" in name
    }


@pytest.fixture(scope="module")
def price_on(latest):
    """The list price of a product valid on a day: of the last change up to its end."""
    changes = defaultdict(list)
    for row in sorted(latest["products"], key=lambda row: row["updated_at"]):
        changes[row["product_id"]].append((row["updated_at"].date(), row["list_price"]))
    return lambda product, day: [price for since, price in changes[product] if since <= day][-1]


@pytest.fixture(scope="module")
def web_lines(latest):
    orders = {order["order_id"]: order for order in latest["web_orders"]}
    return [(item, orders[item["order_id"]]) for item in latest["web_order_items"]]


def test_a_sale_is_at_the_list_price_valid_that_day(latest, price_on, web_lines):
    sales = [row for row in latest["rep_transactions"] if row["refund_of"] is None]
    assert sales and web_lines
    for row in sales:
        assert row["unit_price"] == price_on(row["product_id"], row["transaction_date"])
    for item, order in web_lines:
        assert item["unit_price"] == price_on(item["product_id"], order["ordered_at"].date())
    for row in latest["amazon_orders"]:
        if row["amount"] and row["quantity"]:
            price = row["quantity"] * price_on(row["sku"], row["order_date"])
            assert price * Decimal("0.84") < row["amount"] <= price


def test_prices_do_change_between_the_sales_of_a_product(latest):
    seen = defaultdict(set)
    for row in latest["web_order_items"]:
        seen[row["product_id"]].add(row["unit_price"])
    assert any(len(prices) > 1 for prices in seen.values())


def test_an_order_is_the_sum_of_its_lines_with_tax_and_shipping(web_lines):
    sums = defaultdict(Decimal)
    orders = {}
    for item, order in web_lines:
        sums[order["order_id"]] += item["total_amount"] + item["tax_amount"]
        orders[order["order_id"]] = order
    assert {key: total + orders[key]["shipping_amount"] for key, total in sums.items()} == {
        key: order["total_amount"] for key, order in orders.items()
    }


def test_every_purchase_is_of_its_order_at_that_moment_with_its_lines_in_the_cart_before(latest, web_lines):
    visits = defaultdict(list)
    for event in sorted(latest["web_events"], key=lambda event: event["occurred_at"]):
        visits[event["session_id"]].append(event)
    lines = defaultdict(list)
    orders = {}
    for item, order in web_lines:
        lines[order["order_id"]].append(item["product_id"])
        orders[order["order_id"]] = order
    bought = [visit for visit in visits.values() if visit[-1]["event_type"] == "purchase"]
    assert Counter(visit[-1]["order_id"] for visit in bought) == Counter(orders.keys())
    for visit in bought:
        order = orders[visit[-1]["order_id"]]
        assert visit[-1]["occurred_at"] == order["ordered_at"]
        assert visit[-1]["customer_id"] == order["customer_id"]
        in_cart = [event["product_id"] for event in visit if event["event_type"] == "add_to_cart"]
        assert in_cart == lines[order["order_id"]]
    assert sum(event["event_type"] == "purchase" for event in latest["web_events"]) == len(orders)


def test_there_are_exactly_as_many_events_as_asked_for_and_most_visits_end_without_an_order(latest):
    assert len(latest["web_events"]) == 3_200
    assert len({event["session_id"] for event in latest["web_events"]}) > 3 * len(latest["web_orders"])


def test_only_what_is_on_the_market_is_sold_and_only_by_and_to_who_was_there(latest, web_lines):
    since = {}
    for row in latest["products"]:
        since[row["product_id"]] = min(since.get(row["product_id"], date.max), row["updated_at"].date())
    signed_up = {row["customer_id"]: row["signup_date"] for row in latest["customers"]}
    hired = {row["sales_rep_id"]: row["hire_date"] for row in latest["sales_reps"]}
    for row in latest["rep_transactions"]:
        assert since[row["product_id"]] <= row["transaction_date"]
        assert signed_up[row["customer_id"]] <= row["transaction_date"]
        assert hired[row["sales_rep_id"]] <= row["transaction_date"]
    for item, order in web_lines:
        assert since[item["product_id"]] <= order["ordered_at"].date()
        if order["customer_id"]:
            assert signed_up[order["customer_id"]] <= order["ordered_at"].date()


def test_a_product_sold_was_in_stock_the_evening_before(latest, web_lines):
    on_hand = defaultdict(int)
    for row in latest["inventory"]:
        assert 0 <= row["reserved"] <= row["on_hand"]
        on_hand[row["product_id"], row["snapshot_date"]] += row["on_hand"]
    sold = Counter()
    for row in latest["rep_transactions"]:
        if row["refund_of"] is None:
            sold[row["product_id"], row["transaction_date"]] += row["quantity"]
    for item, order in web_lines:
        sold[item["product_id"], order["ordered_at"].date()] += item["quantity"]
    known = [
        (units, on_hand[product, day - timedelta(1)], on_hand[product, day])
        for (product, day), units in sold.items()
        if (product, day - timedelta(1)) in on_hand and (product, day) in on_hand
    ]
    assert known
    assert all(before - after >= units for units, before, after in known)


def test_reviews_are_by_those_who_bought_the_product_and_come_afterwards(latest, web_lines):
    bought = defaultdict(list)
    for item, order in web_lines:
        if order["status"] in {"delivered", "returned"}:
            bought[order["customer_id"], item["product_id"]].append(order["ordered_at"].date())
    assert len(latest["reviews"]) > 20
    for review in latest["reviews"]:
        assert min(bought[review["customer_id"], review["product_id"]]) < review["review_date"]


def test_refunds_follow_their_sale_and_do_not_exceed_it(latest, web_lines):
    sales = {row["transaction_id"]: row for row in latest["rep_transactions"]}
    refunds = [row for row in latest["rep_transactions"] if row["refund_of"]]
    assert refunds
    for row in refunds:
        sale = sales[row["refund_of"]]
        assert sale["refund_of"] is None and sale["status"] == "completed"
        assert sale["transaction_date"] < row["transaction_date"]
        assert 0 <= row["quantity"] <= sale["quantity"] and 0 < row["total_amount"] <= sale["total_amount"]
    returned = [(item, order) for item, order in web_lines if item["returned_quantity"]]
    assert returned
    for item, order in returned:
        assert order["status"] in {"delivered", "returned"}
        assert order["ordered_at"].date() < item["returned_on"] <= date(2025, 12, 31)
        assert item["refund_amount"] <= item["total_amount"] + item["tax_amount"]


def test_managers_form_one_tree_at_most_six_deep_and_were_hired_before(company, latest):
    reps = {row["sales_rep_id"]: row for row in latest["sales_reps"]}
    top = [row for row in reps.values() if row["manager_id"] is None]
    assert len(top) == 1
    for row in reps.values():
        if row["manager_id"]:
            assert reps[row["manager_id"]]["hire_date"] <= row["hire_date"]
    levels = [
        row["management_level"] for row in company.warehouse.tables["dim_sales_rep"] if not row["is_inferred"]
    ]
    assert set(levels) - {None} <= {1, 2, 3, 4, 5, 6}
    assert len([level for level in levels if level is not None]) >= len(reps)


def test_amazon_sells_the_products_of_the_company_in_their_category(latest):
    categories = defaultdict(set)
    for row in latest["products"]:
        categories[row["product_id"]].add(row["category"])
    assert all(row["category"] in categories[row["sku"]] for row in latest["amazon_orders"])


def test_few_products_and_customers_make_most_of_the_sales(latest, web_lines):
    for counts in (
        Counter(row["sku"] for row in latest["amazon_orders"]),
        Counter(order["customer_id"] for _, order in web_lines),
    ):
        ranked = sorted(counts.values(), reverse=True)
        assert sum(ranked[: len(ranked) // 4]) > 0.4 * sum(ranked)
