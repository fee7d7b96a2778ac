#!/usr/bin/env bash
# Puts the web viewer's files into .cache/viewer, once. The command checks version and hash; a folder that it finished bears a mark,
# so that an interrupted fetch starts again.
set -euo pipefail
cd "$(dirname "$0")/.."
export npm_config_cache="$PWD/.cache/npm-cache"
mark=.cache/viewer/.complete
[ ! -e "$mark" ] || exit 0
echo "reel: fetching the web viewer into .cache/viewer (npm package, about 15 MB)"
build/bin/reel viewer install --dir .cache/viewer
touch "$mark"
