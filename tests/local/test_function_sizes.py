"""Each function with all its layers must unzip to less than Lambda takes."""

from pathlib import Path

import pytest
import yaml

from local import deploy
from local.runtime.unpack import unzipped_bytes
from local.settings import Settings

pytestmark = pytest.mark.slow

LIMIT = 250  # MiB; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MIB = 1024 * 1024


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags; of a !Ref only the name matters here."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(node, "value", None))


def test_each_function_with_its_layers_unzips_to_less_than_250_mib(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    built = deploy.build(Settings(state=tmp_path))
    resources = yaml.load(built.read_text(), _Loader)
    shared = resources["Globals"]["Function"]
    resources = resources["Resources"]
    sizes = {}
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = shared | resource["Properties"]
        layers = [*shared.get("Layers", []), *resource["Properties"].get("Layers", [])]
        layers = {layer if isinstance(layer, str) else layer["Ref"] for layer in layers}
        folders = [properties["CodeUri"], *(resources[layer]["Properties"]["ContentUri"] for layer in layers)]
        sizes[name] = sum(unzipped_bytes(built.parent / folder) for folder in folders) / MIB
    with capsys.disabled():
        print(
            "\nunzipped with layers, MiB:",
            ", ".join(f"{name} {size:.0f}" for name, size in sorted(sizes.items())),
        )
    assert len(sizes) >= 9
    assert max(sizes.values()) < LIMIT
