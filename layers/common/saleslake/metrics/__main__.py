"""``python -m saleslake.metrics FILE`` writes metrics.yaml as JSON: what the API reads, which starts without YAML."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import yaml

text = files("saleslake").joinpath("metrics.yaml").read_text(encoding="utf-8")
Path(sys.argv[1]).write_text(
    json.dumps(yaml.safe_load(text), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
)
