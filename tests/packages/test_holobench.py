"""holobench, unchanged and without the official SDK: the examples about recordings run, and the official command line accepts every file that they write."""
import os
import subprocess
from pathlib import Path

import pytest

from conftest import RERUN

# The examples of each release with "rerun" in them, and how many recordings the official SDK leaves there.
EXAMPLES = {
    "1.148.0": {
        "example_rerun": 4, "example_rerun2:example_rerun2_local": 1, "example_rerun_over_time": 6, "example_rerun_backend": 6, "example_rerun_backend_choice": 2, "example_rerun_capture_window": 6,
        "example_rerun_composable_down": 4, "example_rerun_composable_overlay": 4, "example_rerun_composable_right": 4, "example_rerun_composable_sequence": 4, "example_rerun_regression": 6,
        "example_rerun_repeats_band": 2, "example_rerun_summary": 8, "example_rerun_sweep": 18, "example_optimize_pareto_scrub": 2, "example_optimize_pareto_scrub_3d": 1,
    },
    "1.119.1": {
        "example_rerun": 4, "example_rerun2:example_rerun2_local": 1, "example_rerun_capture_window": 6, "example_rerun_composable_down": 4, "example_rerun_composable_overlay": 4,
        "example_rerun_composable_right": 4, "example_rerun_composable_sequence": 4, "example_rerun_regression": 4, "example_rerun_summary": 8, "example_rerun_sweep": 18,
    },
}
CASES = [(version, name, n) for version, examples in EXAMPLES.items() for name, n in examples.items()]


def module_of(environment, name):
    name, colon, function = name.partition(":")
    package = environment.site / "bencher"
    found = [path for path in package.glob("example/**/*.py") if path.stem == name]
    assert len(found) == 1, f"{name} is in {len(found)} files"
    return "bencher." + ".".join(found[0].relative_to(package).with_suffix("").parts) + colon + function


@pytest.mark.parametrize(("version", "name", "n"), CASES, ids=[f"{version}-{name.partition(':')[0]}" for version, name, n in CASES])
def test_an_example_runs_and_its_recordings_are_good(holobench, tmp_path, version, name, n):
    environment = holobench(version)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RERUN"))}
    variables.update(HOME=str(tmp_path), MPLBACKEND="Agg", OMP_NUM_THREADS="1", PATH=f"{environment.folder / 'bin'}:{os.environ['PATH']}")
    done = subprocess.run([str(environment.python), str(Path(__file__).with_name("run_example.py")), module_of(environment, name)], capture_output=True, text=True, cwd=tmp_path, env=variables, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "recorded by reel" in done.stdout
    assert "RerunWarning" not in done.stderr
    recordings = sorted(tmp_path.rglob("*.rrd"))
    assert len(recordings) == n
    said = subprocess.run([RERUN, "rrd", "verify", *map(str, recordings)], capture_output=True, text=True, timeout=120)
    assert said.returncode == 0, said.stdout + said.stderr
    # holobench calls applications "bencher/composed", which the official tools rename for their catalog.
    warnings = [line for line in said.stderr.splitlines() if "WARN" in line and "requires migration to an entry name" not in line]
    assert warnings == []
    if "pareto_scrub_3d" not in name and not name.startswith("example_rerun2"):
        assert list(tmp_path.rglob("*.html"))
