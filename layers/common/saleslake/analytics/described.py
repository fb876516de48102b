"""The OpenAPI of what the catalogue names: parameters, columns and answers of each endpoint, made from metrics.yaml."""

from collections.abc import Iterable, Mapping
from typing import Any

from saleslake.analytics.csv_text import MEDIA_TYPE as CSV
from saleslake.analytics.exports_described import describe_exports
from saleslake.analytics.model import AnalyticsAnswer, TableMetadata
from saleslake.analytics.overview import PATH, overview_parameters
from saleslake.analytics.parameters import Parameter, Schema, every_column, parameters
from saleslake.analytics.problem import MEDIA_TYPE as PROBLEM
from saleslake.analytics.semantic import Query
from saleslake.metrics.built import catalogue
from saleslake.metrics.endpoint import Endpoint, Format
from saleslake.metrics.model import TIMES
from saleslake.metrics.planner import Column

_REF = "#/components/schemas/"
_TYPES: Mapping[Format, Schema] = {
    "money": {"type": "number"},
    "integer": {"type": "integer"},
    "percent": {"type": "number"},
    "decimal": {"type": "number"},
    "text": {"type": "string"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
_REFUSALS = {
    "400": "A parameter is unknown, or has a value that cannot be used; closest right ones are named",
    "404": "Nothing has been published yet, or there is no such thing",
    "410": "The release was withdrawn or has expired",
    "422": "The answer does not fit a request; what to narrow is said",
    "500": "Something went wrong on our side",
    "503": "The answer is not available at the moment",
}
_ETAG = {"ETag": {"description": "Of this answer; send it as If-None-Match", "schema": {"type": "string"}}}


def describe(document: dict[str, Any]) -> None:
    """Put the endpoints of the catalogue, ``GET /analytics``, ``POST /query`` and ``GET /meta`` into a document."""
    schemas = document["components"]["schemas"]
    _add(schemas, TableMetadata.model_json_schema(ref_template=_REF + "{model}", mode="serialization"))
    _add(schemas, AnalyticsAnswer.model_json_schema(ref_template=_REF + "{model}", mode="serialization"))
    _add(schemas, Query.model_json_schema(ref_template=_REF + "{model}"))
    for endpoint in catalogue().endpoints:
        name = f"{endpoint.name.title()}Answer"
        schemas[name] = _answer(every_column(endpoint), single=endpoint.single)
        operation = _operation(endpoint.summary, _about(endpoint), name, [CSV])
        operation["parameters"] = [*_path(endpoint), *map(_parameter, parameters(endpoint).values())]
        document["paths"][endpoint.path]["get"] |= operation
    about = (
        "Key figures, and sales by state, category and month, of all channels; filters narrow all of them."
    )
    overview = _operation("Sales at a glance", about, "AnalyticsAnswer", [])
    overview["parameters"] = [_parameter(known) for known in overview_parameters().values()]
    document["paths"][PATH]["get"] |= overview
    schemas["QueryAnswer"] = _answer(_any_column(), single=False)
    about = (
        "What named endpoints do not have. `GET /meta` lists measures and dimensions, and which go together."
    )
    query = _operation("Any measures by any dimensions", about, "QueryAnswer", [CSV])
    query["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": _REF + "Query"}}},
    }
    document["paths"]["/query"]["post"] |= query
    schemas["Meta"] = _meta()
    meta = _operation("The catalogue", "Measures, dimensions and endpoints, and what each means.", "Meta", [])
    meta["responses"] = {code: meta["responses"][code] for code in ("200", "400", "500")}
    document["paths"]["/meta"]["get"] |= meta
    describe_exports(document)


def _about(endpoint: Endpoint) -> str:
    where = f"source `{endpoint.source}` of metrics.yaml"
    if endpoint.view:
        where = "metrics.yaml" if endpoint.body else f"`sql/views/{endpoint.view}.sql`"
    return f"{endpoint.description}\n\nFrom {where}.".strip()


def _add(schemas: dict[str, Any], schema: dict[str, Any]) -> None:
    schemas |= schema.pop("$defs", {})
    schemas[schema["title"]] = schema


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.identity:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return [{"name": endpoint.identity, "in": "path", "required": True, "schema": schema}]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described = {"name": parameter.name, "in": "query", "description": parameter.description}
    return {**described, "required": False, "schema": parameter.schema}


def _operation(summary: str, about: str, answer: str, others: Iterable[str]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": _REF + answer}}}
    content |= {kind: {"schema": {"type": "string"}} for kind in others}
    responses: dict[str, Any] = {"200": {"description": "The answer", "headers": _ETAG, "content": content}}
    responses["304"] = {"description": "The asker named the entity tag of this very answer"}
    problem = {PROBLEM: {"schema": {"$ref": _REF + "Problem"}}}
    responses |= {code: {"description": text, "content": problem} for code, text in _REFUSALS.items()}
    return {"summary": summary, "description": about, "responses": responses}


def _answer(columns: Iterable[Column], *, single: bool) -> Schema:
    row = {
        "type": "object",
        "properties": {column.name: _cell(column) for column in columns},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {
        "type": "object",
        "properties": {
            "status": {"const": "success"},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When this answer was given, UTC",
            },
            "data": row if single else {"type": "array", "items": row},
            "metadata": {"$ref": _REF + "TableMetadata"},
        },
        "required": ["status", "timestamp", "data", "metadata"],
        "additionalProperties": False,
    }


def _cell(column: Column) -> Schema:
    schema = _TYPES[column.format]
    known = {entry.name: entry for entry in catalogue().measures}
    measure = known.get(column.name.removesuffix("_before"))
    described = {"description": measure.description} if measure and measure.name == column.name else {}
    if measure and measure.is_counted:
        return {**schema, **described}
    return {**schema, "type": [schema["type"], "null"], **described}


def _any_column() -> list[Column]:
    found = [Column(name, "date") for name in TIMES]
    found += [
        Column(entry.name, "boolean" if entry.type == "boolean" else "text")
        for entry in catalogue().dimensions
    ]
    for entry in catalogue().measures:
        found += [Column(f"{entry.name}{suffix}", entry.format) for suffix in ("", "_before")]
        found.append(Column(f"{entry.name}_change", "percent"))
    return found


def _meta() -> Schema:
    entries = {"type": "array", "items": {"type": "object"}}
    kinds = ("sources", "rollups", "dimensions", "measures", "figures", "bands", "endpoints")
    data = {"type": "object", "properties": dict.fromkeys(kinds, entries), "required": list(kinds)}
    return {
        "type": "object",
        "properties": {"status": {"const": "success"}, "data": data},
        "required": ["status", "data"],
    }
