"""After Transform: score the files and datasets of a run, and stop what is below the gate."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.contracts.loader import load_contract
from saleslake.history import RunFiles
from saleslake.quality.dimensions import GATE, Score, score_dataset, score_file
from saleslake.zones import transform_result_key

_AT_ONCE = 16  # reads of small objects


class ScoreReport(BaseModel):
    """Whether the run may go on; if not, why."""

    model_config = ConfigDict(frozen=True)

    passed: bool
    reason: str = ""


def score_rows(request: RunFiles, backend: Backend) -> ScoreReport:
    """Score what Transform counted; files that are below the gate in a dataset that is are held.

    A held file waits for nobody: it is loaded when it is replayed, or delivered corrected. So it does not stop every
    run to come.
    """
    results = transformed(request, backend)
    datasets = sorted({result["dataset"] for result in results})
    below = []
    for dataset in datasets:
        contract = load_contract(dataset)
        own = [result for result in results if result["dataset"] == dataset]
        score = score_dataset(own, contract)
        if score.below_gate:
            below.append(score)
            _hold([score_file(result, contract) for result in own], backend)
    words = "; ".join(f"{score.dataset} scores {score.words}" for score in below)
    return ScoreReport(passed=not below, reason=f"{words}; {GATE} are needed" if below else "")


def transformed(request: RunFiles, backend: Backend) -> list[dict[str, Any]]:
    """What Transform says of each file it could read, as far as it got."""

    def read(entry: dict[str, Any]) -> dict[str, Any] | None:
        found: dict[str, Any] | None = backend.lake.get_json(
            transform_result_key(request.run_id, entry["file_id"])
        )
        return found

    manifest = backend.lake.get_json(request.manifest_key) or []
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="results") as threads:
        found = list(threads.map(read, manifest))
    return [result for result in found if result is not None and result["status"] == "transformed"]


def _hold(scores: Sequence[Score], backend: Backend) -> None:
    for score in scores:
        if score.score is not None and score.score < GATE and score.file_id:
            told = {"code": "score_below_gate", "message": f"its rows score {score.words}; {GATE} are needed"}
            backend.ledger.update("file", score.file_id, state="held", reasons=[told])
