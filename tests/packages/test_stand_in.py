"""reel-as-rerun: a module `rerun` and the metadata of rerun-sdk, beside which the official package wins."""
import pytest

VERSIONS = "import importlib.metadata as m; print(m.version('rerun-sdk'), m.version('rerun-notebook'))"


@pytest.fixture
def ours(empty, reel_wheel, rerun_wheel):
    empty.install(reel_wheel, rerun_wheel)
    return empty


def official(environment, version):
    """What matters of an official installation: a module, and its metadata."""
    (environment.site / "rerun").mkdir()
    (environment.site / "rerun/__init__.py").write_text("__version__ = 'official'\n")
    info = environment.site / f"rerun_sdk-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: rerun-sdk\nVersion: {version}\n")
    (info / "RECORD").write_text("")


def test_rerun_is_reel(ours):
    code = """
import rerun as rr, reel
assert rr.__reel__ == reel.__version__
assert rr.Points3D is reel.Points3D and rr.RecordingStream is reel.RecordingStream
import rerun.blueprint as rrb, reel.blueprint
assert rrb is reel.blueprint
from rerun.components import Position3D
from rerun.components.position3d import Position3D as again
assert Position3D is again
from rerun.archetypes.points3d import Points3D
assert Points3D is rr.Points3D
import rerun.blueprint.archetypes.container_blueprint as of_one
assert of_one.ContainerBlueprint is rrb.archetypes.ContainerBlueprint
import rerun_bindings
assert rerun_bindings.ComponentDescriptor is rr.ComponentDescriptor
assert rr.chunk.RrdReader is reel.chunk.RrdReader
try:
    rr.there_is_no_such_name
except AttributeError as error:
    assert "reel-as-rerun" in str(error)
else:
    raise SystemExit("a name that there is not was found")
try:
    import rerun.there_is_no_such_module
except ModuleNotFoundError:
    print("ok")
"""
    assert ours.says(code) == "ok"


def test_modules_keep_their_own_names(ours):
    code = "import rerun.blueprint.api, sys; m = sys.modules['rerun.blueprint.api']; print(m.__name__, m.__spec__.name, rerun.blueprint.api is sys.modules['reel.blueprint.api'])"
    assert ours.says(code) == "reel.blueprint.api reel.blueprint.api True"


def test_libraries_find_a_version(ours):
    assert ours.says(VERSIONS) == "0.40.2 0.40.2"
    assert ours.says("import rerun; print(rerun.__version__)") == "0.40.2"


def test_requirements_of_libraries_are_met(ours):
    done = ours.pip("install", "--dry-run", "--no-deps", "--no-index", "rerun-sdk>=0.38.0,<0.41", "rerun-notebook>=0.38.0,<0.41")
    assert done.returncode == 0, done.stderr
    assert "Would install" not in done.stdout


@pytest.mark.parametrize("ours_first", [True, False])
def test_the_official_package_wins_in_any_order(empty, reel_wheel, rerun_wheel, ours_first):
    if ours_first:
        empty.install(reel_wheel, rerun_wheel)
    official(empty, "0.41.0")
    if not ours_first:
        empty.install(reel_wheel, rerun_wheel)
    assert empty.says("import rerun; print(rerun.__version__, hasattr(rerun, '__reel__'))") == "official False"
    assert empty.says("import importlib.metadata as m; print(m.version('rerun-sdk'))") == "0.41.0"


def test_nothing_is_left_behind(ours):
    done = ours.pip("uninstall", "--yes", "reel-as-rerun", "reel-sdk")
    assert done.returncode == 0, done.stderr
    left = [path for path in ours.site.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert left == []
    assert "ModuleNotFoundError" in ours.run("import rerun").stderr


def test_type_checkers_see_what_rerun_is(ours):
    """Each stub hands on a module of Reel's, and there is one for every module of the official package that programs import."""
    stubs = ours.site / "_reel_as_rerun/rerun"
    assert (stubs / "py.typed").exists()
    files = sorted(stubs.rglob("*.pyi"))
    assert len(files) > 20
    for file in files:
        module = ".".join(["reel", *file.relative_to(stubs).with_suffix("").parts]).removesuffix(".__init__")
        assert file.read_text().startswith(f"from {module} import *\n")
        assert ours.says(f"import importlib; print(importlib.import_module({'rerun' + module.removeprefix('reel')!r}).__name__)") == (module if module != "reel" else "rerun")
