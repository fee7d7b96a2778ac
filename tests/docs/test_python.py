"""The examples of docs/python.md and of README.md, run as they stand there, with the package that was built."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import RERUN, ROOT

PACKAGE = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")).resolve() / "python"
PAGES = {"docs/python.md": 10, "README.md": 1, "python/README.md": 1}
FILES = ["run.rrd", "more.rrd", "drive.rrd", "arrays.rrd", "with_layout.rrd", "layout.rbl", "world.rrd", "worker0.rrd", "worker1.rrd"]


def examples(page):
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)


def run(page, folder):
    program = folder / "program.py"
    program.write_text("\n".join(examples(page)))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RERUN")}
    done = subprocess.run([sys.executable, "-W", "error::DeprecationWarning", program], cwd=folder, env={**environment, "PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_run(page, tmp_path):
    assert len(examples(page)) >= PAGES[page]
    run(page, tmp_path)
    written = sorted(tmp_path.glob("*.r*"))
    assert written
    for path in written:
        done = subprocess.run([RERUN, "rrd", "verify", path], capture_output=True, text=True, timeout=120)
        said = done.stdout + done.stderr
        assert done.returncode == 0 and "WARN" not in said and "ERROR" not in said, said


def test_the_examples_of_the_guide_print_what_is_there(tmp_path):
    lines = run("docs/python.md", tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.r*")) == sorted(FILES)
    assert "rows 100" in lines and "told RerunWarning" in lines and "raised True" in lines
    assert any(line.startswith("entities") and "'/motor/current'" in line and "'/world/points'" in line for line in lines), lines
