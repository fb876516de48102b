"""A contract that uses every property: what tests of single properties change one thing in."""

import yaml

from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.odcs import contract_from_document

PRICES = """
apiVersion: v3.1.0
kind: DataContract
id: urn:saleslake:contract:prices
name: prices
version: 1.0.0
status: active
domain: sales
team: {name: catalogue}
slaProperties: [{property: latency, value: 36, unit: h}]
schema:
  - name: prices
    physicalType: table
    logicalType: object
    description: What a product costs, and since when.
    dataGranularityDescription: One product and moment.
    customProperties:
      - {property: partitionBy, value: updated_at}
      - {property: validFrom, value: updated_at}
    properties:
      - name: product_id
        logicalType: string
        physicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        description: The product.
        logicalTypeOptions: {pattern: "P-[0-9]+"}
      - name: updated_at
        logicalType: timestamp
        physicalType: timestamp
        required: true
        primaryKey: true
        primaryKeyPosition: 2
        description: Since when.
        logicalTypeOptions: {minimum: "2000-01-01T00:00:00Z", maximum: "2099-12-31T23:59:59+05:30"}
        customProperties: [{property: notAfterLanding, value: true}]
      - name: list_price
        logicalType: number
        physicalType: decimal(18,2)
        required: true
        description: What it is sold at.
        customProperties: [{property: tracked, value: true}, {property: money, value: true}]
      - name: cost
        logicalType: number
        physicalType: decimal(18,2)
        description: What it costs to buy.
        customProperties: [{property: tracked, value: true}]
      - name: commission
        logicalType: number
        physicalType: decimal(5,4)
        description: Share of the price.
        logicalTypeOptions: {minimum: 0, maximum: 1}
      - name: stock
        logicalType: integer
        physicalType: int
        description: Units there are.
      - name: decided_on
        logicalType: date
        physicalType: date
        description: Day of the decision.
        customProperties: [{property: formats, value: [yyyy-MM-dd]}, {property: notAfterLanding, value: true}]
    quality:
      - name: sold_above_cost
        type: custom
        engine: duckdb
        implementation: list_price >= cost OR product_id = 'cost'
        dimension: consistency
        description: A price below cost is a slip.
        customProperties: [{property: action, value: warn}]
      - name: stock_worth_knowing
        type: custom
        engine: duckdb
        implementation: stock * list_price < 1000000
      - name: one_price_a_moment
        type: sql
        query: SELECT COUNT(*) FROM prices_latest WHERE list_price = 0
        mustBe: 0
        description: Nothing is given away.
        customProperties: [{property: action, value: halt}]
"""


def prices_document():
    return yaml.safe_load(PRICES)


def prices():
    return contract_from_document(prices_document(), "prices.yaml", aliases=load_aliases)
