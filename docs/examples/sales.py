"""The API with Python's standard library. Needs SALESLAKE_API, and SALESLAKE_KEY where the API wants a key."""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from decimal import Decimal

API, KEY = os.environ["SALESLAKE_API"], os.environ.get("SALESLAKE_KEY", "")


def ask(path: str, question: dict | None = None, **parameters: str) -> dict:
    """One answer; what may pass by itself is tried again when the API says so."""
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    body = None if question is None else json.dumps(question).encode()
    headers = {"x-api-key": KEY, "Content-Type": "application/json"}
    for _ in range(5):
        try:
            with urllib.request.urlopen(urllib.request.Request(API + path + query, body, headers)) as answer:
                return json.load(answer, parse_float=Decimal)  # cents stay cents
        except urllib.error.HTTPError as error:
            if "Retry-After" not in error.headers:
                raise SystemExit(json.load(error)["detail"]) from error
            time.sleep(float(error.headers["Retry-After"]))
    raise SystemExit("the API has been busy for too long")


def pages(path: str, **parameters: str) -> Iterator[dict]:
    """Every row of an answer, page by page, all of one release."""
    following: str | None = ""
    while following is not None:
        more = {"cursor": following} if following else {}
        answer = ask(path, **parameters, **more)
        yield from answer["data"]
        following = answer["metadata"]["next"]


states = list(pages("/regions", by="state", limit="7"))
print(len(states), "states, together", sum(row["revenue"] for row in states))

answer = ask("/query", {"measures": ["revenue", "orders"], "dimensions": ["channel"], "grain": "month"})
for row in answer["data"]:
    print(row["month"], row["channel"], row["revenue"], row["orders"])
print("release", answer["metadata"]["release"], "data as of", answer["metadata"]["data_as_of"])
