#!/bin/sh
# Fuzzes TARGET (importer or plan) with libFuzzer: run.sh TARGET EXECUTIONS [more options of libFuzzer]
# Inputs that it keeps go to .build/corpus/TARGET, a crash to ./crash-*, which a later run with that file repeats.
set -eu
target=$1
executions=$2
shift 2
cd "$(dirname "$0")"
scratch=${FIELDTUNE_FUZZ_BUILD:-.build}
swift build -c release --sanitize fuzzer --product "$target" --scratch-path "$scratch"
mkdir -p "$scratch/corpus/$target"
exec "$scratch/release/$target" "$scratch/corpus/$target" "Seeds/$target" -runs="$executions" -max_len=4096 -rss_limit_mb=1024 \
  -timeout=10 -print_final_stats=1 "$@"
