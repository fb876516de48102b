"""From the parameters of a request, as text, to what it asks for; every fault is found, not only the first."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from saleslake.analytics.cursor import Cursor, read_cursor
from saleslake.analytics.parameters import FORMATS, MOST_LIMIT, RELEASE_PATTERN, Parameter
from saleslake.analytics.problem import FaultyParameters, ParameterFault, not_one_of
from saleslake.metrics.request import Value

type Given = Mapping[str, Sequence[str]]

FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST = 200
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_MOST_VALUES = 100


class Reading:
    """The parameters of one request, read one by one; :meth:`end` says what was wrong with them."""

    def __init__(self, given: Given, known: Mapping[str, Parameter]) -> None:
        self._given = given
        self._known = known
        self.faults: list[ParameterFault] = []

    def end(self) -> None:
        """Raise all faults found.

        Raises
        ------
        FaultyParameters
            There were any.
        """
        if self.faults:
            raise FaultyParameters(self.faults)

    def fault(self, parameter: str, detail: str) -> None:
        """Note a fault."""
        self.faults.append(ParameterFault(parameter=parameter, detail=f"{parameter} {detail}"))

    def one[T](self, name: str, read: Callable[[str, str], T | None]) -> T | None:
        """The value of a parameter that is given once at most."""
        values = self._given.get(name, ())
        if len(values) > 1:
            self.fault(name, "can be given only once")
        return read(name, values[0]) if values and name in self._known else None

    def day(self, name: str) -> date | None:
        """A day."""
        return self.one(name, self._day)

    def _day(self, name: str, text: str) -> date | None:
        try:
            day = date.fromisoformat(text) if _DAY.fullmatch(text) else None  # it takes weeks as well
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            years = f"{FIRST_YEAR} to {LAST_YEAR}"
            self.fault(name, f"cannot be {text[:LONGEST]!r}: it takes a day such as 2022-05-31, of {years}")
            return None
        return day

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day."""
        first, last = self.day("from"), self.day("to")
        if first and last and first > last:
            self.fault("to", f"cannot be before from: {last} comes before {first}")
        return first, last

    def number(self, name: str, usual: int) -> int:
        """A number of rows."""

        def read(name: str, text: str) -> int | None:
            if _NUMBER.fullmatch(text) and 1 <= int(text) <= MOST_LIMIT:
                return int(text)
            self.fault(name, f"cannot be {text[:LONGEST]!r}: it takes a number from 1 to {MOST_LIMIT}")
            return None

        return self.one(name, read) or usual

    def choice(self, name: str) -> str | None:
        """One of a closed list."""

        def read(name: str, text: str) -> str | None:
            return self._among(name, text, self._known[name].schema["enum"])

        return self.one(name, read)

    def choices(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """Some of a closed list, repeated or with commas between, each once."""
        texts = [part.strip() for text in self._given.get(name, ()) for part in text.split(",")]
        found = [self._among(name, text, known) for text in texts]
        return tuple(dict.fromkeys(text for text in found if text))

    def order(self, known: Sequence[str]) -> tuple[str, ...]:
        """Columns to sort by, each once."""
        texts = [part.strip() for text in self._given.get("order", ()) for part in text.split(",")]
        found: dict[str, str] = {}
        for text in texts:
            if name := self._among("order", text.removeprefix("-"), known):
                found.setdefault(name, text)
        return tuple(found.values())

    def values(self, name: str, schema: Mapping[str, object]) -> tuple[Value, ...]:
        """Values of a filter; empty text stands for rows that have none."""
        texts = self._given.get(name, ())
        if len(texts) > _MOST_VALUES:
            self.fault(name, f"takes at most {_MOST_VALUES} values")
            return ()
        if schema.get("format") == "date":
            return tuple(day for text in texts if (day := self._day(name, text)))
        known = ["true", "false"] if schema["type"] == "boolean" else schema.get("enum")
        if isinstance(known, list):
            found = [self._among(name, text, known) for text in texts]
            return tuple(text == "true" if schema["type"] == "boolean" else text for text in found if text)
        for text in texts:
            if len(text) > LONGEST or not text.isprintable():
                self.fault(name, f"takes values of at most {LONGEST} printable characters")
                return ()
        return tuple(text or None for text in texts)

    def cursor(self) -> Cursor | None:
        """Where an answer goes on."""

        def read(_: str, text: str) -> Cursor | None:
            try:
                return read_cursor(text)
            except FaultyParameters as error:
                self.faults += error.faults
                return None

        return self.one("cursor", read)

    def release(self) -> str | None:
        """The release to answer from."""

        def read(name: str, text: str) -> str | None:
            if re.fullmatch(RELEASE_PATTERN, text):
                return text
            self.fault(name, f"cannot be {text[:LONGEST]!r}: /releases lists those there are")
            return None

        return self.one("release", read)

    def format(self, accept: str) -> str:
        """json or csv: what ``format`` says, else what the asker accepts."""
        wants_csv = "text/csv" in accept.lower() and "application/json" not in accept.lower()
        return self.choice("format") or FORMATS[wants_csv]

    def _among(self, name: str, text: str, known: Sequence[str]) -> str | None:
        if text in known:
            return text
        self.faults.append(not_one_of(name, text[:LONGEST], list(known)))
        return None
