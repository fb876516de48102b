"""The API as the command line asks it: as CSV where it has that, page by page; every number stays as it was sent."""

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin
from urllib.request import Request, urlopen

from saleslake.aws.stack import Stack, api_key_value
from saleslake.errors import BadInput, SaleslakeError, Unavailable

_SECONDS = 60


class Page(NamedTuple):
    """One page of an answer, and what the answer says of itself."""

    columns: list[str]
    rows: list[list[str]]
    facts: Mapping[str, str]

    @property
    def source(self) -> str:
        """Where the figures come from and what they cost, in a line."""
        named = (("release", "X-Release"), ("data as of", "X-Data-As-Of"), ("from", "X-Rollup"))
        told = [f"{name} {self.facts[header]}" for name, header in named if self.facts.get(header)]
        cost = f"{self.facts.get('X-Bytes-Scanned', '0')} bytes, {self.facts.get('X-Cost-Usd', '0')} USD"
        return ", ".join([*told, f"{cost} ({self.facts.get('X-Cache', '')})"])


class Document(NamedTuple):
    """An answer that is not rows."""

    text: str
    media_type: str
    location: str | None
    """The path to look at next, when the answer says that what was asked for is still being made."""


class Api:
    """The API of a stack. ``SALESLAKE_API_TOKEN`` is sent where the API wants the token of a user."""

    def __init__(self, stack: Stack, address: str | None = None) -> None:
        at = address or stack.output("ApiUrl")
        self.base = at.replace("{api}", stack.output("ApiId")).rstrip("/")
        self._headers = {"Accept": "text/csv"}
        if key_id := stack.outputs.get("ApiKeyId"):
            self._headers["x-api-key"] = api_key_value(key_id)
        if token := os.environ.get("SALESLAKE_API_TOKEN"):
            self._headers["Authorization"] = token

    def pages(
        self, path: str, parameters: Sequence[tuple[str, str]], question: Mapping[str, object] | None = None
    ) -> Iterator[Page | Document]:
        """The pages of an answer, the first and those it names as next, all of one release; or one document.

        Parameters
        ----------
        path
            Percent-encoded where it is not yet.

        Raises
        ------
        BadInput, Unavailable
            As the API says.
        """
        given = list(parameters)
        while True:
            page = self._page(path, given, question)
            yield page
            if isinstance(page, Document) or not (cursor := page.facts.get("X-Next-Cursor")):
                return
            if question is None:
                given = [(name, value) for name, value in given if name != "cursor"] + [("cursor", cursor)]
            else:
                question = {**question, "cursor": cursor}

    def _page(
        self, path: str, parameters: Sequence[tuple[str, str]], question: Mapping[str, object] | None
    ) -> Page | Document:
        asked = f"?{urlencode(parameters)}" if parameters else ""
        body = None if question is None else json.dumps(question).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        address = f"{self.base}{quote(path, safe='/%')}{asked}"
        request = Request(address, body, headers)  # noqa: S310 - the stack's own address
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                text, told = answer.read().decode(), answer.headers
        except HTTPError as error:
            raise _refusal(error) from error
        except URLError as error:
            raise Unavailable(f"{self.base} cannot be reached: {error.reason}") from error
        if (media_type := told.get_content_type()) != "text/csv":
            location = told.get("Location")
            return Document(text, media_type, urljoin(path, location) if location else None)
        columns, *rows = csv.reader(io.StringIO(text))
        return Page(columns, rows, dict(told.items()))


def _refusal(error: HTTPError) -> SaleslakeError:
    """What the API says is wrong, or what the gateway before it says."""
    try:
        told = json.loads(error.read())
    except ValueError:
        told = {}
    return BadInput(str(told.get("detail") or told.get("message") or f"the API answered {error.code}"))
