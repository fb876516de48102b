"""A file that is gone or unreadable is refused alone; what is merely small or late is scored."""

import pytest

from saleslake.clock import now
from saleslake.history import RunFiles
from saleslake.quality.files import FileCheck, check_files, score


def check(name, passed):
    return FileCheck(file_id="f", name=name, passed=passed)


@pytest.mark.parametrize(
    ("failed", "points"),
    [
        ((), 100),
        (("size",), 90),
        (("fresh",), 90),
        (("size", "fresh"), 80),
        (("readable",), 60),
        (("exists",), 60),
    ],
)
def test_checks_weigh_as_documented(failed, points):
    names = ("exists", "readable", "size", "fresh")
    assert score([check(name, name not in failed) for name in names]) == points


def test_nothing_to_check_scores_full():
    assert score([]) == 100


def prepare(backend, kind="csv", **bodies):
    """A run over files with these bytes in raw; None for a file that is gone."""
    manifest = []
    for file_id, body in bodies.items():
        key = f"raw/amazon_orders/{file_id}.csv"
        if body is not None:
            backend.lake.put_bytes(key, body)
        entry = {
            "file_id": file_id,
            "dataset": "amazon_orders",
            "name": f"{file_id}.csv",
            "raw_key": key,
            "landing_order": f"{now()}|landing/x|1",
            "format": {"kind": kind, "encoding": "utf-8", "delimiter": ",", "compression": ""},
        }
        manifest.append(entry)
        backend.ledger.put(
            "file", file_id, {**entry, "landing_key": "k", "landing_version": "1", "state": "raw"}
        )
    backend.lake.put_json("runs/1/manifest.json", manifest)
    return RunFiles(run_id="1", manifest_key="runs/1/manifest.json")


def test_good_files_pass(backend):
    report = check_files(prepare(backend, a=b"x" * 2000, b=b"y" * 2000), backend)
    assert (report.score, report.passed, report.files, report.refused) == (100, True, 2, 0)


def test_a_small_file_passes_with_fewer_points(backend):
    assert check_files(prepare(backend, a=b"x"), backend).score == 90


def test_an_unreadable_file_is_refused_and_the_others_go_on(backend):
    request = prepare(backend, good=b"x" * 2000, bad=b"\xff\xfe\xff" + b"\n" + b"y" * 2000)
    report = check_files(request, backend)
    assert (report.score, report.passed, report.files, report.refused) == (80, True, 1, 1)
    assert [entry["file_id"] for entry in backend.lake.get_json(request.manifest_key)] == ["good"]
    assert backend.ledger.get("file", "bad")["state"] == "refused"


@pytest.mark.parametrize(("kind", "magic"), [("parquet", b"PAR1"), ("avro", b"Obj\x01")])
def test_binary_files_are_known_by_how_they_begin_and_not_read_as_text(backend, kind, magic):
    body = b"\xff\n" + b"\x9c" * 2000
    report = check_files(prepare(backend, kind, good=magic + body, bad=body), backend)
    assert (report.files, report.refused) == (1, 1)
    assert backend.ledger.get("file", "bad")["reasons"][0]["value"] == "it does not begin as its format does"


def test_a_run_whose_only_file_is_unreadable_stays_below_the_gate(backend):
    report = check_files(prepare(backend, bad=b"\xff\xfe\xff\n" + b"y" * 2000), backend)
    assert not report.passed
    assert report.files == 0


def test_a_file_whose_bytes_are_gone_is_refused_so_that_later_runs_go_on(backend):
    report = check_files(prepare(backend, good=b"x" * 2000, gone=None), backend)
    assert (report.files, report.refused) == (1, 1)
    assert backend.ledger.get("file", "gone")["state"] == "refused"
    ((_, message),) = backend.alerts.messages
    assert "Its bytes are gone" in message


@pytest.mark.parametrize(("kind", "start"), [("parquet", b"PAR1"), ("avro", b"Obj\x01")])
def test_a_binary_file_is_readable_when_it_begins_as_its_format_does(backend, kind, start):
    request = prepare(backend, kind, good=start + b"\xff" * 2000, bad=b"\xff" * 2000)
    assert check_files(request, backend).files == 1
    assert [entry["file_id"] for entry in backend.lake.get_json(request.manifest_key)] == ["good"]


def test_many_files_are_checked_at_once_and_stay_in_their_order(backend):
    request = prepare(backend, **{f"f{number:02}": b"x" * 2000 for number in range(40)} | {"f01": None})
    assert check_files(request, backend).files == 39
    assert [entry["file_id"] for entry in backend.lake.get_json(request.manifest_key)][:3] == [
        "f00",
        "f02",
        "f03",
    ]
