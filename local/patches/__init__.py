"""What the emulator lacks, added where AWS's documentation says how AWS behaves.

The emulator is pinned to one version. Every patch names the function it replaces as a :class:`Hook`; when an
update moved or changed that function, applying the patch stops with :class:`HookMoved` instead of running an
emulator that quietly behaves like another cloud.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from local.settings import Settings

PINNED = "1.5.33"
FOLDER = Path(__file__).parent

# In the order they are applied. Each module has HOOKS and apply(settings).
MODULES: tuple[str, ...] = (
    "local.patches.iam_recorder",
    "local.patches.lambda_executor",
    "local.patches.platform_roles",
    "local.patches.transport",
    "local.patches.s3_events",
    "local.patches.s3_missing",
    "local.patches.apigateway_import",
    "local.patches.states_retry",
    "local.patches.states_walk",
    "local.patches.states_task",
    "local.patches.states_map",
    "local.patches.athena",
    "local.patches.named_queries",
)


class HookMoved(RuntimeError):
    """A function that a patch replaces is gone from the emulator, or takes other arguments than it did."""


@dataclass(frozen=True)
class Hook:
    """One function or attribute of the emulator that a patch replaces.

    Attributes
    ----------
    target
        ``module:attribute`` or ``module:Class.method``.
    signature
        The parameter names as the patch relies on them, e.g. ``(func, event, request_id)``.
        Empty for an attribute that is not a function.
    why
        What AWS does that the emulator does not, in one sentence.
    source
        Address of the AWS documentation page that says so.
    """

    target: str
    signature: str
    why: str
    source: str = ""

    def original(self) -> Any:
        """Return what stands at the hook point now.

        Raises
        ------
        HookMoved
            Nothing is there, or its parameters are not those the patch was written for.
        """
        owner, name = self._owner()
        current = getattr(owner, name, None)
        if current is None:
            raise HookMoved(self._moved("is gone"))
        if self.signature and (found := parameters(current)) != self.signature:
            raise HookMoved(self._moved(f"now takes {found}, the patch was written for {self.signature}"))
        return current

    def replace(self, replacement: Callable[..., Any] | object) -> Any:
        """Put ``replacement`` in place of the hooked function and return the original.

        Raises
        ------
        HookMoved
            See :meth:`original`; or the replacement does not take the same parameters.
        """
        current = self.original()
        if self.signature and (own := parameters(replacement)) != self.signature:
            raise HookMoved(self._moved(f"is replaced by a function that takes {own}"))
        owner, name = self._owner()
        setattr(owner, name, replacement)
        return current

    def _owner(self) -> tuple[Any, str]:
        module_name, _, path = self.target.partition(":")
        try:
            owner: Any = importlib.import_module(module_name)
        except ModuleNotFoundError as missing:
            raise HookMoved(self._moved("is gone with its module")) from missing
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent, None)
        return owner, name

    def _moved(self, what: str) -> str:
        return (
            f"{self.target} {what}. Pinned: ministack {PINNED}, installed: {version('ministack')}. "
            f"The patch exists because: {self.why}"
        )


def parameters(function: Any) -> str:
    """Return the parameter names of ``function`` as text, without defaults and annotations."""
    marks: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    names = [marks.get(p.kind, "") + p.name for p in inspect.signature(function).parameters.values()]
    return f"({', '.join(names)})"


def modules() -> list[Any]:
    """Import the patch modules in the order they are applied."""
    return [importlib.import_module(name) for name in MODULES]


def apply_all(settings: Settings) -> None:
    """Check every hook first, then apply every patch.

    Raises
    ------
    HookMoved
        Nothing is patched when any hook moved.
    """
    found = modules()
    for module in found:
        for hook in module.HOOKS:
            hook.original()
    for module in found:
        module.apply(settings)


def close_all() -> None:
    """Let every patch end what it started: processes, engines."""
    for module in modules():
        if hasattr(module, "close"):
            module.close()
