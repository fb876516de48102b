"""The values filters can name, as one release has them: what a misspelt one is told apart by."""

import difflib
import json
from collections.abc import Iterable, Mapping

from pydantic import BaseModel, RootModel

from saleslake.analytics.answers import Answers
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.problem import FaultyParameters, ParameterFault
from saleslake.analytics.report import Report, RowsByStatement
from saleslake.metrics.request import Value

_RELEASES_KEPT = 8


class Values(RootModel[dict[str, list[str]]]):
    """Values by dimension, sorted."""


class _NoRecords(BaseModel):
    """The report counts nothing beside its values."""


def assemble(rows: RowsByStatement) -> tuple[BaseModel, BaseModel]:
    """Rows of the one statement as values by dimension."""
    found: dict[str, list[str]] = {}
    for row in rows["values"]:
        values = found.setdefault(row["dimension"], [])
        if row["value"] is not None:
            values.append(row["value"])
    return Values({name: sorted(values) for name, values in sorted(found.items())}), _NoRecords()


VALUES = Report(name="values", statements=("values",), assemble=assemble)


class KnownValues:
    """Checks filters against the values of a release, which are asked for once and then remembered."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._known: dict[str, Mapping[str, frozenset[str]]] = {}

    def check(
        self, filters: Iterable[tuple[str, str, Iterable[Value]]], release: str | None, deadline: Deadline
    ) -> None:
        """Refuse values that no row of the release has; ids are not checked, there are too many.

        Parameters
        ----------
        filters
            The name of the parameter, the dimension, and the values asked for.

        Raises
        ------
        FaultyParameters
            One fault per unknown value, with the known ones that resemble it.
        """
        asked = list(filters)
        if not asked:
            return
        known = self._of(release, deadline)
        faults = [
            _fault(parameter, value, known[name])
            for parameter, name, values in asked
            if name in known
            for value in values
            if isinstance(value, str) and value not in known[name]
        ]
        if faults:
            raise FaultyParameters(faults)

    def _of(self, release: str | None, deadline: Deadline) -> Mapping[str, frozenset[str]]:
        name = release or self._answers.current_release() or ""
        if name not in self._known:
            body = self._answers.answer(VALUES, deadline=deadline, release=release).body or "{}"
            answer = json.loads(body)
            name = answer["metadata"]["release"]
            while len(self._known) >= _RELEASES_KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[name] = {kind: frozenset(values) for kind, values in answer["data"].items()}
        return self._known[name]


def _fault(parameter: str, value: str, known: frozenset[str]) -> ParameterFault:
    by_lower = {text.lower(): text for text in sorted(known)}
    near = difflib.get_close_matches(value.lower()[:100], by_lower, n=3, cutoff=0.6)
    closest = [by_lower[text] for text in near]
    if closest:
        right = f"did you mean {' or '.join(closest)}?"
    else:
        some = sorted(known)
        right = (
            f"there are {', '.join(some[:20])}{' …' if len(some) > 20 else ''}" if some else "there are none"
        )
    return ParameterFault(
        parameter=parameter, detail=f"{parameter} has no value {value!r}: {right}", closest=closest
    )
