"""What Reel records from Python is what the official SDK records from the same program: record_cases.py is run with both, and the official tools judge."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "conformance")]
official = pytest.importorskip("rerun")
if hasattr(official, "__reel__"):
    pytest.skip("the official SDK is not there to compare with", allow_module_level=True)

import blueprint_cases  # noqa: E402
import blueprint_rows  # noqa: E402
import judge  # noqa: E402
import reel as rr  # noqa: E402
from case_values import ARCHETYPES, EVERY  # noqa: E402

RECORD_TIMEOUT_S = 60


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: Any) -> dict[str, pathlib.Path]:
    """{module: the folder of what it recorded}"""
    folders, running = {}, []
    for module in ("reel", "rerun"):
        folders[module] = tmp_path_factory.mktemp(module)
        environment = {k: v for k, v in os.environ.items() if k not in ("RERUN", "RERUN_STRICT")}
        running.append(subprocess.Popen([sys.executable, HERE / "record_cases.py", module, folders[module]], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    for process in running:
        said, _ = process.communicate(timeout=RECORD_TIMEOUT_S)
        assert process.returncode == 0, said[-3000:]
    return folders


@pytest.fixture(scope="session")
def read(recorded: Any) -> list[Any]:
    return [judge.read(folder / "cases.rrd") for folder in recorded.values()]


def of(columns: Any, kind: str, archetype: str) -> Any:
    return {key: column for key, column in columns.items() if key[0].split("/")[1:3] == [kind, archetype]}


def test_no_case_was_refused(recorded: Any) -> None:
    assert {module: json.loads((folder / "refused.json").read_text()) for module, folder in recorded.items()} == {"reel": {}, "rerun": {}}


# Cases are called after another argument; the first is a component that the official SDK cannot write.
ARGUMENTS_AMONG_OTHERS = {"McapStatistics.channel_message_counts"}
KINDS = {"forms": EVERY, "special": EVERY, "from_fields": EVERY, "cleared": EVERY, "columns": ARCHETYPES}


@pytest.mark.parametrize("archetype", EVERY)
def test_archetype_is_equal(recorded: Any, read: Any, archetype: str) -> None:
    ours, theirs = read
    compared = 0
    for kind in KINDS:
        wanted = of(theirs, kind, archetype)
        found = judge.differences(of(ours, kind, archetype), wanted)
        assert not found, judge.tell(found) + told_cases(recorded, found)
        compared += sum(len(column.rows) for column in wanted.values())
    assert compared >= 5


def told_cases(recorded: Any, found: Any) -> str:
    """The names of the cases whose numbers are in a text of differences."""
    names = json.loads((recorded["rerun"] / "cases.json").read_text())
    return "".join(f"\n{number}: {names[int(number)]}" for number in re.findall(r"'case': \('int64', (\d+)\)", str(found)))


def test_everything_else_is_equal(read: Any) -> None:
    """Calls, columns of several kinds, times, properties, and that nothing was recorded by one alone."""
    ours, theirs = read
    found = judge.differences(ours, theirs)
    assert not found, judge.tell(found)
    entities = {key[0] for key in theirs}
    assert len(theirs) > 2000 and {path.split("/")[1] for path in entities} == {*KINDS, "calls", "__properties"}
    assert len({path for path in entities if path.startswith("/calls/times/")}) > 10


def test_every_argument_has_a_case(recorded: Any) -> None:
    """Of every constructor, by the official signature."""
    said: dict[str, set[str]] = {}
    for name in json.loads((recorded["rerun"] / "cases.json").read_text()):
        kind, archetype, *what = name.split("/")
        if kind in ("forms", "special"):
            said.setdefault(archetype, set()).update(re.split(r"[ :,]+", "/".join(what)))
    packages = [importlib.import_module("rerun.archetypes"), importlib.import_module("rerun.blueprint.archetypes")]
    classes = {name: getattr(packages[name not in ARCHETYPES], name) for name in EVERY}
    missing = {f"{name}.{parameter}" for name, cls in classes.items() for parameter in inspect.signature(cls).parameters if parameter not in said[name]}
    assert missing == ARGUMENTS_AMONG_OTHERS


def test_official_compare_finds_no_difference(recorded: Any) -> None:
    ours, theirs = (folder / "cases.rrd" for folder in recorded.values())
    judge.compare(ours, theirs)
    judge.verify(ours)


@pytest.mark.parametrize("case", [case.__name__ for case in blueprint_cases.CASES])
def test_blueprint_is_equal(recorded: Any, case: str) -> None:
    ours, theirs = (blueprint_rows.normalised(folder / f"{case}.rbl") for folder in recorded.values())
    found = blueprint_rows.differences(ours, theirs)
    assert theirs and not found, "\n".join(f"{key}: {what}" for key, what in found.items())
    judge.verify(recorded["reel"] / f"{case}.rbl")
