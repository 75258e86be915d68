#!/usr/bin/env bash
# Runs the study in a virtual environment of its own, .build_study/venv: `make study` calls this with the path of
# fieldtune, arguments of study.py follow. Data sets and models are looked for in $FIELDTUNE_SHARED, default ../shared.
set -euo pipefail
cd "$(dirname "$0")/../.."
fieldtune=$1
shared=${FIELDTUNE_SHARED:-../shared}
if [ ! -d "$shared/datasets" ]; then
  echo "study: found no folder 'datasets' in $shared, expected the shared data; set FIELDTUNE_SHARED to its parent" >&2
  exit 66
fi
python=.build_study/venv/bin/python
if ! "$python" -c 'import torch, matplotlib, PIL, ai_edge_litert' 2>/dev/null; then
  python3 -m venv .build_study/venv
  "$python" -m pip install --quiet -r Tools/Study/requirements.txt
fi
exec nice -n 19 "$python" Tools/Study/study.py --fieldtune "$fieldtune" --shared "$shared" "${@:2}"
