#!/usr/bin/env bash
# Every workload of build/bin/reel-bench once, file sink. BENCH_N scales the counts in percent (100).
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build/bench
mkdir -p "$folder"
trap 'rm -rf "$folder"' EXIT
scale=${BENCH_N:-100}
for work in w1:1000000 w2:1000000 w3a:1000 w3b:10000000 w4:200 w5:200000 w6:200000 w7:10000000 w8:10000 w9:400000 w10:1; do
    n=$((${work#*:} * scale / 100))
    printf '%s ' "${work%:*}"
    THREADS=${THREADS:-2} build/bin/reel-bench "${work%:*}" file "$folder/bench.rrd" "$((n > 0 ? n : 1))"
done
