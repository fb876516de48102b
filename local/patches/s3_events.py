"""Tell EventBridge the version of the object an event is about.

In a versioned bucket the event names it, and whoever reads the object later must read that version.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import contextvars
import json
from typing import Any

from local.patches import Hook
from local.settings import Settings

_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"
FIRE = Hook(
    "ministack.services.s3:_fire_s3_event",
    "(bucket_name, key, event_name, size, etag, deletion_type, restore_event_data, version_id, sequencer,"
    " object_extra, record_extra)",
    "detail.object.version-id names the version in a versioned bucket",
    _PAGE,
)
DISPATCH = Hook("ministack.services.eventbridge:_dispatch_event", "(event, view)", FIRE.why, _PAGE)
HOOKS = (FIRE, DISPATCH)

_version: contextvars.ContextVar[str | None] = contextvars.ContextVar("s3_event_version", default=None)


def apply(settings: Settings) -> None:
    fire, dispatch = FIRE.original(), DISPATCH.original()

    def fire_with_version(
        bucket_name: str,
        key: str,
        event_name: str,
        size: int = 0,
        etag: str = "",
        deletion_type: str | None = None,
        restore_event_data: Any = None,
        version_id: str | None = None,
        sequencer: str | None = None,
        object_extra: Any = None,
        record_extra: Any = None,
    ) -> None:
        token = _version.set(version_id if version_id != "null" else None)
        try:
            fire(
                bucket_name, key, event_name, size, etag, deletion_type, restore_event_data, version_id, sequencer,
                object_extra, record_extra,
            )  # fmt: skip
        finally:
            _version.reset(token)

    def dispatch_with_version(event: dict[str, Any], view: Any = None) -> Any:
        if event.get("Source") == "aws.s3" and _version.get():
            detail = json.loads(event["Detail"])
            detail["object"].setdefault("version-id", _version.get())
            event = event | {"Detail": json.dumps(detail)}
        return dispatch(event, view)

    FIRE.replace(fire_with_version)
    DISPATCH.replace(dispatch_with_version)
