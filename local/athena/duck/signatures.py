"""A function with fixed argument types."""

from dataclasses import dataclass

from local.athena.duck.casts import coerce
from local.athena.duck.scope import Typed
from local.athena.duck.types import Type, coerces
from local.athena.errors import NotSupportedHere


@dataclass(frozen=True)
class Signature:
    """One overload; `result` None means the type of the first argument as it came in."""

    arguments: tuple[Type, ...]
    result: Type | None
    template: str

    def apply(self, args: list[Typed]) -> Typed | None:
        """The call, or None when the arguments do not coerce to this overload."""
        if len(args) != len(self.arguments):
            return None
        if not all(coerces(arg.type, kind) for arg, kind in zip(args, self.arguments, strict=True)):
            return None
        coerced = [coerce(arg, kind) for arg, kind in zip(args, self.arguments, strict=True)]
        sql = self.template.format(*(arg.sql for arg in coerced))
        kind = self.result or args[0].type
        return Typed(sql, kind, is_constant=bool(args) and all(arg.is_constant for arg in args))


def refuse_arguments(name: str, args: list[Typed], where: str) -> NotSupportedHere:
    """No overload that is known here; Trino may have one, or refuse the call as well."""
    given = ", ".join(str(arg.type) for arg in args)
    return NotSupportedHere(f"the call {name}({given})", where)
