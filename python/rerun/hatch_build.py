"""Adds to the wheel, below the folder that the .pth puts last on the path: the stand-in metadata of rerun-sdk and rerun-notebook, and stubs, by which type checkers see that `rerun` is `reel`.

A second .dist-info at the root of a wheel is refused by pip; within a folder of the path, importlib.metadata finds it. There is no RECORD, so that pip neither removes nor replaces it."""

import os
import pathlib
import re
import tempfile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DEFAULT_VERSION = "0.40.2"
STANDS_FOR = ("rerun-sdk", "rerun-notebook")
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: stands for {name}: the distribution reel-as-rerun is installed instead\n"
# Modules that programs import by their names.
MODULES = (
    "archetypes blueprint blueprint.api blueprint.archetypes blueprint.components blueprint.containers blueprint.datatypes blueprint.encodings blueprint.views blueprint.visualizers chunk components "
    "datatypes dynamic_archetype encodings error_utils experimental any_batch_value any_value notebook recording_stream sinks time utilities"
).split()
# Those that make some names when they are asked for, which type checkers take as they come.
LAZY = "blueprint.components blueprint.datatypes blueprint.encodings components datatypes encodings experimental".split()
ANY_NAME = "from typing import Any\n\ndef __getattr__(name: str) -> Any: ...\n"


def stubs():
    """{file: text}: each module has the names of Reel's."""
    packages = {module.rpartition(".")[0] for module in MODULES}
    texts = {"py.typed": "", "__init__.pyi": "from reel import *\nfrom reel import __version__ as __version__, __version_info__ as __version_info__\n\n__reel__: str\n"}
    for module in MODULES:
        texts[module.replace(".", "/") + ("/__init__.pyi" if module in packages else ".pyi")] = f"from reel.{module} import *\n" + (ANY_NAME if module in LAZY else "")
    return texts


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        shown = os.environ.get("REEL_AS_RERUN_VERSION", DEFAULT_VERSION)
        if not re.fullmatch(r"\d+\.\d+\.\d+", shown):
            raise ValueError(f"REEL_AS_RERUN_VERSION is {shown!r}: three numbers such as {DEFAULT_VERSION} expected")
        self.folder = tempfile.TemporaryDirectory()
        for name in STANDS_FOR:
            info = f"{name.replace('-', '_')}-{shown}.dist-info"
            for file, text in (("METADATA", METADATA.format(name=name, version=shown)), ("INSTALLER", "reel-as-rerun\n")):
                self.add(build_data, f"{info}/{file}", text)
        for file, text in stubs().items():
            self.add(build_data, f"rerun/{file}", text)

    def add(self, build_data, file, text):
        path = pathlib.Path(self.folder.name, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        build_data["force_include"][str(path)] = f"_reel_as_rerun/{file}"

    def finalize(self, version, build_data, artifact_path):
        self.folder.cleanup()
