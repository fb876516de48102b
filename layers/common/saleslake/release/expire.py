"""Forget old releases: they can no longer be asked for, and maintenance may remove what only they need."""

from datetime import UTC, datetime, timedelta

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.release.order import Expire
from saleslake.zones import api_results_prefix


def expire(order: Expire, backend: Backend) -> list[str]:
    """Mark releases expired that are older than ``days`` or not among the newest ``keep``, and remove their answers.

    The current release and its parent never expire: readers change from one to the other. Withdrawn releases are
    left as they are. A second call goes on where the first was cut off.

    Returns
    -------
    list of str
        The releases that expired now, newest first.
    """
    current = backend.ledger.current()
    if current is None:
        return []
    kept = kept_releases(backend)
    parent = (backend.ledger.get("release", current.release_id) or {}).get("parent")
    safe = {current.release_id, current.previous, parent}
    oldest = datetime.now(UTC) - timedelta(days=order.days) if order.days is not None else None
    expired = []
    for position, item in enumerate(kept):
        too_old = oldest is not None and datetime.fromisoformat(item["created_at"]) < oldest
        too_many = order.keep is not None and position >= order.keep
        if item["sk"] not in safe and (too_old or too_many):
            backend.lake.delete_below(api_results_prefix(item["sk"]))
            backend.ledger.update("release", item["sk"], status="expired")
            expired.append(item["sk"])
    return expired


def kept_releases(backend: Backend) -> list[Item]:
    """Releases that can be asked for and gone back to, newest first."""
    published = (
        item
        for item in backend.ledger.items("release")
        if item["sk"] != "current" and item["status"] == "published"
    )
    return sorted(published, key=lambda item: str(item["created_at"]), reverse=True)
