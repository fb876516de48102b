"""The warehouse oracle itself, on cases small enough to work out by hand."""

from datetime import date
from decimal import Decimal
from hashlib import md5
from operator import itemgetter

import pytest

from tests.oracle.warehouse_facts import shipping_shares
from tests.unit.oracle.deliveries import Mail


@pytest.fixture
def mail(tmp_path):
    return Mail(tmp_path)


def spans(rows, column):
    ordered = sorted(rows, key=itemgetter("valid_from"))
    return [(str(row["valid_from"]), str(row["valid_to"]), row[column]) for row in ordered]


def test_a_late_change_is_inserted_into_the_middle_of_a_history(mail):
    mail.bring(
        "customers",
        {"customer_id": "C1", "city": "Pune", "name": "Old"},
        {"customer_id": "C1", "city": "Goa", "name": "New", "updated_at": "2024-06-01T09:00:00Z"},
    )
    mail.bring(
        "customers",
        {"customer_id": "C1", "city": "Agra", "name": "Mid", "updated_at": "2024-03-01T09:00:00Z"},
    )
    rows = mail.table("dim_customer", lambda row: row["customer_id"] == "C1")
    assert spans(rows, "city") == [
        ("1900-01-01", "2024-03-01", "Pune"),
        ("2024-03-01", "2024-06-01", "Agra"),
        ("2024-06-01", "9999-12-31", "Goa"),
    ]
    assert {row["name"] for row in rows} == {"New"}
    assert [row["is_current"] for row in sorted(rows, key=itemgetter("valid_from"))] == [False, False, True]
    assert md5(b"C1|2024-03-01").hexdigest() in {row["customer_key"] for row in rows}


def test_of_one_day_the_last_change_counts_and_no_change_is_no_version(mail):
    mail.bring(
        "customers",
        {"customer_id": "C1", "city": "Pune"},
        {"customer_id": "C1", "city": "Goa", "updated_at": "2024-06-01T09:00:00Z"},
        {"customer_id": "C1", "city": "Agra", "updated_at": "2024-06-01T23:30:00Z"},
        {"customer_id": "C1", "city": "Agra", "updated_at": "2024-07-01T00:00:00Z", "phone": "1"},
        {"customer_id": "C1", "city": "Leh", "updated_at": "2024-08-01T02:00:00+05:30"},  # still July in UTC
    )
    rows = mail.table("dim_customer", lambda row: row["customer_id"] == "C1")
    assert spans(rows, "city") == [
        ("1900-01-01", "2024-06-01", "Pune"),
        ("2024-06-01", "2024-07-31", "Agra"),
        ("2024-07-31", "9999-12-31", "Leh"),
    ]


def test_two_versions_with_one_timestamp_are_one_the_later_landed(mail):
    mail.bring("customers", {"customer_id": "C1", "city": "Pune"}, {"customer_id": "C1", "city": "Goa"})
    assert [row["city"] for row in mail.table("customers_latest")] == ["Goa"]
    mail.bring("customers", {"customer_id": "C1", "city": "Agra"})
    assert [row["city"] for row in mail.table("customers_latest")] == ["Agra"]


def test_an_inferred_member_is_filled_when_it_arrives(mail):
    mail.bring("rep_transactions", {"transaction_id": "T1"})
    (line,) = mail.table("fact_sales")
    (inferred,) = mail.table("dim_product", lambda row: row["product_id"] == "P1")
    assert inferred["is_inferred"]
    assert inferred["category"] == "Unknown"
    assert line["product_key"] == inferred["product_key"] == md5(b"P1|1900-01-01").hexdigest()
    assert (line["cost_amount"], line["profit_amount"]) == (None, None)
    mail.bring("products", {"product_id": "P1"})
    (line,) = mail.table("fact_sales")
    (filled,) = mail.table("dim_product", lambda row: row["product_id"] == "P1")
    assert (filled["is_inferred"], filled["category"]) == (False, "Set")
    assert (line["cost_amount"], line["profit_amount"]) == (Decimal("8.00"), Decimal("12.00"))


def test_a_superseded_row_still_leaves_its_inferred_member(mail):
    mail.bring("rep_transactions", {"transaction_id": "T1", "customer_id": "Gone"})
    mail.bring("rep_transactions", {"transaction_id": "T1", "customer_id": "C1"})
    assert {row["customer_id"] for row in mail.table("dim_customer")} == {"Unknown", "Gone", "C1"}
    assert [row["customer_id"] for row in mail.table("fact_sales")] == ["C1"]


def test_a_sale_joins_the_version_of_its_own_day(mail):
    mail.bring(
        "products",
        {"product_id": "P1"},
        {"product_id": "P1", "cost": "5", "updated_at": "2024-03-05T00:00:00Z"},
    )
    mail.bring(
        "rep_transactions", {"transaction_id": "A", "transaction_date": "2024-03-04"}, {"transaction_id": "B"}
    )
    cost = {row["order_id"]: row["cost_amount"] for row in mail.table("fact_sales")}
    assert cost == {"A": Decimal("8.00"), "B": Decimal("10.00")}


