#!/usr/bin/env bash
# Builds the Python distributions into build/dist/: reel_sdk-*.whl and, where its folder is, reel_as_rerun-*.whl. What building needs goes to .cache/wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME

build_packages="pip>=24 scikit-build-core>=0.11,<2 hatchling"
mark=.cache/wheel/.packages
if [ ! -e "$mark" ] || [ "$(cat "$mark")" != "$build_packages" ]; then
    rm -rf .cache/wheel
    mkdir -p .cache
    python3 -m venv .cache/wheel
    # shellcheck disable=SC2086
    .cache/wheel/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir $build_packages
    echo "$build_packages" >"$mark"
fi

mkdir -p build/dist
rm -f build/dist/*.whl
for project in . python/rerun; do
    [ -e "$project/pyproject.toml" ] || continue
    .cache/wheel/bin/python -m pip wheel --quiet --disable-pip-version-check --no-cache-dir --no-build-isolation --no-deps --wheel-dir build/dist "./$project"
done
ls -l build/dist
