#!/usr/bin/env bash
# Which lines of the boards' drivers the emulator reaches, over a selftest and one run of each kind of fault.
# Usage: Tools/Coverage/drivers.sh FOLDER-OF-PROGRAMS [--missed]     the folder holds fieldtune and fieldtune-emulator
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
programs=${1:?"usage: $0 FOLDER-OF-PROGRAMS [--missed]"}
shift
model=$here/../Demo/digits-conv.tflite
field=$here/../Demo/field
data=$field/train-images-idx3-ubyte.gz,$field/train-labels-idx1-ubyte.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FIELDTUNE_STATE=$work/state FIELDTUNE_SOCKET=$work/none
runs=()

# session BOARD NAME ARGUMENTS-OF-THE-EMULATOR -- COMMAND-OF-FIELDTUNE
session() {
  local board=$1 name=$1-$2 emulator=()
  shift 2
  while [ "$1" != -- ]; do emulator+=("$1"); shift; done
  shift
  local elf=$work/$board/build/$board/firmware.elf
  "$programs/fieldtune-emulator" run "$elf" --board "$board" --serial "pty:$work/$name.tty" --flash "$work/$board.flash" \
    --coverage "$work/$name.coverage" --log "$work/$name.log" "${emulator[@]}" >"$work/$name.out" 2>&1 &
  local process=$!
  for _ in $(seq 100); do [ -e "$work/$name.tty" ] && break; sleep 0.05; done
  if ! timeout 120 "$programs/fieldtune" "$@" --device "$work/$name.tty" >"$work/$name.text" 2>&1; then
    echo "$name: $(tail -n 1 "$work/$name.text")" >&2  # the lines it reached count all the same
  fi
  kill -TERM "$process"
  wait "$process" || true
  runs+=("$elf" "$work/$name.coverage")
}

for board in stm32f746g-disco nucleo-f746zg nucleo-f429zi stm32f429i-disc1; do
  "$programs/fieldtune" compile "$model" --board "$board" -o "$work/$board" >/dev/null 2>&1
  "$programs/fieldtune" build "$work/$board" --board "$board" >/dev/null 2>&1
  train=(train "$work/$board" --data "$data" --steps 30 --local)
  session "$board" selftest -- selftest "$work/$board"
  session "$board" kept -- "${train[@]}" --keep-every 10
  session "$board" hse --fault hse-stuck -- selftest "$work/$board"
  session "$board" line --fault framing:every=997,count=5 --fault overrun:every=1499,count=5 --fault noise:every=1999,count=5 -- "${train[@]}"
  session "$board" crash --fault bus-fault@30000000 -- "${train[@]}"
  session "$board" power --fault power-cut@flash-operation=40 -- "${train[@]}" --keep-every 10
done
"$here/lines.py" "$@" "${runs[@]}"
