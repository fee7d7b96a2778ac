#!/usr/bin/env bash
# clang-format, in place, on the sources that people write (generated files say so in line one).
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang-format >/dev/null 2>&1 || { echo "reel: clang-format is not installed (Debian package: clang-format)" >&2; exit 1; }
git ls-files -z -- '*.c' '*.h' | while IFS= read -r -d '' file; do
    head -n 1 "$file" | grep -qiE '(generated|written|made) by [^ ]+\.py' || clang-format -i "$file"
done
