#!/bin/sh
# Everything of `torture` and of the fuzzers at the size of a night, about eight hours on two cores. `make test` runs the
# short variants. SEEDS=1..1000000 tries more.
set -eu
cd "$(dirname "$0")/../.."
for product in torture fieldtune fieldtuned; do swift build -c release --product "$product"; done
torture="$(swift build -c release --show-bin-path)/torture"
"$torture" sim --seeds "${SEEDS:-1..200000}"
"$torture" unplug
"$torture" goodput --seconds 20
"$torture" board --steps 6000 --unplug-bytes 8000
"$torture" board --steps 2000 --per-byte 0.003 --mishap-ms 200 --unplug-bytes 50000
for board in mps2-an500 mps2-an386 netduinoplus2; do
  "$torture" board --board "$board" --steps 600 --unplug-bytes 9000 --per-byte 0.001
done
"$torture" kill --kills 100
Tools/Fuzz/run.sh nightly
