"""Nothing is left of a call, whether it went well or broke off in the middle."""

import os
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("numpy")
pytest.importorskip("pyarrow")


def test_calls_leave_nothing_behind(tmp_path):
    script = pathlib.Path(__file__).with_name("leak_cases.py")
    done = subprocess.run([sys.executable, script, tmp_path], env={**os.environ, "PYTHONMALLOC": "malloc"}, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == ""
