"""The OpenAPI of exports."""

from typing import Any

from saleslake.analytics.exports import Export
from saleslake.analytics.exports_api import PATH
from saleslake.analytics.problem import MEDIA_TYPE

_REF = "#/components/schemas/"
_REFUSALS = {
    "400": "A field is unknown, or has a value that cannot be used; closest right ones are named",
    "404": "Nothing has been published yet, or there is no such release",
    "410": "The release was withdrawn or has expired",
    "500": "Something went wrong on our side",
    "503": "Exports are not available at the moment",
}
_ABOUT = (
    "For what does not fit a request: Athena answers in its own time, without a ceiling on what it reads, and writes "
    "every row into a CSV file. Takes what `POST /query` takes; `limit` says nothing here. The same question of the "
    "same release is the same export. Ask its `Location` until it has a `url`."
)


def describe_exports(document: dict[str, Any]) -> None:
    """Put ``POST /exports`` and ``GET /exports/{id}`` into a document that has ``Query`` and ``Problem``."""
    schemas = document["components"]["schemas"]
    schemas["Export"] = Export.model_json_schema(mode="serialization")
    schemas["Export"]["properties"]["cost_usd"] |= {"type": "number", "minimum": 0}
    for kind in ("anyOf", "pattern"):
        schemas["Export"]["properties"]["cost_usd"].pop(kind, None)
    text = {"schema": {"type": "string"}}
    retry = {"description": "Seconds after which to look again, while it runs", **text}
    location = {"description": "Where the export is looked at, relative to this address", **text}
    document["paths"][PATH] = {
        "post": {
            "operationId": "startExport",
            "summary": "All rows of a question, as a file",
            "description": _ABOUT,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": f"{_REF}Query"}}},
            },
            "responses": {
                "202": _answer("The export", {"Location": location, "Retry-After": retry}),
                **{code: _problem(about) for code, about in _REFUSALS.items()},
            },
        }
    }
    identity = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^e-[0-9a-f]{24}$"},
    }
    document["paths"][f"{PATH}/{{id}}"] = {
        "get": {
            "operationId": "export",
            "summary": "How far an export is, and where its file is",
            "description": "The address of the file needs no key and holds for 15 minutes; each look gives a new one.",
            "parameters": [identity],
            "responses": {
                "200": _answer("The export", {"Retry-After": retry}),
                **{code: _problem(about) for code, about in _REFUSALS.items() if code != "410"},
            },
        }
    }


def _answer(about: str, headers: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"{_REF}Export"}}}
    return {"description": about, "headers": headers, "content": content}


def _problem(about: str) -> dict[str, Any]:
    return {"description": about, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}}
