"""Reading ``--defects bad_date=5,empty_sku=3``: how many rows of a file to spoil, and how."""

from collections.abc import Collection


class InvalidDefectsError(ValueError):
    """A ``--defects`` text that can't be read; the message says what is wrong with it."""


def parse_defects(text: str, known: Collection[str]) -> dict[str, int]:
    """Counts per defect.

    Parameters
    ----------
    text
        ``name=count`` pairs separated by commas; may be empty.
    known
        The names this dataset has.

    Raises
    ------
    InvalidDefectsError
        An unknown name, a name given twice, or a count that is not a whole number from 0 up.
    """
    counts: dict[str, int] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, count = (side.strip() for side in part.partition("="))
        if name not in known:
            raise InvalidDefectsError(f"unknown defect {name!r}; known: {', '.join(sorted(known))}")
        if not equals or not count.isascii() or not count.isdigit():
            raise InvalidDefectsError(f"{part!r}: write NAME=COUNT, the count a whole number, as in {name}=5")
        if name in counts:
            raise InvalidDefectsError(f"{name!r} is given twice")
        counts[name] = int(count)
    return counts
