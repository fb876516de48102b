"""A source file with a mistake is refused with the file and the field at fault."""

import re
from pathlib import Path

import pytest

from saleslake.pull.source import SourceInvalid, UnknownSource, chosen, load_sources, read_source

GOOD = "dataset: web_orders\nurl: https://shop.example.com/orders\n"
DOCS = Path(__file__).parents[3] / "docs" / "sources.md"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("dataset: [", "shop.yaml: not YAML"),
        ("- a", "shop.yaml: expected a mapping"),
        ("dataset: web_orders", "shop.yaml: url: Field required"),
        (
            GOOD.replace("web_orders", "weborders"),
            "shop.yaml: dataset: Value error, no contract for 'weborders'",
        ),
        (GOOD.replace("https", "ftp"), "shop.yaml: url: "),
        (GOOD + "item: data", "shop.yaml: item: Extra inputs are not permitted"),
        (GOOD + "pagination: {type: pages}", "shop.yaml: pagination: "),
        (GOOD + "pagination: {type: cursor}", "shop.yaml: pagination.cursor.next: Field required"),
        (GOOD + "watermark: {field: updated_at}", "shop.yaml: watermark.parameter: Field required"),
        (GOOD + "auth: {type: oauth}", "shop.yaml: auth.type: "),
        (GOOD + "limits: {page_bytes: 0}", "shop.yaml: limits.page_bytes: "),
    ],
)
def test_a_mistake_is_named(text, complaint):
    with pytest.raises(SourceInvalid, match=re.escape(complaint)):
        read_source("shop", text)


def test_sources_are_the_files_of_a_folder(tmp_path):
    (tmp_path / "shop.yaml").write_text(GOOD)
    (tmp_path / "README.md").write_text("not one of them")
    sources = load_sources(tmp_path)
    assert [source.name for source in chosen(None, sources)] == ["shop"]
    with pytest.raises(UnknownSource, match="no source 'store'; there are: shop"):
        chosen("store", sources)


def test_the_sources_that_are_deployed_can_be_used():
    load_sources()


def test_the_sources_shown_in_the_documentation_can_be_used():
    shown = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) >= 3
    for text in shown:
        read_source("shown", text)
