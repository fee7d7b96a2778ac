"""What the house checks share: the repository's files, and the release build."""
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tracked_files():
    """Paths of all files that are, or could be, in the repository."""
    listing = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = sorted({ROOT / name for name in listing.decode().split("\0") if name})
    return [path for path in paths if path.is_file()]


def is_generated(path):
    """Generated files say so in line one, and by which script."""
    with open(path, errors="replace") as file:
        return re.search(r"\b(generated|written|made) by \S+\.py\b", file.readline(), re.I) is not None


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def build():
    return Path(os.environ.get("REEL_BUILD", ROOT / "build")).resolve()


@pytest.fixture(scope="session")
def files():
    return tracked_files()


@pytest.fixture(scope="session")
def sources(files):
    """C sources and headers, wherever they are."""
    return [path for path in files if path.suffix in (".c", ".h")]


@pytest.fixture
def compile_c(tmp_path, root):
    """compile_c(text or path, *flags, compiler='cc') -> (exit code, what the compiler said); the result is tmp_path / 'program'."""

    def compile_one(source, *flags, compiler="cc", suffix=".c"):
        if isinstance(source, str):
            path = tmp_path / f"source{suffix}"
            path.write_text(source)
            source = path
        command = [compiler, f"-I{root / 'include'}", *flags, str(source)]
        if not any(flag in flags for flag in ("-o", "-fsyntax-only", "-c")):
            command += ["-o", str(tmp_path / "program")]
        libraries = [flag for flag in command if flag.startswith(("-l", "-L", "-Wl,"))]
        command = [flag for flag in command if flag not in libraries] + libraries
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        return done.returncode, done.stdout + done.stderr

    return compile_one
