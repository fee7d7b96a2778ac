#!/usr/bin/env python3
"""Compares schema/types.txt with a rerun-sdk, and prints what is different as a patch for it.

    tools/schema_diff.py                      the newest rerun-sdk that pip finds
    tools/schema_diff.py --version 0.42.0     that one
    tools/schema_diff.py --python PATH        the one that this Python has
    tools/schema_diff.py --facts FILE         facts that were saved before

    --save-facts FILE    keep the facts as JSON
    --without-crates     do not ask cargo for the Rust crates of the version (levels, chunks of their own, archetypes that views show)

The output can be piped into `git apply`: what was added comes as lines of types.txt; what was removed or changed as comments before them, since
places and numbers in types.txt are a binary interface. Descriptions are left to a person.
A version is installed below .cache/schema_diff, which may be removed. Exit code: 0 no difference, 1 differences, 2 it did not work."""
import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "schema"), str(ROOT / "tools")]
import crate_facts  # noqa: E402
import schema_patch  # noqa: E402

CACHE = ROOT / ".cache" / "schema_diff"


class Failed(Exception):
    pass


def run(command, what):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{what} failed:\n{done.stderr or done.stdout}")
    return done.stdout


def python_of(version):
    """The Python of an environment with that version; None: the newest."""
    folder = CACHE / (version or "newest")
    python, mark = folder / "bin" / "python", folder / ".complete"
    if version and mark.exists():
        return python
    print(f"schema_diff.py: installing rerun-sdk {version or '(newest)'} into {folder.relative_to(ROOT)}", file=sys.stderr)
    if not mark.exists():
        run([sys.executable, "-m", "venv", "--clear", folder], "making an environment")
    package = f"rerun-sdk=={version}" if version else "rerun-sdk"
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", package, "pyarrow"], f"installing {package}")
    mark.touch()
    return python


def facts_of(arguments):
    if arguments.facts:
        return json.loads(Path(arguments.facts).read_text(encoding="utf-8"))
    python = arguments.python or python_of(arguments.version)
    facts = json.loads(run([python, "-B", ROOT / "tools" / "sdk_facts.py"], "reading the package's facts"))
    facts["crates"] = facts["no_crates"] = None
    if arguments.without_crates:
        facts["no_crates"] = "not asked for"
        return facts
    try:
        facts["crates"] = crate_facts.read(facts["version"], CACHE / "cargo")
    except crate_facts.NoCrates as reason:
        facts["no_crates"] = str(reason)
    return facts


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--version")
    which.add_argument("--python")
    which.add_argument("--facts")
    parser.add_argument("--save-facts")
    parser.add_argument("--without-crates", action="store_true")
    parser.add_argument("--types", default=ROOT / "schema" / "types.txt", help="another types.txt")
    return parser.parse_args(arguments)


def main(arguments):
    asked = parse(arguments)
    try:
        facts = facts_of(asked)
    except Failed as error:
        print(f"schema_diff.py: {error}", file=sys.stderr)
        return 2
    if asked.save_facts:
        Path(asked.save_facts).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    patch = schema_patch.compare(Path(asked.types).read_text(encoding="utf-8"), facts, facts["crates"])
    print(schema_patch.report(patch, facts, facts["no_crates"]), end="")
    return 1 if patch.added or patch.told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
