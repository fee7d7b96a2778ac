"""Adds the stand-in metadata of rerun-sdk and rerun-notebook to the wheel, below the folder that the .pth puts last on the path.

A second .dist-info at the root of a wheel is refused by pip; within a folder of the path, importlib.metadata finds it. There is no RECORD, so that pip neither removes nor replaces it."""

import os
import pathlib
import re
import tempfile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DEFAULT_VERSION = "0.40.2"
STANDS_FOR = ("rerun-sdk", "rerun-notebook")
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: stands for {name}: the distribution reel-as-rerun is installed instead\n"


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        shown = os.environ.get("REEL_AS_RERUN_VERSION", DEFAULT_VERSION)
        if not re.fullmatch(r"\d+\.\d+\.\d+", shown):
            raise ValueError(f"REEL_AS_RERUN_VERSION is {shown!r}: three numbers such as {DEFAULT_VERSION} expected")
        self.folder = tempfile.TemporaryDirectory()
        for name in STANDS_FOR:
            info = f"{name.replace('-', '_')}-{shown}.dist-info"
            for file, text in (("METADATA", METADATA.format(name=name, version=shown)), ("INSTALLER", "reel-as-rerun\n")):
                path = pathlib.Path(self.folder.name, info, file)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
                build_data["force_include"][str(path)] = f"_reel_as_rerun/{info}/{file}"

    def finalize(self, version, build_data, artifact_path):
        self.folder.cleanup()
