"""The module `rerun`, on Reel. `rerun.__reel__` says so: it is Reel's version."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import sys
import types
from typing import Any

import reel as _reel

__reel__ = _reel.__version__

# Packages of the official SDK with a module per type; here the types are in the package itself.
_PACKAGES_OF_TYPES = tuple(
    f"reel.{scope}{kind}" for scope in ("", "blueprint.") for kind in ("archetypes", "components", "encodings", "datatypes", "views") if (scope, kind) != ("", "views")
)


class _OfTypes(types.ModuleType):
    """A module that has whatever its package has: rerun.components.position3d."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._package, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """rerun.X is reel.X: the same module under both names."""

    def __init__(self) -> None:
        self.specs: dict[str, Any] = {}  # of modules that are being handed out: the import system writes its own over them

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith("rerun."):
            return None
        there = "reel" + name.removeprefix("rerun")
        try:
            found = importlib.util.find_spec(there)
        except ModuleNotFoundError:
            found = None
        if found is None and there.rpartition(".")[0] not in _PACKAGES_OF_TYPES:
            return None
        is_package = there in _PACKAGES_OF_TYPES or (found is not None and found.submodule_search_locations is not None)
        return importlib.util.spec_from_loader(name, self, is_package=is_package)

    def create_module(self, spec: Any) -> Any:
        there = "reel" + spec.name.removeprefix("rerun")
        try:
            module = importlib.import_module(there)
        except ModuleNotFoundError as error:
            if error.name != there:
                raise
            module = _OfTypes(spec.name)
            module._package = importlib.import_module(there.rpartition(".")[0])
            return module
        self.specs[there] = module.__spec__
        return module

    def exec_module(self, module: Any) -> None:
        if module.__name__ in self.specs:
            module.__spec__ = self.specs.pop(module.__name__)


sys.meta_path.insert(0, _Finder())


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("rerun-sdk")
    try:
        value = getattr(_reel, name)
    except AttributeError:
        try:
            return importlib.import_module(f"rerun.{name}")
        except ModuleNotFoundError:
            raise AttributeError(f"module 'rerun' has no attribute {name!r} (it is reel-as-rerun {__reel__})") from None
    globals()[name] = value  # found once: `rr.Scalars` in a loop is then as quick as any name
    return value


def __dir__() -> list[str]:
    return sorted({*dir(_reel), "__reel__"})
