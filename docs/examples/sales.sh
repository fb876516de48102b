#!/usr/bin/env bash
# The API with curl. Needs SALESLAKE_API, and SALESLAKE_KEY where the API wants a key.
set -euo pipefail

ask() { curl -sS --fail-with-body -H "x-api-key: ${SALESLAKE_KEY:-}" "$@"; }

echo "# key figures of a month"
ask "$SALESLAKE_API/kpis?from=2022-05-01&to=2022-05-31"

echo; echo "# two states, as CSV"
ask -H 'Accept: text/csv' --get "$SALESLAKE_API/regions" --data-urlencode by=state \
  --data-urlencode state=Maharashtra --data-urlencode state=Karnataka

echo "# the same again costs nothing, not even the way: 304"
tag=$(ask -o /dev/null -D - "$SALESLAKE_API/kpis" | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
ask -o /dev/null -w '%{http_code}\n' -H "If-None-Match: $tag" "$SALESLAKE_API/kpis"

echo "# every row of a big question, as a file"
started=$(ask -X POST "$SALESLAKE_API/exports" -H 'Content-Type: application/json' \
  -d '{"measures": ["revenue", "units"], "dimensions": ["state", "category"], "grain": "day"}')
id=$(sed 's/.*"id":"\([^"]*\)".*/\1/' <<<"$started")
while export=$(ask "$SALESLAKE_API/exports/$id") && grep -q '"status":"running"' <<<"$export"; do sleep 1; done
url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' <<<"$export")
[ -n "$url" ] || { echo "the export failed: $export" >&2; exit 1; }
curl -sS --fail -o sales.csv --output-dir "${TMPDIR:-/tmp}" "$url"
head -3 "${TMPDIR:-/tmp}/sales.csv"
