#!/usr/bin/env bash
# Sees to it that the system packages for one purpose are there.
#
#     tools/deps.sh build | demo | test | fuzz | wheel
#
# Looks for each thing itself (a command, a library), not for a package, so that any way of having it counts. What is missing is
# installed from Debian's packages when that is possible without asking (root, or sudo without a password); otherwise the
# command to type is printed, and the exit code is 1.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }
compiles() { have cc && echo "int main(void) { return 0; }" | cc -x c -o /dev/null "$@" - 2>/dev/null; }
has_library() { # pkg-config name, header, library
    pkg-config --exists "$1" 2>/dev/null || { have cc && echo "#include <$2>
int main(void) { return 0; }" | cc -x c -o /dev/null - "-l$3" 2>/dev/null; }
}

missing=""
need() { # package, then the check
    local package=$1
    shift
    "$@" || missing="$missing $package"
}

build_needs() {
    need build-essential compiles
    need make have make
    need cmake have cmake
    need pkg-config have pkg-config
    need liblz4-dev has_library liblz4 lz4.h lz4
    need libxxhash-dev has_library libxxhash xxhash.h xxhash
}
# The viewer is fetched with npm: it brings node along.
demo_needs() {
    build_needs
    have npm || missing="$missing nodejs npm"
}
wheel_needs() {
    build_needs
    need python3 have python3
    need python3-venv python3 -c "import venv, ensurepip" 2>/dev/null
    need python3-dev has_python_header
}
has_python_header() { python3 -c "import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))" 2>/dev/null; }
test_needs() {
    demo_needs
    wheel_needs
    need g++ have g++
    need binutils have readelf
    need libcmocka-dev has_library cmocka stdlib.h cmocka
    # A build goes without these two, and libreel_image then without what they do.
    need libjpeg-dev has_library libjpeg jpeglib.h jpeg
    need libpng-dev has_library libpng png.h png
    need valgrind have valgrind
    need libc6-dbg valgrind_reads_libc
    have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
}
fuzz_needs() {
    build_needs
    need clang have clang
    need libcmocka-dev has_library cmocka stdlib.h cmocka
}
# valgrind refuses to start when it cannot name libc's functions.
valgrind_reads_libc() { ! have valgrind || valgrind --error-exitcode=9 -q true >/dev/null 2>&1; }

purpose=${1:-}
case "$purpose" in
    build | demo | test | fuzz | wheel) "${purpose}_needs" ;;
    *) echo "usage: tools/deps.sh build | demo | test | fuzz | wheel" >&2; exit 2 ;;
esac
missing=${missing# }
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=none; fi
fi
line="apt-get install --no-install-recommends $missing"
if ! have apt-get; then
    echo "reel: missing for 'make $purpose': $missing (Debian's names; install what your system calls them)" >&2
    exit 1
fi
if [ "$as_root" = none ]; then
    echo "reel: missing for 'make $purpose': $missing. Please run:" >&2
    echo "    sudo $line" >&2
    exit 1
fi

echo "reel: installing what is missing for 'make $purpose' from Debian's packages: $missing"
install() { $as_root env DEBIAN_FRONTEND=noninteractive $line -y -qq -o Dpkg::Use-Pty=0 >"$log" 2>&1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists of a fresh machine are empty or old: one update, and only when the first try fails.
install || { $as_root apt-get update -qq >"$log" 2>&1 && install; } || {
    cat "$log" >&2
    echo "reel: '$line' failed (its output is above)" >&2
    exit 1
}

missing=""
"${purpose}_needs"
if [ -n "$missing" ]; then
    echo "reel: still missing after the installation:$missing" >&2
    exit 1
fi
