"""Settings of the deployed stack. The only reader of the environment."""

import os
from functools import cache

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """What the stack tells its functions: names of its resources and a few knobs."""

    model_config = ConfigDict(frozen=True)

    lake_bucket: str
    landing_bucket: str
    ledger_table: str
    database: str
    build_database: str
    workgroup: str
    alert_topic_arn: str
    state_machine_arn: str = ""
    pull_secret_arn: str = ""
    batch_window_seconds: int = 60
    release_days: int = 30
    largest_file_megabytes: int = 2048
    mask_personal_data: bool = True


@cache
def settings() -> Settings:
    """Settings read once per process from the upper-case environment variables of the same names.

    Raises
    ------
    pydantic.ValidationError
        A variable that the stack should have set is missing.
    """
    names = Settings.model_fields
    return Settings.model_validate(
        {name: os.environ[name.upper()] for name in names if name.upper() in os.environ}
    )
