#!/usr/bin/env bash
# Sends what schemathesis makes of the API's own description to a running server. Whatever is asked, no answer may be a
# server error, and none may have another form than described.
# Usage: scripts/api_fuzz.sh MATCHER [EXAMPLES]
set -euo pipefail
matcher=$(realpath "$1")
examples=${2:-100}
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" || true; fi
  rm -rf "$work"
}
trap finish EXIT
# What schemathesis remembers of a run is of no use to the next.
cd "$work"

if command -v schemathesis >/dev/null; then
  schemathesis=schemathesis
else
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet 'schemathesis>=4,<5'
  schemathesis=$work/venv/bin/schemathesis
fi

"$matcher" serve --listen 127.0.0.1:0 --no-open --store "$work/cases.sqlite3" >"$work/stdout" 2>"$work/stderr" &
server=$!
for _ in $(seq 100); do
  url=$(sed -n 's/^listening on //p' "$work/stdout")
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { cat "$work/stderr" >&2; exit 1; }

"$schemathesis" run "$url/openapi.json" --max-examples "$examples" --workers 2 --seed 20261125 --no-color \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance

# It is still well, and ends in good order.
curl --fail --silent "$url/healthz"
kill "$server"
wait "$server"
server=
if grep -i 'panicked' "$work/stderr"; then exit 1; fi
