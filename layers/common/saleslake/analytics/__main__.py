"""``python -m saleslake.analytics FILE`` writes the description the API serves at ``/openapi.json``."""

import sys
from pathlib import Path
from typing import Any

from saleslake.analytics.api import create_api
from saleslake.analytics.openapi import document

unasked: Any = None  # describing the routes asks for no answer
Path(sys.argv[1]).write_text(document(create_api(unasked)), encoding="utf-8")
