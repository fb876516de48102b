"""House rules that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PART_OF_DEV = "local/requirements"  # its lock is dev's
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
LOCKED = sorted(
    set(re.findall(r'"([\w/]+)": (?:LAMBDA|EVERYWHERE)', (ROOT / "requirements/lock.py").read_text()))
)
TEXT_LIMIT = 1_000_000


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    """``file:line: text`` of each match, in text files."""
    expression, found = re.compile(pattern), []
    for path in files:
        body = path.read_bytes()[:TEXT_LIMIT]
        if b"\0" in body:
            continue
        for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), 1):
            if expression.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    homes = r"(^|[^A-Za-z0-9_.{}$/-])/(home|Users|root|work|mnt)/[A-Za-z0-9_.-]"
    assert lines_with(homes, tracked()) == []


def test_locks_and_settings_name_no_package_index() -> None:
    address = (
        r"index-url|extra-index|find-links|trusted-host|https?://[^ ]*(pypi|pythonhosted|npmjs|maven\.org)"
    )
    files = [
        path
        for path in tracked()
        if path.suffix in {".txt", ".in", ".toml", ".cfg", ".ini", ".yaml", ".json"}
    ]
    assert lines_with(address, [*files, ROOT / "Makefile", ROOT / ".ci/run"]) == []


def test_product_code_does_not_know_the_local_cloud() -> None:
    product = tracked("layers", "functions", "statemachine", "template.yaml", "events")
    assert lines_with(r"(?i)ministack|localstack|localhost|127\.0\.0\.1|_user_request_", product) == []


def test_the_top_level_can_be_taken_in_at_one_glance() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in tracked()}
    shown = sorted(entry for entry in entries if not entry.startswith("."))
    assert len(shown) <= 18, shown


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_folder_holds_only_a_thin_app_and_has_an_event(name: str) -> None:
    folder = ROOT / "functions" / name
    assert [path.name for path in tracked(f"functions/{name}")] == ["app.py"]
    assert len((folder / "app.py").read_text().splitlines()) <= 60
    assert list((ROOT / "events").glob(f"{name}*.json")), f"events/{name}.json is missing"


def test_every_function_of_the_template_is_a_folder_and_the_other_way_round() -> None:
    named = set(re.findall(r"CodeUri: functions/(\w+)", (ROOT / "template.yaml").read_text()))
    assert named == set(FUNCTIONS)


def test_functions_import_the_product_and_no_other_function() -> None:
    for name in FUNCTIONS:
        tree = ast.parse((ROOT / "functions" / name / "app.py").read_text())
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        roots = {module.split(".")[0] for module in modules}
        assert roots <= {"saleslake", "aws_lambda_powertools", "typing", "json", "os", "functools"}, name


def test_what_judges_the_product_imports_none_of_it() -> None:
    judges = tracked("datagen", "tests/oracle", "local")
    assert (
        lines_with(r"^\s*(from|import) saleslake\b", [path for path in judges if path.suffix == ".py"]) == []
    )


def test_no_file_is_too_long_to_find_ones_way_in() -> None:
    files = tracked("layers", "functions", "local", "datagen", "benchmarks", "tests")
    long = {
        str(path.relative_to(ROOT)): length
        for path in files
        if path.suffix == ".py" and (length := len(path.read_text().splitlines())) > 300
    }
    assert long == {}


def test_every_sql_file_of_the_product_opens_with_what_it_is_for() -> None:
    files = [path for path in tracked("layers") if path.suffix == ".sql"]
    assert files
    assert [str(path.relative_to(ROOT)) for path in files if not path.read_text().startswith("-- ")] == []


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_is_pinned_and_every_locked_package_has_hashes(name: str) -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines()]
    loose = [line for line in lines if line and not line.startswith("-r ") and "==" not in line]
    assert loose == []
    lock = (ROOT / f"{name}.txt").read_text()
    assert not re.search(r"==\S+ *(;[^\\\n]*)?$", lock, re.MULTILINE), "a package without a hash"


def test_every_list_of_requirements_is_one_that_make_check_resolves_again() -> None:
    there = {str(path.relative_to(ROOT).with_suffix("")) for path in tracked("*.in")}
    assert there - {PART_OF_DEV} == set(LOCKED)


def test_the_environments_of_samconfig_set_only_parameters_that_the_template_has() -> None:
    parameters = set(template()["Parameters"])
    config = (ROOT / "samconfig.toml").read_text()
    for line in re.findall(r'parameter_overrides = "([^"]*)"', config):
        assert {pair.split("=")[0] for pair in line.split()} <= parameters


def template() -> dict:
    """The template with CloudFormation's short forms left as they are."""

    class Loader(yaml.SafeLoader):
        pass

    def plain(loader: yaml.Loader, suffix: str, node: yaml.Node) -> object:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_mapping(node, deep=True)

    Loader.add_multi_constructor("!", plain)
    return yaml.load((ROOT / "template.yaml").read_text(), Loader)


@pytest.mark.xdist_group("house")
def test_tests_of_one_group_stay_in_one_process(request: pytest.FixtureRequest) -> None:
    distributed = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@house") or not distributed
