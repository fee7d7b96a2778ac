"""docs/reel.1 says what `reel --help` and each command's help say, and the commands answer alike."""
import re

import pytest
from conftest import ROOT, run

PAGE = (ROOT / "docs/reel.1").read_text().replace("\\-", "-")
RECORDINGS = ["info", "stats", "print", "verify", "recover", "merge", "split", "filter", "optimize", "compare", "export"]
COMMANDS = ["record", "view", "viewer", *RECORDINGS]


def section(command):
    return PAGE.split(f"\n.SS reel {command}\n", 1)[1].split("\n.SS ")[0].split("\n.SH ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_its_section(command):
    done = run(command, "--help")
    assert done.returncode == 0 and done.stderr == "" and done.stdout == run("help", command).stdout
    options = set(re.findall(r"^  (?:-\w, |    )(--[a-z-]+)", done.stdout, re.M)) | {f"-{letter}" for letter in re.findall(r"^  -(\w),", done.stdout, re.M)}
    assert {"--help", "-h"} <= options and ("--json" in options) == (command in RECORDINGS)
    assert {option for option in options if not re.search(rf"(?<![\w-]){option}(?![\w-])", section(command))} == set()
    assert set(re.findall(r"^\.BR? (?:-\w \", \" )?(--[a-z-]+)", section(command), re.M)) == {option for option in options if option.startswith("--")}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_and_names_the_exit_codes(command):
    text = run(command, "--help").stdout
    assert "Exit codes: 0" in text and all(len(line) <= 105 for line in text.splitlines())
    assert f"\n  {command} " in run("--help").stdout
