#!/usr/bin/env bash
# Prints the path of a Python that has LiteRT (the oracle of the parity tests), making a virtual environment in
# .build_litert on first use. Prints nothing, and says why on standard error, where PyPI is out of reach.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.build_litert/bin/python
if ! "$python" -c 'import ai_edge_litert, numpy' 2>/dev/null; then
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! { python3 -m venv .build_litert && "$python" -m pip install --quiet 'ai-edge-litert==2.3.0' numpy; } >"$log" 2>&1; then
    tail -n 3 "$log" >&2
    echo "LiteRT could not be installed: tests that ask it are skipped" >&2
    exit 0
  fi
fi
echo "$python"
