"""The wheels of `make wheel`, installed as a person would: into environments of their own."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("REEL_SOURCE", Path(__file__).resolve().parents[2]))
CACHE = Path(os.environ.get("REEL_CACHE", ROOT / ".cache"))
DIST = ROOT / "build/dist"
RERUN = os.environ.get("REEL_RERUN", str(CACHE / "venv/bin/rerun"))


class Environment:
    """A Python environment without pip, which .cache/venv's pip fills."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.python = self.folder / "bin/python"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)

    def pip(self, *arguments):
        command = [str(CACHE / "venv/bin/python"), "-m", "pip", "--python", str(self.python), "--disable-pip-version-check", "--no-cache-dir", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=600)

    def install(self, *what):
        done = self.pip("install", "--no-deps", "--quiet", *what)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, code, **options):
        """What a program prints, run away from the sources."""
        options.setdefault("timeout", 120)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return subprocess.run([str(self.python), "-c", code], capture_output=True, text=True, cwd="/", env=environment, **options)

    def says(self, code):
        done = self.run(code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def site(self):
        return Path(self.says("import sysconfig; print(sysconfig.get_path('purelib'))"))


def wheel(name):
    found = sorted(DIST.glob(f"{name}-*.whl"))
    assert len(found) == 1, f"{DIST} has {len(found)} wheels of {name}: run `make wheel`"
    return found[0]


@pytest.fixture(scope="session")
def reel_wheel():
    return wheel("reel_sdk")


@pytest.fixture(scope="session")
def rerun_wheel():
    return wheel("reel_as_rerun")


@pytest.fixture(scope="session")
def bare(tmp_path_factory, reel_wheel):
    """An environment with reel-sdk and nothing else."""
    environment = Environment(tmp_path_factory.mktemp("bare") / "env")
    environment.install(reel_wheel)
    return environment


@pytest.fixture
def empty(tmp_path):
    return Environment(tmp_path / "env")


@pytest.fixture(scope="session")
def holobench(reel_wheel, rerun_wheel):
    """holobench(version): its environment, with our wheels as they are now."""
    made = {}

    def of(version):
        if version not in made:
            environment = Environment(CACHE / "holobench" / version)
            for package in ("reel", "_reel_as_rerun"):
                shutil.rmtree(environment.site / package, ignore_errors=True)
            environment.install("--force-reinstall", reel_wheel, rerun_wheel)
            made[version] = environment
        return made[version]

    return of
