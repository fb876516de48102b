"""Where physical lines end."""


def count_line_ends(data: bytes) -> int:
    """Physical line ends in ``data``: LF, CRLF and lone CR count once each."""
    ends = data.count(b"\n")
    if b"\r" in data:
        ends += data.count(b"\r") - data.count(b"\r\n")
    return ends
