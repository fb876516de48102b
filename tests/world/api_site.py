"""The API in this process, over a workbench: requests as API Gateway hands them on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from saleslake.analytics.answers import Answers
from saleslake.analytics.api import create_api
from saleslake.aws.readers_release import ReadersRelease
from tests.world.workbench import Workbench

EVENT = Path(__file__).parents[2] / "events" / "serve.json"
CALLER = SimpleNamespace(
    function_name="serve",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:serve",
    aws_request_id="c0ffee",
    get_remaining_time_in_millis=lambda: 29_000,
)


class Reply(SimpleNamespace):
    """Status, headers, text; ``json`` with exact numbers."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)

    @property
    def data(self) -> Any:
        """The rows of an answer that has to be there."""
        assert self.status == 200, self.text
        return self.json["data"]

    @property
    def metadata(self) -> dict[str, Any]:
        """Where the rows come from."""
        return dict(self.json["metadata"])


class ApiSite:
    """The API over the releases of a workbench."""

    def __init__(self, bench: Workbench) -> None:
        stack = bench.backend
        releases = ReadersRelease(stack.ledger)
        answers = Answers(releases, stack.lake, stack.athena, database=stack.settings.database)
        self._api = create_api(answers)

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        """``GET`` a path with its query."""
        return self._send("GET", address, headers or {}, None)

    def query(self, headers: Mapping[str, str] | None = None, **body: Any) -> Reply:
        """``POST /query``; ``from_`` stands for ``from``."""
        sent = {name.rstrip("_"): value for name, value in body.items()}
        return self._send("POST", "/query", headers or {}, json.dumps(sent))

    def pages(self, address: str) -> list[Reply]:
        """Every page of an answer."""
        found = [self.get(address)]
        sign = "&" if "?" in address else "?"
        while (cursor := found[-1].metadata["next"]) is not None:
            found.append(self.get(f"{address}{sign}cursor={cursor}"))
        return found

    def _send(self, method: str, address: str, headers: Mapping[str, str], body: str | None) -> Reply:
        parts = urlsplit(address)
        given: dict[str, Sequence[str]] = parse_qs(parts.query, keep_blank_values=True)
        event = json.loads(EVENT.read_text())
        event |= {
            "path": unquote(parts.path),
            "httpMethod": method,
            "headers": event["headers"] | headers,
            "multiValueHeaders": {},
            "queryStringParameters": {name: values[-1] for name, values in given.items()} or None,
            "multiValueQueryStringParameters": dict(given) or None,
            "body": body,
            "isBase64Encoded": False,
        }
        answer = self._api.resolve(event, CALLER)
        found = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Reply(status=answer["statusCode"], headers=found, text=answer["body"])
