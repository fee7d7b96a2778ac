#!/usr/bin/env bash
# Builds the Python distributions into build/dist/: wheels and source archives of reel-sdk and reel-as-rerun. What building needs goes to .cache/wheel.
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
rm -f build/dist/*.whl build/dist/*.tar.gz
for project in . python/rerun; do
    .cache/wheel/bin/python -m pip wheel --quiet --disable-pip-version-check --no-cache-dir --no-build-isolation --no-deps --wheel-dir build/dist "./$project"
done
dist=$PWD/build/dist
.cache/wheel/bin/python -c "import sys, scikit_build_core.build as backend; backend.build_sdist(sys.argv[1])" "$dist" >/dev/null
(cd python/rerun && ../../.cache/wheel/bin/python -c "import sys, hatchling.build as backend; backend.build_sdist(sys.argv[1])" "$dist" >/dev/null)
ls -l build/dist
