"""Each patch stands on a hook point; a hook point that moved stops the emulator with a clear message."""

import pytest

from local import patches
from local.patches import PINNED, Hook, HookMoved
from local.settings import Settings

HOOKS = [hook for module in patches.modules() for hook in module.HOOKS]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.target)
def test_a_hook_point_is_where_its_patch_expects_it(hook: Hook) -> None:
    hook.original()


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.target)
def test_a_hook_says_why_and_where_aws_says_so(hook: Hook) -> None:
    assert len(hook.why) > 20
    assert hook.source.startswith("https://docs.aws.amazon.com/")


def test_every_patch_module_is_applied() -> None:
    written = {path.stem for path in patches.FOLDER.glob("*.py")}
    applied = {name.rpartition(".")[2] for name in patches.MODULES}
    assert written - applied == {"__init__", "roles", "states_run", "states_calls"}


@pytest.mark.parametrize(
    ("target", "signature", "what"),
    [
        ("ministack.services.lambda_svc:_no_such_function", "(func)", "is gone"),
        ("ministack.services.no_such_module:f", "(func)", "is gone with its module"),
        (
            "ministack.services.lambda_svc:_execute_function_warm",
            "(func, event)",
            "now takes (func, event, request_id)",
        ),
    ],
)
def test_a_moved_hook_names_itself_both_versions_and_its_reason(
    target: str, signature: str, what: str
) -> None:
    with pytest.raises(HookMoved) as moved:
        Hook(target, signature, "functions run isolated").original()
    assert f"{target} {what}" in str(moved.value)
    assert f"Pinned: ministack {PINNED}, installed: {PINNED}" in str(moved.value)
    assert "functions run isolated" in str(moved.value)


def test_nothing_is_patched_when_one_hook_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    last = patches.modules()[-1]
    monkeypatch.setattr(last, "HOOKS", (Hook("ministack.services.s3:_gone", "()", "a test"),))
    before = [hook.original() for hook in HOOKS]
    with pytest.raises(HookMoved):
        patches.apply_all(Settings())
    assert [hook.original() for hook in HOOKS] == before


def test_a_replacement_must_take_what_the_original_takes() -> None:
    hook = Hook("ministack.services.s3:_event_object_key", "(key)", "a test")
    with pytest.raises(HookMoved, match="is replaced by a function that takes"):
        hook.replace(lambda key, more: key)
