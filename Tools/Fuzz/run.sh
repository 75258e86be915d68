#!/bin/sh
# Fuzzes with libFuzzer.
#   run.sh TARGET EXECUTIONS [options of libFuzzer]   one target; inputs that it keeps go to .build/corpus/TARGET
#   run.sh ci       the four of the link, two at once, 60 s each
#   run.sh nightly  every target, two at once, ten million executions each
# In Swift: importer, plan, device (a hostile device), trace. In C, with sanitizers: session (a hostile host), link.
# A crash leaves ./crash-*, which a later run with that file repeats.
set -eu
cd "$(dirname "$0")"
scratch=${FIELDTUNE_FUZZ_BUILD:-.build}
link="device trace session link"
targets="importer plan $link"

build() {
  case $1 in
  session | link)
    mkdir -p "$scratch/c"
    root=../../Firmware
    clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I $root/runtime -I $root/kernels \
      "Session/$1_fuzzer.c" $(ls $root/runtime/*.c | grep -v vectors) -o "$scratch/c/$1"
    ;;
  *) swift build -c release --sanitize fuzzer --product "$1" --scratch-path "$scratch" ;;
  esac
}

fuzz() {
  target=$1
  shift
  mkdir -p "$scratch/corpus/$target" "Seeds/$target"
  case $target in session | link) program=$scratch/c/$target ;; *) program=$scratch/release/$target ;; esac
  "$program" "$scratch/corpus/$target" "Seeds/$target" -max_len=4096 -rss_limit_mb=1024 -timeout=10 \
    -print_final_stats=1 "$@"
}

# Two at once; one line for each, and the log of those that found something.
all() {
  for target in $targets; do build "$target" >"$scratch/$target.build" 2>&1 || { cat "$scratch/$target.build"; exit 1; }; done
  status=0
  echo "$targets" | tr ' ' '\n' | xargs -P 2 -I TARGET sh -c '"$0" one TARGET "$@" >"$SCRATCH/TARGET.log" 2>&1' "$PWD/run.sh" "$@" || status=1
  for target in $targets; do
    echo "$target: $(sed -n 's/stat::number_of_executed_units: *//p' "$scratch/$target.log") executions, $(grep -cE '^(SUMMARY|==[0-9]+==ERROR|.*deadly signal)' "$scratch/$target.log" || true) findings"
  done
  [ $status -eq 0 ] || grep -hE -A 12 'SUMMARY|ERROR: |deadly signal|artifact_prefix' "$scratch"/*.log
  return $status
}

case $1 in
ci | nightly)
  mkdir -p "$scratch"
  SCRATCH=$scratch FIELDTUNE_FUZZ_BUILD=$scratch
  export SCRATCH FIELDTUNE_FUZZ_BUILD
  if [ "$1" = ci ]; then
    targets=$link
    all -max_total_time=60
  else
    all -runs=10000000
  fi
  ;;
one)
  shift
  fuzz "$@"
  ;;
*)
  target=$1 executions=$2
  shift 2
  build "$target"
  fuzz "$target" "-runs=$executions" "$@"
  ;;
esac
