#!/usr/bin/env bash
# Accuracy after fine-tuning the demo's network, by mantissa bits of the errors: the table of
# Documentation/decisions/0002-error-format.md. Prints one line for each plan and width.
#
#   Tools/Studies/error-bits.sh [path of fieldtune]
set -euo pipefail
cd "$(dirname "$0")/../.."
fieldtune=${1:-.build/release/fieldtune}
seeds=5
epochs=2

accuracy() { # plan, rate, bits, seed
  "$fieldtune" train Tools/Demo/digits-conv.tflite --device loopback --local --json \
    --data Tools/Demo/field:train --eval Tools/Demo/field:test \
    --update "$1" --schedule cosine --lr "$2" --error-bits "$3" --seed "$4" --epochs "$epochs" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["accuracy"]["after"])'
}

for case in "full 0.03" "full 0.01" "last-layer 0.01" "bias-only 0.03"; do
  read -r plan rate <<<"$case"
  for bits in 15 11 9 7 5; do
    for seed in $(seq "$seeds"); do accuracy "$plan" "$rate" "$bits" "$seed"; done |
      python3 -c '
import statistics, sys
values = [100 * float(line) for line in sys.stdin]
mean, spread = statistics.mean(values), statistics.stdev(values)
print(" ".join(sys.argv[1:]), f"bits: {mean:.1f} ± {spread:.1f} ({min(values):.1f} to {max(values):.1f})")' \
      "$plan" "$rate" "$bits"
  done
done
