#!/usr/bin/env bash
# `make demo` after the build: fetch the viewer once, record this machine and a few files, have the recording judged by the official
# command line where it is present, and serve it. ONCE=1 stops after proving that the page, the viewer and the recording answer.
set -euo pipefail
cd "$(dirname "$0")/.."

export REEL_VIEWER_DIR="$PWD/.cache/viewer"
export npm_config_cache="$PWD/.cache/npm-cache"
recording=.cache/demo/demo.rrd
seconds=${SECONDS_TO_RECORD:-5}
mkdir -p .cache/demo

tools/viewer.sh

files=(README.md examples/data/*)
echo "reel: recording this machine for $seconds s, and ${#files[@]} files, into $recording"
build/bin/reel record -o "$recording" --system "$seconds" "${files[@]}"

judge=""
if [ -x .cache/venv/bin/rerun ]; then judge=.cache/venv/bin/rerun; elif command -v rerun >/dev/null 2>&1; then judge=rerun; fi
if [ -n "$judge" ]; then
    echo "reel: the official command line checks the file ($judge rrd verify)"
    XDG_CONFIG_HOME="$PWD/.cache/xdg/config" "$judge" rrd verify "$recording"
fi

if [ -n "${ONCE:-}" ]; then
    exec build/bin/reel view --once "$recording"
fi
exec build/bin/reel view "$recording"
