"""Errors as the API tells them: one problem document for each, after RFC 9457."""

import difflib
from collections.abc import Collection
from http import HTTPStatus

from pydantic import BaseModel, Field

from saleslake.errors import InvalidParameter, SaleslakeError

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    "unknown_parameter": "The request has a parameter this endpoint does not know",
    "invalid_parameter": "A parameter has a value that cannot be used",
    "no_release": "Nothing has been published yet",
    "unknown_release": "There is no such release",
    "release_gone": "The release is no longer there",
    "not_found": "There is nothing at this path",
    "method_not_allowed": "This path does not take this method",
    "too_much_data": "The question reads more than a request may",
    "query_timed_out": "The query took too long and was stopped",
    "query_failed": "The query failed",
    "query_interrupted": "The query was interrupted",
    "throttled": "Too many queries at once",
    "unavailable": "The answer is not available at the moment",
    "internal_error": "Something went wrong on our side",
}


class ParameterFault(BaseModel, defer_build=True):
    """One parameter of the request that cannot be used."""

    parameter: str
    detail: str
    closest: list[str] = Field(default_factory=list, description="Right ones that resemble it, best first")


class Problem(BaseModel, defer_build=True):
    """Why a request was not answered."""

    type: str = Field(description="Names the kind of problem", examples=["urn:saleslake:no_release"])
    title: str = Field(description="The kind of problem in words; never changes for a code")
    status: int = Field(ge=400, le=599)
    code: str = Field(description="Stable; for programs to decide on", examples=["no_release"])
    detail: str = Field(description="This very problem in words, and what to do about it")
    instance: str = Field(description="The path that was asked for")
    request_id: str = Field(description="Names the request in the logs")
    errors: list[ParameterFault] = Field(default_factory=list)


class FaultyParameters(InvalidParameter):
    """Parameters have values that cannot be used; one fault for each."""

    def __init__(self, faults: list[ParameterFault]) -> None:
        super().__init__("; ".join(fault.detail for fault in faults))
        self.faults = faults


class UnknownParameter(FaultyParameters):
    """The request carries parameters the endpoint does not have."""

    code = "unknown_parameter"


def problem(code: str, status: int, detail: str, *, path: str, request_id: str) -> Problem:
    """A problem document of one of the known kinds."""
    return Problem(
        type=f"urn:saleslake:{code}",
        title=_TITLES.get(code, code.replace("_", " ").capitalize()),
        status=status,
        code=code,
        detail=detail,
        instance=path,
        request_id=request_id,
    )


def problem_of(error: SaleslakeError, *, path: str, request_id: str) -> Problem:
    """What an asker may know of an error: everything when it is theirs, only the kind when it is ours."""
    ours = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    detail = f"Try again; if it stays, the logs of request {request_id} say why." if ours else str(error)
    told = problem(error.code, error.status, detail, path=path, request_id=request_id)
    return told.model_copy(update={"errors": error.faults}) if isinstance(error, FaultyParameters) else told


def refuse_unknown(given: Collection[str], known: Collection[str], *, path: str) -> None:
    """Refuse parameters an endpoint does not have: a misspelt filter that is ignored gives a wrong answer.

    Raises
    ------
    UnknownParameter
        One fault per unknown name, with the known names that resemble it.
    """
    faults = [_unknown(name, sorted(known), path) for name in sorted(set(given) - set(known))]
    if faults:
        raise UnknownParameter(faults)


def closest(name: str, known: Collection[str]) -> list[str]:
    """Names that resemble one, best first."""
    return difflib.get_close_matches(name.lower()[:100], known, n=3, cutoff=0.6)


def not_one_of(parameter: str, value: str, known: Collection[str]) -> ParameterFault:
    """The fault of a value that is none of a closed list."""
    near = closest(value, known)
    right = f"did you mean {' or '.join(near)}?" if near else f"it takes {', '.join(known) or 'none'}"
    return ParameterFault(
        parameter=parameter, detail=f"{parameter} cannot be {value!r}: {right}", closest=near
    )


def _unknown(name: str, known: list[str], path: str) -> ParameterFault:
    near = closest(name, known)
    right = f"did you mean {' or '.join(near)}?" if near else f"it takes {', '.join(known) or 'none'}"
    detail = f"{path} has no parameter {name}: {right}"
    return ParameterFault(parameter=name, detail=detail, closest=near)
