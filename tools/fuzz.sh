#!/usr/bin/env bash
# Runs each libFuzzer target of build/fuzz for some seconds. New inputs land in .cache/fuzz, crashes in .cache/fuzz/crashes.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
mkdir -p .cache/fuzz/crashes
failed=0
for target in build/fuzz/fuzz/fuzz_*; do
    name=$(basename "$target")
    found=.cache/fuzz/$name
    mkdir -p "$found"
    echo "reel: $name for $seconds s"
    "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=25 -print_final_stats=1 \
        -artifact_prefix=".cache/fuzz/crashes/$name-" "$found" "fuzz/corpus/${name#fuzz_}" 2>&1 | tail -n 12 || failed=$((failed + 1))
done
[ "$failed" = 0 ] || { echo "reel: $failed fuzz targets failed; inputs are in .cache/fuzz/crashes" >&2; exit 1; }
