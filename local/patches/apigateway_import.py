"""Read the whole OpenAPI body of a REST API: any-methods, answers of mock integrations, the gateway's error responses.

The latter two carry CORS headers; the emulator keeps only the type and the address of an integration.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration-responses.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1

from local.patches import Hook
from local.settings import Settings

_GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide"
OPERATION = Hook(
    "ministack.services.apigateway_v1:_import_operation",
    "(api_id, resource_id, http_method, operation, scheme_map, default_security)",
    "an imported mock integration answers with its headers: a CORS preflight",
    f"{_GUIDE}/api-gateway-swagger-extensions-integration-responses.html",
)
API = Hook(
    "ministack.services.apigateway_v1:_import_rest_api",
    "(spec, base_data)",
    "any-methods are imported, and gateway responses add their headers to 4xx and 5xx of the gateway itself",
    f"{_GUIDE}/api-gateway-swagger-extensions-gateway-responses.html",
)
HOOKS = (OPERATION, API)
_ANY = "x-amazon-apigateway-any-method"
_METHODS = ("delete", "get", "head", "options", "patch", "post", "put")


def apply(settings: Settings) -> None:
    import_operation, import_api = OPERATION.original(), API.original()

    def operation_with_answers(
        api_id: str,
        resource_id: str,
        http_method: str,
        operation: dict[str, Any],
        scheme_map: Any = None,
        default_security: Any = None,
    ) -> None:
        import_operation(api_id, resource_id, http_method, operation, scheme_map, default_security)
        written = (operation or {}).get("x-amazon-apigateway-integration") or {}
        where = (api_id, resource_id, http_method)
        if written.get("type", "").upper() == "MOCK":
            kept = {"type": "MOCK", "requestTemplates": written.get("requestTemplates") or {}}
            apigateway_v1._put_integration(*where, kept)
            for pattern, answer in (written.get("responses") or {}).items():
                selection = {} if pattern == "default" else {"selectionPattern": pattern}
                status = str(answer.get("statusCode", 200))
                apigateway_v1._put_integration_response(*where, status, answer | selection)

    def api_with_gateway_responses(spec: dict[str, Any], base_data: Any = None) -> str:
        paths = {path: _each_method(item) for path, item in (spec.get("paths") or {}).items()}
        api_id = str(import_api({**spec, "paths": paths}, base_data))
        for kind, answer in (spec.get("x-amazon-apigateway-gateway-responses") or {}).items():
            apigateway_v1._put_gateway_response(api_id, kind, answer)
        return api_id

    OPERATION.replace(operation_with_answers)
    API.replace(api_with_gateway_responses)


def _each_method(item: dict[str, Any]) -> dict[str, Any]:
    """A path with the operation of its any-method under every method that has none of its own."""
    return {**dict.fromkeys(_METHODS, item[_ANY]), **item} if _ANY in item else item
