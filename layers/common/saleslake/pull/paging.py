"""From one page of an API to the next."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from saleslake.pull.answer import Answer, AnswerUnusable, value_at
from saleslake.pull.source import Cursors, Links, Offsets, PageNumbers, Source


def first_url(source: Source, since: str | None) -> str:
    """Address of the first page of a pull that starts from a watermark, or from the beginning."""
    wanted: dict[str, Any] = dict(source.parameters)
    if source.watermark is not None and since is not None:
        wanted[source.watermark.parameter] = since
    match source.pagination:
        case PageNumbers() as pages:
            wanted[pages.parameter] = pages.first
        case Offsets() as offsets:
            wanted[offsets.parameter] = 0
    return _with(source.url, wanted)


def next_url(source: Source, url: str, answer: Answer) -> str | None:
    """Address of the page after the one at ``url``, or None when that was the last.

    Raises
    ------
    AnswerUnusable
        The API points to another host, or to the page it has just sent.
    """
    following = _next_url(source, url, answer)
    if following == url:
        raise AnswerUnusable("the page after this one is this one again")
    return following


def _next_url(source: Source, url: str, answer: Answer) -> str | None:
    match source.pagination:
        # A page may be shorter than asked for and not the last: only an empty one ends them.
        case PageNumbers() as pages:
            return _with(url, {pages.parameter: _number(url, pages.parameter) + 1}) if answer.items else None
        case Offsets() as offsets:
            offset = _number(url, offsets.parameter) + len(answer.items)
            return _with(url, {offsets.parameter: offset}) if answer.items else None
        case Cursors() as cursors:
            token = value_at(answer.document, cursors.next)
            return None if token in (None, "", False) else _with(url, {cursors.parameter: token})
        case Links() as links:
            link = answer.linked() if links.next is None else value_at(answer.document, links.next)
            return _same_host(source, urljoin(url, str(link))) if link else None
    return None


def _same_host(source: Source, link: str) -> str:
    """The link, if the credentials may go there."""
    wanted, found = urlsplit(source.url), urlsplit(link)
    if (wanted.scheme, wanted.netloc) != (found.scheme, found.netloc):
        raise AnswerUnusable(f"the next page is at another host: {found.scheme}://{found.netloc}")
    return link


def _with(url: str, parameters: dict[str, Any]) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **parameters}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _number(url: str, parameter: str) -> int:
    return int(dict(parse_qsl(urlsplit(url).query))[parameter])
