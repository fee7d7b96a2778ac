"""What the Rust crates of a Rerun version know and its Python package does not: the level of each field, which components get a chunk of their own,
and the archetypes that each view shows. The sources are read by their regular form; cargo fetches them."""
import os
import re
import shutil
import subprocess
from pathlib import Path

LEVEL = re.compile(r"static (REQUIRED|RECOMMENDED|OPTIONAL)_COMPONENTS\b(.*?)\);", re.S)
ARCHETYPE = re.compile(r"fn name\(\) -> [\w:]*ArchetypeName \{.*?\"(rerun[\w.]+)\"", re.S)


class NoCrates(Exception):
    pass


def scoped(full_name):
    parts = full_name.split(".")
    return ("b:" if "blueprint" in parts else "") + parts[-1]


def fetch(version, home):
    """Folders of the two crates below the cargo home. `cargo info` gets the one crate that it is asked about, without what that depends on."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise NoCrates("cargo is not installed")
    home.mkdir(parents=True, exist_ok=True)
    own = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "config.toml"  # a mirror, a certificate: as everywhere else
    folders = []
    for crate in ("re_sdk_types", "re_types_core"):
        command = [cargo, *(["--config", str(own)] if own.is_file() else []), "info", f"{crate}@{version}"]
        done = subprocess.run(command, cwd=home, env={**os.environ, "CARGO_HOME": str(home)}, capture_output=True, text=True)
        found = sorted(home.glob(f"registry/src/*/{crate}-{version}/src"))
        if not found:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise NoCrates(f"{crate} {version} could not be fetched with cargo: {last}")
        folders.append(found[0])
    return folders


def levels_of(folders):
    """{archetype: {field: level}}"""
    found = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("archetypes/*.rs"))):
        text = path.read_text(encoding="utf-8")
        name = ARCHETYPE.search(text)
        if name:
            found[scoped(name[1])] = {field: level for level, listed in LEVEL.findall(text) for field in re.findall(r"::descriptor_(\w+)\(\)", listed)}
    return found


def entries(text, kind):
    """(what stands before, body) of each `Kind { ... }` of a table in the reflection."""
    return re.findall(r"\(\s*([^()]*(?:\([^()]*\))?),\s*" + kind + r" \{\n(.*?)\n            \},\n        \)", text, re.S)


def own_chunk_of(reflection):
    """Components with a chunk of their own, or None when the version does not speak of it."""
    if "own_chunk" not in reflection:
        return None
    return sorted(re.search(r"<(?:\w+::)*(\w+) as", head)[1] for head, body in entries(reflection, "ComponentTypeReflection") if "own_chunk: true" in body)


def views_of(reflection):
    """{view identifier: [archetype...] or "*"}"""
    found = {}
    for head, body in entries(reflection, "ViewReflection"):
        shown = body.partition("property_archetypes")[0]
        found[re.search(r"\"(\w+)\"", head)[1]] = "*" if "AllArchetypes" in shown else sorted(scoped(name) for name in re.findall(r"\"(rerun[\w.]+)\"", shown))
    return found


def read(version, home):
    folders = fetch(version, home)
    levels = levels_of(folders)
    if not levels:
        raise NoCrates(f"the crates of {version} are not written as this tool reads them: no field has a level")
    reflection = (folders[0] / "reflection" / "mod.rs").read_text(encoding="utf-8")
    return {"levels": levels, "own_chunk": own_chunk_of(reflection), "views": views_of(reflection)}
