"""`python -m local.athena.trino`: fetch Trino and, where the machine has none, Java; nothing is started."""

import sys

from local.athena.trino.server import JavaMissing, TrinoMissing, prepare

try:
    java, home = prepare()
except (JavaMissing, TrinoMissing) as error:
    sys.exit(str(error))
print(f"{home} with Java {java.version} ({java.command})")
