"""The Lambda behind the API, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import saleslake

ROOT = Path(__file__).parents[3]
UNWANTED = (
    "boto3",
    "duckdb",
    "pyarrow",
    "pandas",
    "numpy",
    "yaml",
    "click",
    "rich",
    "openapi_spec_validator",
)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "LAKE_BUCKET": "lake",
    "LANDING_BUCKET": "landing",
    "LEDGER_TABLE": "ledger",
    "DATABASE": "sales",
    "BUILD_DATABASE": "sales_build",
    "WORKGROUP": "sales",
    "ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:alerts",
    "POWERTOOLS_SERVICE_NAME": "saleslake",
    "PYTHONPATH": os.pathsep.join(
        [str(Path(saleslake.__file__).parents[1]), str(ROOT / "functions" / "serve")]
    ),
    "PATH": os.environ["PATH"],
}


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_function_loads_nothing_that_moves_rows_or_draws_tables():
    loaded = run("import sys, app; print(*sorted({name.split('.')[0] for name in sys.modules}))").split()
    assert "saleslake" in loaded
    assert [name for name in UNWANTED if name in loaded] == []


def test_the_function_loads_what_describes_it_only_when_asked():
    assert run(
        "import sys, app; print('aws_lambda_powertools.event_handler.openapi.models' in sys.modules)"
    ) == ("False\n")
