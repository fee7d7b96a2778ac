"""The wheel of reel-sdk: small, alone, and light to import; the source archives, from which it is built."""
import subprocess
import tarfile
import zipfile

import pytest

from conftest import CACHE, DIST, ROOT

SHARED = "import reel as rr; rec = rr.RecordingStream('app'); rec.save({path!r}); rec.set_time('step', sequence=1)"


def test_the_wheel_has_at_most_a_megabyte(reel_wheel):
    assert reel_wheel.stat().st_size <= 1_000_000


def test_the_wheel_is_for_every_python_from_3_11_on(reel_wheel):
    assert "-cp311-abi3-" in reel_wheel.name
    with zipfile.ZipFile(reel_wheel) as archive:
        names = archive.namelist()
    assert "reel/_reel.abi3.so" in names
    assert "reel/py.typed" in names
    assert any(name.endswith(".pyi") for name in names)


def test_the_extension_needs_nothing_but_libc(bare):
    said = subprocess.run(["readelf", "-d", str(bare.site / "reel/_reel.abi3.so")], capture_output=True, text=True, check=True, timeout=60).stdout
    needed = [line.partition("[")[2].rstrip("]") for line in said.splitlines() if "(NEEDED)" in line]
    assert set(needed) <= {"libc.so.6", "libm.so.6", "libpthread.so.0", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def test_the_extension_shows_one_symbol(bare):
    said = subprocess.run(["readelf", "--dyn-syms", "--wide", str(bare.site / "reel/_reel.abi3.so")], capture_output=True, text=True, check=True, timeout=60).stdout
    shown = [line.split()[-1] for line in said.splitlines() if " GLOBAL " in line and " UND " not in line]
    assert shown == ["PyInit__reel"]


def test_nothing_is_required(bare):
    assert bare.says("import importlib.metadata as m; print(m.requires('reel-sdk') and [r for r in m.requires('reel-sdk') if 'extra' not in r])") in ("None", "[]")


def test_import_brings_little(bare):
    """At most 5 MB and few modules; the time is in bench/README.md."""
    code = """
import sys
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
before, modules = resident(), set(sys.modules)
import reel
grown, new = resident() - before, set(sys.modules) - modules
assert not {"numpy", "pyarrow", "inspect", "asyncio", "multiprocessing"} & new, sorted(new)
print(grown)
"""
    assert int(bare.says(code)) <= 5 * 1024


def test_it_records_without_any_other_package(bare, tmp_path):
    path = str(tmp_path / "out.rrd")
    lines = [SHARED.format(path=path), "import array", "rec.log('a', rr.Scalars([1.0, 2.0]))", "rec.log('b', rr.Points3D(array.array('f', range(9)), colors=[(255, 0, 0)], labels=['x', 'y', 'z']))",
             "rec.log('c', rr.Image(memoryview(bytes(12)).cast('B', (2, 2, 3))))", "rec.log('d', rr.TextLog('hello', level='INFO'))", "rec.disconnect()",
             "from reel.chunk import RrdReader", f"print(sorted({{c.entity_path for e in RrdReader({path!r}).recordings() for c in RrdReader({path!r}).stream(store=e)}}))"]
    assert bare.says("\n".join(lines)) == "['/__properties', '/a', '/b', '/c', '/d']"


def test_it_imports_in_developer_mode_without_a_word(bare, tmp_path):
    path = str(tmp_path / "out.rrd")
    code = SHARED.format(path=path) + "; rec.log('a', rr.Scalars(1)); rec.disconnect()"
    done = subprocess.run([str(bare.python), "-X", "dev", "-W", "error", "-c", code], capture_output=True, text=True, cwd="/", timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_sub_interpreters_are_refused(bare):
    code = """
import _xxsubinterpreters as sub
import reel
one = sub.create()
try:
    sub.run_string(one, "import reel")
except sub.RunFailedError as error:
    print("refused" if "interpreter" in str(error) else error)
finally:
    sub.destroy(one)
reel.RecordingStream("still_here")
"""
    assert bare.says(code) == "refused"


# --- source archives ----------------------------------------------------------------------------------------------------------------

SDISTS = {"reel_sdk": ROOT, "reel_as_rerun": ROOT / "python/rerun"}


def archive(name):
    found = sorted(DIST.glob(f"{name}-*.tar.gz"))
    assert len(found) == 1, f"{DIST} has {len(found)} source archives of {name}: run `make wheel`"
    return found[0]


@pytest.mark.parametrize("name", SDISTS)
def test_a_source_archive_has_files_of_the_sources_and_no_others(name):
    with tarfile.open(archive(name)) as tar:
        members = [member.name.partition("/")[2] for member in tar]
    assert {"pyproject.toml", "LICENSE-APACHE", "LICENSE-MIT"} <= set(members)
    assert [member for member in members if member.partition("/")[0] in (".cache", "build", "tests") or member.endswith(".pyc")] == []
    assert [member for member in members if not (SDISTS[name] / member).is_file() and member not in ("PKG-INFO", ".gitignore")] == []


def test_a_wheel_is_built_of_the_source_archives_alone(empty, tmp_path):
    command = [str(CACHE / "wheel/bin/python"), "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-build-isolation", "--no-deps", "--wheel-dir", str(tmp_path)]
    done = subprocess.run([*command, *(str(archive(name)) for name in SDISTS)], capture_output=True, text=True, cwd=tmp_path, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    wheels = sorted(tmp_path.glob("*.whl"))
    for wheel, name in zip(wheels, sorted(SDISTS), strict=True):
        with zipfile.ZipFile(wheel) as built, zipfile.ZipFile(next(DIST.glob(f"{name}-*.whl"))) as made_here:
            assert sorted(built.namelist()) == sorted(made_here.namelist())
    empty.install(*wheels)
    assert empty.says("import rerun, reel; print(rerun.Scalars is reel.Scalars)") == "True"


@pytest.mark.parametrize("name", SDISTS)
def test_licenses_come_along(name):
    with zipfile.ZipFile(next(DIST.glob(f"{name}-*.whl"))) as wheel:
        texts = {path.rpartition("/")[2]: wheel.read(path) for path in wheel.namelist() if ".dist-info/licenses/" in path}
        metadata = wheel.read(next(path for path in wheel.namelist() if path.startswith(name) and path.endswith(".dist-info/METADATA"))).decode()
    assert texts == {name: (ROOT / name).read_bytes() for name in ("LICENSE-APACHE", "LICENSE-MIT")}
    assert "\nLicense-Expression: MIT OR Apache-2.0\n" in metadata
    assert str(ROOT) not in metadata
