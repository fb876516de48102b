"""A contract with a mistake is refused with the file and the field at fault."""

import copy
import io
from importlib.resources import files

import pytest
import yaml

from saleslake.contracts.aliases import load_aliases, spellings
from saleslake.contracts.loader import read_contract
from saleslake.contracts.odcs import contract_from_document
from saleslake.errors import ContractInvalid

DOCUMENT = yaml.safe_load((files("saleslake.contracts") / "amazon_orders.yaml").read_text(encoding="utf-8"))


def column(document, name):
    return next(node for node in document["schema"][0]["properties"] if node["name"] == name)


def custom(name, value):
    return [{"property": name, "value": value}]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: d.pop("kind"), "orders.yaml: apiVersion: expected a DataContract of ODCS v3"),
        (lambda d: d.pop("team"), "orders.yaml: team: is missing"),
        (lambda d: d.pop("schema"), "orders.yaml: schema: is missing"),
        (lambda d: d["schema"].append({}), "orders.yaml: schema: expected one table per contract"),
        (lambda d: d["schema"][0].update(name="Orders"), "'Orders' is no table name"),
        (lambda d: d.pop("slaProperties"), "orders.yaml: slaProperties.latency: is missing"),
        (
            lambda d: column(d, "sku").pop("description"),
            "orders.yaml: amazon_orders.sku.description: is missing",
        ),
        (
            lambda d: column(d, "sku").update(logicalType="text"),
            "orders.yaml: amazon_orders.sku.logicalType: expected one of string, integer, number, boolean, date",
        ),
        (
            lambda d: column(d, "amount").update(physicalType="double"),
            "orders.yaml: amazon_orders.amount.physicalType: 'double' does not fit number",
        ),
        (
            lambda d: column(d, "sku").update(customProperties=custom("header", ["SKU"])),
            "orders.yaml: amazon_orders.sku.customProperties.header: unknown",
        ),
        (
            lambda d: column(d, "sku").update(customProperties=custom("headers", ["Style"])),
            "orders.yaml: amazon_orders.sku.headers: 'style' is style's as well",
        ),
        (
            lambda d: column(d, "sku").update(customProperties=custom("formats", ["MM-dd-yy"])),
            "orders.yaml: amazon_orders.sku.customProperties.formats: a date, and nothing else, lists its formats",
        ),
        (
            lambda d: column(d, "order_date").update(customProperties=custom("formats", ["MM-dd-YY"])),
            "orders.yaml: amazon_orders.order_date.customProperties.formats: 'MM-dd-YY' is no date format",
        ),
        (
            lambda d: column(d, "order_date")["logicalTypeOptions"].update(minimum="1 May"),
            "orders.yaml: amazon_orders.order_date.logicalTypeOptions.minimum: '1 May' is no date",
        ),
        (
            lambda d: column(d, "sku").update(name="when"),
            "orders.yaml: amazon_orders.when: 'when' is a word of SQL; when_ would do",
        ),
        (lambda d: column(d, "sku").update(name="null"), "'null' is a word of SQL; null_ would do"),
        (lambda d: d["schema"][0].update(name="order"), "'order' is a word of SQL; order_ would do"),
        (
            lambda d: column(d, "sku").update(name="run_id"),
            "orders.yaml: amazon_orders.run_id: 'run_id' is taken by the tables themselves; run_id_ would do",
        ),
        (lambda d: column(d, "sku").update(name="SKU No"), "'SKU No' is no column name: lower case"),
        (
            lambda d: column(d, "sku").update(name="style"),
            "orders.yaml: amazon_orders.style: two columns have this name",
        ),
        (
            lambda d: column(d, "amount").update(physicalType="decimal(18,4)"),
            "orders.yaml: amazon_orders.amount.money: sums are kept to the cent: make it decimal(18,2), or leave",
        ),
        (
            lambda d: column(d, "currency").update(customProperties=custom("requiredWith", "price")),
            "orders.yaml: amazon_orders.currency.requiredWith: no column 'price'",
        ),
        (
            lambda d: column(d, "status")["quality"][0].update(metric="nullValues"),
            "orders.yaml: amazon_orders.status.quality: expected one rule",
        ),
        (
            lambda d: column(d, "status")["quality"][0].update(customProperties=custom("action", "drop")),
            "orders.yaml: amazon_orders.status",
        ),
        (
            lambda d: column(d, "ship_state").update(customProperties=custom("aliases", "provinces")),
            "aliases/provinces.yaml",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(change, complaint):
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(ContractInvalid) as raised:
        contract_from_document(document, "orders.yaml", aliases=load_aliases)
    assert complaint in str(raised.value)


def test_a_file_that_is_not_yaml_is_named(tmp_path):
    path = tmp_path / "orders.yaml"
    path.write_text("schema: [", encoding="utf-8")
    with pytest.raises(ContractInvalid, match=r"orders\.yaml: not YAML"):
        read_contract(path)


def test_a_spelling_stands_for_one_value_only():
    with pytest.raises(ContractInvalid, match="'up' stands for both 'Uttar Pradesh' and 'Upper'"):
        spellings((("Uttar Pradesh", ("UP",)), ("Upper", ("up",))))


def test_reading_contracts_needs_neither_duckdb_nor_pyarrow(monkeypatch):
    import subprocess
    import sys

    code = (
        "import sys; import saleslake.contracts.recognise, saleslake.contracts.glue, saleslake.ingest.inspect;"
        "print([name for name in ('duckdb', 'pyarrow', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert io.StringIO(done.stderr).read() == ""