def test_a_refund_that_arrives_before_its_sale_points_to_it(mail):
    refund = {
        "transaction_id": "T2",
        "refund_of": "T1",
        "status": "refunded",
        "total_amount": "7.50",
        "quantity": "0",
    }
    mail.bring("rep_transactions", refund)
    mail.bring("rep_transactions", {"transaction_id": "T1"})
    sale, returned = sorted(mail.table("fact_sales"), key=itemgetter("order_id"))
    assert (returned["line_type"], returned["is_active"]) == ("return", False)
    assert returned["returned_sale_line_id"] == sale["sale_line_id"]
    assert (returned["net_amount"], returned["refund_amount"], returned["profit_amount"]) == (
        Decimal("0.00"),
        Decimal("7.50"),
        Decimal("-7.50"),
    )
    (day,) = mail.table("rollup_sales_daily")
    assert (day["revenue"], day["all_lines"]) == (Decimal("20.00"), 1)


def test_items_wait_for_their_order(mail):
    mail.bring("web_order_items", {"order_id": "W1"})
    assert mail.table("fact_sales") == []
    mail.bring("web_orders", {"order_id": "W1", "ship_state": "Orissa"})
    (line,) = mail.table("fact_sales")
    assert (line["sale_date"], line["customer_id"]) == (date(2024, 3, 5), None)
    assert line["customer_key"] == md5(b"Unknown|1900-01-01").hexdigest()
    assert line["geography_id"] == md5(b"IN|Odisha").hexdigest()


def test_a_web_return_is_a_line_of_its_own_day(mail):
    mail.bring("web_orders", {"order_id": "W1"})
    mail.bring("web_order_items", {"order_id": "W1"})
    given_back = {"returned_quantity": "1", "returned_on": "2024-04-02", "refund_amount": "10"}
    mail.bring("web_order_items", {"order_id": "W1", **given_back})
    sale, returned = sorted(mail.table("fact_sales"), key=itemgetter("sale_date"))
    assert returned["sale_line_id"] == md5(b"web|W1|1|return").hexdigest()
    assert returned["returned_sale_line_id"] == sale["sale_line_id"]
    assert (sale["status"], returned["status"], str(returned["sale_date"])) == (
        "paid",
        "returned",
        "2024-04-02",
    )


@pytest.mark.parametrize(
    ("shipping", "nets", "shares"),
    [
        ("1.00", ["10", "10", "10"], ["0.33", "0.33", "0.34"]),
        ("50.00", ["0", "7.77"], ["0.00", "50.00"]),
        ("9.99", ["0.00", "0.00"], ["9.99", "0.00"]),
        ("0.01", ["1", "2"], ["0.00", "0.01"]),
    ],
)
def test_shipping_is_shared_out_to_the_paisa(shipping, nets, shares):
    found = shipping_shares(Decimal(shipping), [Decimal(net) for net in nets])
    assert [str(share) for share in found] == shares


@pytest.mark.parametrize(
    ("managers", "levels"),
    [
        ({"A": "", "B": "A", "C": "B"}, {"A": 1, "B": 2, "C": 3}),
        ({"A": "B", "B": "A", "C": "B"}, {"A": None, "B": None, "C": None}),
        ({"A": "nobody"}, {"A": 1}),
        ({"A": "A"}, {"A": None}),
        (
            {name: chr(ord(name) - 1) if name > "A" else "" for name in "ABCDEFG"},
            dict(zip("ABCDEFG", [1, 2, 3, 4, 5, 6, None], strict=True)),
        ),
    ],
)
def test_the_tree_of_managers(mail, managers, levels):
    mail.bring("sales_reps", *({"sales_rep_id": rep, "manager_id": boss} for rep, boss in managers.items()))
    rows = mail.table("dim_sales_rep", lambda row: row["sales_rep_id"] != "Unknown")
    assert {row["sales_rep_id"]: row["management_level"] for row in rows} == levels


@pytest.mark.parametrize(
    ("dataset", "row"),
    [
        ("web_order_items", {"order_id": "W", "returned_quantity": "2"}),
        ("web_order_items", {"order_id": "W", "refund_amount": "10.01"}),
        ("web_order_items", {"order_id": "W", "total_amount": "9.99"}),
        ("rep_transactions", {"transaction_id": "T", "total_amount": "19.99"}),
        ("products", {"product_id": "P", "stock": "-1"}),
        ("products", {"product_id": "P", "updated_at": "2025-06-01T00:00:00Z"}),
        ("customers", {"customer_id": "C", "updated_at": "2024-06-01T00:00:00"}),
        ("web_orders", {"order_id": "W", "ordered_at": ""}),
    ],
)
def test_a_row_that_cannot_be_believed_stays_out(mail, dataset, row):
    file = mail.bring(dataset, row)
    reading = mail.warehouse().files[file.file_id]
    assert (reading.read, reading.quarantined, reading.rows) == (1, 1, [])


def test_the_same_row_twice_in_a_file_counts_once(mail):
    file = mail.bring("inventory", {}, {}, {"warehouse": "V"})
    reading = mail.warehouse().files[file.file_id]
    assert (reading.read, reading.duplicates, [row["line_number"] for row in reading.rows]) == (3, 1, [2, 4])
