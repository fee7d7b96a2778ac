#!/usr/bin/env bash
# What the tests need beyond system packages, in .cache/: a Python environment with the official recorder and readers as judges, older readers, and
# playwright-core (a version for the node of Debian 12) to drive the browser. Made once, and again when the lists below change. (The viewer follows in tests/run_all,
# which has the command that fetches it.)
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
export npm_config_cache="$PWD/.cache/npm-cache"
unset PYTHONPATH PYTHONHOME

python_packages="rerun-sdk==0.41.0 pyarrow numpy pillow pytest"
table_readers="polars duckdb"
test_helpers="hypothesis h5py"
holobench_versions="1.148.0 1.119.1"
older_readers="0.33.1 0.36.2"
node_packages="playwright-core@1.56.1"

# A step is done when its mark holds the list it was done for.
is_done() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }

mark=.cache/venv/.packages
if ! is_done "$mark" "$python_packages"; then
    echo "reel: making .cache/venv with $python_packages"
    rm -rf .cache/venv
    python3 -m venv .cache/venv
    # shellcheck disable=SC2086
    .cache/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir $python_packages
    echo "$python_packages" >"$mark"
fi

# The official tools greet whoever runs them first and would put that among what they say of a file.
if [ ! -e .cache/xdg/config/rerun/analytics.json ]; then
    XDG_CONFIG_HOME="$PWD/.cache/xdg/config" XDG_DATA_HOME="$PWD/.cache/xdg/data" .cache/venv/bin/rerun analytics disable >/dev/null 2>&1
fi

# What reads tables, for the cookbook. A step of its own: the environment need not be made anew for it.
mark=.cache/venv/.table_readers
if ! is_done "$mark" "$table_readers"; then
    echo "reel: adding $table_readers to .cache/venv"
    # shellcheck disable=SC2086
    .cache/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir $table_readers
    echo "$table_readers" >"$mark"
fi

mark=.cache/venv/.test_helpers
if ! is_done "$mark" "$test_helpers"; then
    echo "reel: adding $test_helpers to .cache/venv"
    # shellcheck disable=SC2086
    .cache/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir $test_helpers
    echo "$test_helpers" >"$mark"
fi

# holobench without the official SDK: the first version with what it needs, the others alone, sharing that.
shared=""
for version in $holobench_versions; do
    folder=.cache/holobench/$version
    mark=$folder/.packages
    packages="holobench==$version pyarrow beside ${shared:-nothing}"
    if ! is_done "$mark" "$packages"; then
        echo "reel: making $folder with holobench==$version"
        rm -rf "$folder"
        python3 -m venv --without-pip "$folder"
        pip_of="$PWD/.cache/venv/bin/python -m pip --python $PWD/$folder/bin/python install --quiet --disable-pip-version-check --no-cache-dir"
        packages_of='import sysconfig; print(sysconfig.get_path("purelib"))'
        if [ -z "$shared" ]; then
            $pip_of "holobench==$version" pyarrow
        else
            $pip_of --no-deps "holobench==$version"
            ".cache/holobench/$shared/bin/python" -c "$packages_of" >"$("$folder/bin/python" -c "$packages_of")/zz_shared.pth"
        fi
        echo "$packages" >"$mark"
    fi
    shared=${shared:-$version}
done

# Older versions of the official tools, each in an environment of its own. What they need besides they share with .cache/venv: their own
# packages are found first.
for version in $older_readers; do
    folder=.cache/readers/$version
    mark=$folder/.packages
    packages="rerun-sdk==$version beside $python_packages"
    if ! is_done "$mark" "$packages"; then
        echo "reel: making $folder with rerun-sdk==$version"
        rm -rf "$folder"
        python3 -m venv --without-pip "$folder"
        .cache/venv/bin/python -m pip --python "$folder/bin/python" install --quiet --disable-pip-version-check --no-cache-dir --no-deps "rerun-sdk==$version"
        packages_of='import sysconfig; print(sysconfig.get_path("purelib"))'
        .cache/venv/bin/python -c "$packages_of" >"$("$folder/bin/python" -c "$packages_of")/zz_shared.pth"
        echo "$packages" >"$mark"
    fi
done

mark=.cache/npm/.packages
if ! is_done "$mark" "$node_packages"; then
    echo "reel: making .cache/npm with $node_packages"
    rm -rf .cache/npm
    mkdir -p .cache/npm
    # shellcheck disable=SC2086
    npm install --prefix .cache/npm --no-audit --no-fund --ignore-scripts --loglevel=error $node_packages >/dev/null
    echo "$node_packages" >"$mark"
fi
