"""Ask an API for one page: signed, bounded in time and size, and again when it is busy."""

import base64
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError, ReadTimeoutError

from saleslake.errors import BadInput, Unavailable
from saleslake.pull.answer import Answer
from saleslake.pull.source import Auth, Source

ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0
_BUSY = (429, 500, 502, 503, 504)


class SourceRefuses(BadInput):
    """The API will not answer this request, however often it is asked."""

    code = "source_refuses"


class SourceUnavailable(Unavailable):
    """The API does not answer now; a later pull may fare better."""

    code = "source_unavailable"


class _Retry(urllib3.Retry):
    """Retries that do not sleep for as long as a server likes: the function is paid by the second."""

    def get_retry_after(self, response: Any) -> float | None:
        seconds = super().get_retry_after(response)
        if seconds is not None and seconds > LONGEST_WAIT_SECONDS:
            raise SourceUnavailable(f"status {response.status}: it asks to wait {seconds:.0f} s")
        return seconds


class Api:
    """One source's API, ready to be asked."""

    def __init__(self, source: Source, secret: Any = None, *, backoff_seconds: float = 1.0) -> None:
        self.source = source
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=10, read=source.limits.timeout_seconds)
        )
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # what is bounded is what is sent
            "User-Agent": "saleslake",
            **source.headers,
            **authorization(source.auth, secret, source.name),
        }
        self._retries = _Retry(
            total=ATTEMPTS - 1,
            backoff_factor=backoff_seconds,
            status_forcelist=_BUSY,
            allowed_methods=["GET"],
            redirect=False,
        )

    def get(self, url: str) -> Answer:
        """The answer to one address.

        Raises
        ------
        SourceUnavailable
            It did not answer in time, was cut off or busy, each time it was asked.
        SourceRefuses
            It answered with another status than 200, or with more bytes than the source may send.
        AnswerUnusable
            It answered with something that is not JSON.
        """
        retries: urllib3.Retry = self._retries
        try:
            while True:
                # a redirect is not followed: it would take the credentials along to wherever it says
                response = self._pool.request(
                    "GET",
                    url,
                    headers=self._headers,
                    retries=retries,
                    redirect=False,
                    preload_content=False,
                    enforce_content_length=True,  # not the default of urllib3 1.26
                )
                try:
                    return self._read(response)
                except (ProtocolError, ReadTimeoutError) as error:  # cut off within the body
                    retries = retries.increment("GET", url, error=error)
                    retries.sleep()
                finally:
                    response.release_conn()
        except MaxRetryError as error:
            raise SourceUnavailable(f"asked {ATTEMPTS} times: {error.reason}") from error
        except HTTPError as error:
            raise SourceUnavailable(str(error)) from error

    def _read(self, response: "urllib3.BaseHTTPResponse") -> Answer:
        limit = self.source.limits.page_bytes
        body = bytearray()
        for piece in response.stream(65536):
            body += piece
            if len(body) > limit:
                response.close()
                raise SourceRefuses(f"the page is larger than {limit} bytes (limits.page_bytes)")
        if response.status != 200:
            where = response.headers.get("Location", "")
            says = f"it points to {where}" if where else bytes(body[:200]).decode(errors="replace")
            raise SourceRefuses(f"status {response.status}: {says}")
        return Answer(bytes(body), response.headers.get("Link", ""), items=self.source.items)


def authorization(auth: Auth, secret: Any, name: str) -> Mapping[str, str]:
    """The headers that sign a request.

    Raises
    ------
    SourceRefuses
        The secret has no entry for the source, or one of another shape.
    """
    if auth.type == "none":
        return {}
    if auth.type == "basic":
        if not isinstance(secret, Mapping) or not {"username", "password"} <= set(secret):
            raise SourceRefuses(f"the secret has no username and password for {name}")
        pair = f"{secret['username']}:{secret['password']}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if not isinstance(secret, str) or not secret:
        raise SourceRefuses(f"the secret has no text for {name}")
    return {"Authorization": f"Bearer {secret}"} if auth.type == "bearer" else {auth.header: secret}
