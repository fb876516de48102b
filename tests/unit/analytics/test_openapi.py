"""The committed description of the API is the one that is served."""

import json
from pathlib import Path

from openapi_spec_validator import validate

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_document_is_the_one_served(site):
    served = site.get("/openapi.json")["body"]
    assert COMMITTED.read_text(encoding="utf-8") == served, (
        "run: python -m saleslake.analytics docs/openapi.json"
    )


def test_the_document_is_valid_openapi():
    validate(json.loads(COMMITTED.read_text(encoding="utf-8")))


def test_money_is_described_as_a_plain_number():
    schemas = json.loads(COMMITTED.read_text(encoding="utf-8"))["components"]["schemas"]
    revenue = schemas["Kpis"]["properties"]["total_revenue"]
    assert revenue["type"] == "number"
    assert "pattern" not in revenue


def test_the_document_knows_only_our_own_refusals():
    described = json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert set(described["paths"]["/analytics"]["get"]["responses"]) == {
        "200",
        "304",
        "400",
        "404",
        "410",
        "422",
        "500",
        "503",
    }
    assert not [name for name in described["components"]["schemas"] if "ValidationError" in name]
