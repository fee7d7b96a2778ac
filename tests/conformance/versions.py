"""Versions of the official tools: what each knows of the data model, and what each says of a recording."""
import copy
import enum
import functools
import json
import os
import re
import subprocess
from pathlib import Path

import cases
import viewer_values
from script import EVERY, ROOT, Log, Reset, Time

CACHE = Path(os.environ.get("REEL_CACHE", ROOT / ".cache")).resolve()
HERE = Path(__file__).resolve().parent
VIEW_LINES = [line for line in (ROOT / "schema/types.txt").read_text(encoding="utf-8").splitlines() if line.startswith("view ")]


class Version:
    """One rerun-sdk, in an environment of its own (tools/test_cache.sh)."""

    def __init__(self, number, folder):
        self.number, self.python = number, CACHE / folder / "bin" / "python"
        packages = next((CACHE / folder).glob("lib/python3*/site-packages"))
        # The script `rerun` is a Python program that starts this one, which is enough.
        self.program = next(path for path in (packages / "rerun_cli/rerun", packages / "rerun_sdk/rerun_cli/rerun") if path.exists())

    def __repr__(self):
        return self.number

    @functools.cached_property
    def facts(self):
        return json.loads(subprocess.run([self.python, "-B", ROOT / "tools/sdk_facts.py"], check=True, capture_output=True, text=True).stdout)

    def rrd(self, command, path):
        """(exit code, what it printed, what it said besides)"""
        done = subprocess.run([self.program, "rrd", command, path], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, without_info(done.stderr)

    def read(self, path):
        """({column: (rows, digest)} of the streaming reader, of the one with random access), and what was said besides."""
        done = subprocess.run([self.python, "-B", HERE / "read_recording.py", path], capture_output=True, text=True, timeout=120)
        return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr

    # --- what it knows ---

    def archetype(self, name):
        return self.facts["archetypes"].get(("b:" if EVERY[name].blueprint else "") + name)

    def knows_field(self, name, f):
        """By name, component and type."""
        archetype = self.archetype(name)
        theirs = archetype and next((theirs for theirs in archetype["fields"] if theirs["name"] == f.name), None)
        return bool(theirs) and theirs["component"] == f.component.key and self.facts["components"].get(f.component.key) == f.component.arrow

    def numbers(self, enum_name):
        return {number for _, number in self.facts["enums"].get(enum_name, {"variants": []})["variants"]}


VERSIONS = [Version("0.33.1", "readers/0.33.1"), Version("0.36.2", "readers/0.36.2"), Version("0.41.0", "venv")]


def without_info(said):
    """What is said on stderr but for the lines of the log that are information."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    return "\n".join(line for line in plain.splitlines() if line.strip() and not re.match(r"\S+Z\s+INFO ", line))


# --- the full coverage, as far as a version knows it ------------------------------------------------------------------------------

def known_value(version, f, value):
    """Numbers of an enum that the version does not know become the first one."""
    if f.element != "ENUM":
        return value
    known = version.numbers(f.component.key)
    first = next(v for v in f.enum.variants if v[1] in known)[1]

    def known_one(one):
        return one if one.value in known else type(one)(first)
    return [known_one(one) for one in value] if isinstance(value, list) else known_one(value)


def inner_numbers(f, value):
    """(enum, number) of what stands inside of structs."""
    if f.component.key == "ImageFormat" and getattr(value, "pixel_format", None):
        return [("e:PixelFormat", value.pixel_format.value)]
    if f.component.key == "b:VisualizerComponentMapping":
        return [("be:ComponentSourceKind", one.source_kind.value) for one in (value if isinstance(value, list) else [value])]
    return []


def restricted(version, op):
    """A row with what the version knows, or None."""
    if not isinstance(op, Log):
        return op
    fields = {f.name: f for f in EVERY[op.archetype].fields if version.knows_field(op.archetype, f)}
    if version.archetype(op.archetype) is None:
        return None
    if any(number not in version.numbers(name) for field, value in op.fields.items() if field in fields for name, number in inner_numbers(fields[field], value)):
        return None
    made = copy.copy(op)
    made.fields = {name: known_value(version, fields[name], value) for name, value in op.fields.items() if name in fields}
    made.cleared = [name for name in (fields if op.cleared == "rest" else op.cleared) if name in fields and (name not in made.fields)]
    return made if made.fields or made.cleared or not (op.fields or op.cleared) else None


def coverage(version):
    """Every case of cases.py, as far as the version knows what is in it."""
    return [op for op in (restricted(version, op) for op in cases.all_operations()) if op is not None]


def all_known(version):
    """{(archetype, field)}"""
    return {(name, f.name) for name, archetype in EVERY.items() for f in archetype.fields if version.knows_field(name, f)}


# --- what it does not know --------------------------------------------------------------------------------------------------------

class Unknown:
    """One thing that a version does not know, and a row that holds it and nothing else that is new. About it speaks a line that matches `pattern`."""

    def __init__(self, archetype, label, fields, pattern=None):
        self.archetype, self.label = archetype, label
        self.path = "new/" + re.sub(r"\W+", "_", label).strip("_")
        self.pattern = pattern or rf"/{self.path}\b|\b{re.escape(label)}\b"
        self.ops = [Reset(), Time("frame", "sequence", 1), Log(self.path, archetype, fields, update=True)]

    def __repr__(self):
        return self.label


def values_of(version, archetype, names):
    """Values that a viewer can draw, as far as the version knows them."""
    fields, better = {f.name: f for f in EVERY[archetype].fields}, viewer_values.sensible().get(archetype, {})
    made = {}
    for name in names:
        f = fields[name]
        value = better[name] if name in better else cases.value(archetype, f, 3 if cases.is_list(f) else 1)
        made[name] = known_value(version, f, value) if version.numbers(f.component.key) else value
    return made


def beside(version, archetype, f, value):
    """A value of a field, with what the archetype needs to be shown."""
    needed = [other.name for other in EVERY[archetype].fields if other.level == "REQUIRED" and version.knows_field(archetype, other)]
    return {**values_of(version, archetype, needed), f.name: value}


def number_pattern(enum_name, number):
    return rf"\.{enum_name}\".*\(#{number}\)"


def unknown_numbers(version):
    """Of the enums that it knows, once each, where the first known field has it."""
    found, seen = [], set()
    for name, archetype in EVERY.items():
        for f in archetype.fields:
            if f.element != "ENUM" or f.component.key in seen or not version.knows_field(name, f):
                continue
            seen.add(f.component.key)
            official = cases.official_component(f)
            for variant, number in f.enum.variants:
                if number not in version.numbers(f.component.key):
                    found.append(Unknown(name, f"{f.enum.name}.{variant} ({name}.{f.name})", beside(version, name, f, [official(number)] if cases.is_list(f) else official(number)),
                                         number_pattern(f.enum.name, number)))
    return found


def unknown_formats(version):
    """Pixel formats stand inside of ImageFormat. Each with its pixels."""
    found = []
    for turn in range(cases.turns("Image")):
        fields = cases.together("Image", 1, turn, names=["buffer", "format"])
        pixel_format = fields["format"].pixel_format
        if pixel_format and pixel_format.value not in version.numbers("e:PixelFormat"):
            found.append(Unknown("Image", f"PixelFormat.{pixel_format.name} (Image.format)", fields, number_pattern("PixelFormat", pixel_format.value)))
    return found


def unknown(version):
    archetypes, fields = [], []
    for name, archetype in EVERY.items():
        if version.archetype(name) is None:
            archetypes.append(Unknown(name, name, values_of(version, name, [f.name for f in archetype.fields])))
            continue
        fields += [Unknown(name, f"{name}.{f.name}", beside(version, name, f, values_of(version, name, [f.name])[f.name]))
                   for f in archetype.fields if not version.knows_field(name, f)]
    return archetypes + fields + unknown_formats(version) + unknown_numbers(version)
