"""Every error this product raises on purpose, and what each means at an edge.

::

    SaleslakeError                 code, status, retryable
    ├── BadInput (400)             UnknownDataset · FileRefused · InvalidParameter · UnknownTable · UnknownMetric
    ├── TooMuchData (422)
    ├── NotFound (404)             NoRelease · UnknownRelease · ReleaseGone (410) · UnknownFile
    │                              UnknownQuery · UnknownExport
    ├── Conflict (409)             LeaseHeld · LeaseLost · ReleaseChanged · DoesNotReconcile
    ├── Unavailable (503, retry)   QueryFailed · QueryTimedOut · Throttled
    └── ContractInvalid (500)      a mistake of ours, found when the contract is read

Step Functions sees the class name as the error name, so `Retry` and `Catch` name these classes; the API maps
`code` and `status` to problem+json.
"""


class SaleslakeError(Exception):
    """Base of all errors: a stable ``code``, the HTTP ``status`` it maps to, and whether a retry may help."""

    code = "internal_error"
    status = 500
    retryable = False


class BadInput(SaleslakeError):
    """What was handed in cannot be used; the message says what would be right."""

    code = "bad_input"
    status = 400


class UnknownDataset(BadInput):
    """No contract answers to this dataset name, prefix or header."""

    code = "unknown_dataset"


class FileRefused(BadInput):
    """A file is refused whole; carries the reasons in words."""

    code = "file_refused"


class InvalidParameter(BadInput):
    """A request parameter is unknown or has a value that does not fit."""

    code = "invalid_parameter"


class UnknownTable(BadInput):
    """SQL names a table outside the closed list."""

    code = "unknown_table"


class UnknownMetric(BadInput):
    """The catalogue has no measure, dimension, source or rollup of this name."""

    code = "unknown_metric"


class TooMuchData(SaleslakeError):
    """A question that would read more than one query may."""

    code = "too_much_data"
    status = 422


class NotFound(SaleslakeError):
    """What was asked for does not exist."""

    code = "not_found"
    status = 404


class NoRelease(NotFound):
    """Nothing has been published yet."""

    code = "no_release"


class UnknownRelease(NotFound):
    """No release has this id."""

    code = "unknown_release"


class ReleaseGone(NotFound):
    """The release was withdrawn by a rollback, or has expired."""

    code = "release_gone"
    status = 410


class UnknownFile(NotFound):
    """No file has this id."""

    code = "unknown_file"


class UnknownExport(NotFound):
    """There is no export of this id."""

    code = "unknown_export"


class UnknownQuery(NotFound):
    """Athena has no saved query of this name."""

    code = "unknown_query"


class Conflict(SaleslakeError):
    """The state of the lake does not allow this now."""

    code = "conflict"
    status = 409


class LeaseHeld(Conflict):
    """Another run holds the lease."""

    code = "lease_held"


class LeaseLost(Conflict):
    """This run no longer holds the lease, so it may not publish."""

    code = "lease_lost"


class ReleaseChanged(Conflict):
    """The current release is not the one this run was built on."""

    code = "release_changed"


class DoesNotReconcile(Conflict):
    """Rows or money read are not all accounted for; the run may not publish."""

    code = "does_not_reconcile"


class QueryFailed(SaleslakeError):
    """Athena refused the query or it failed for a reason that stays."""

    code = "query_failed"


class Unavailable(SaleslakeError):
    """A service did not answer as it should; trying again may help."""

    code = "unavailable"
    status = 503
    retryable = True


class QueryInterrupted(Unavailable):
    """A query failed for a reason that Athena calls retryable."""

    code = "query_interrupted"


class QueryTimedOut(Unavailable):
    """A query ran longer than its caller can wait; it was stopped."""

    code = "query_timed_out"


class Throttled(Unavailable):
    """AWS asks to slow down."""

    code = "throttled"


class ModelsInvalid(SaleslakeError):
    """The SQL models cannot be built in any order, or one says other parameters than it has: a fault of the code."""


class ContractInvalid(SaleslakeError):
    """A data contract cannot be used; the message names the file and the field."""

    code = "contract_invalid"
