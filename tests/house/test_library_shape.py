"""What a program that links Reel sees: symbols, size, dependencies, headers, the installed package."""
import itertools
import os
import re
import subprocess

import pytest
from conftest import ROOT

STRIPPED_BYTES_MAX = 400 * 1024
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
HEADERS = sorted(path.name for path in (ROOT / "include/reel").glob("*.h"))
LANGUAGES = [("cc", "-std=c99", ".c"), ("cc", "-std=c11", ".c"), ("c++", "-std=c++11", ".cpp"), ("c++", "-std=c++17", ".cpp")]


def output(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


LIBRARIES = {"libreel.so": [name for name in HEADERS if name != "image_codec.h"], "libreel_image.so": ["image_codec.h"]}


def exported(build, library):
    names = set()
    for line in output("nm", "-D", "--defined-only", "-f", "posix", build / "lib" / library).splitlines():
        name, kind = line.split()[:2]
        if kind != "A":  # the version node's own entry
            names.add(name.partition("@")[0])
    return names


def declared(library):
    text = "\n".join((ROOT / "include/reel" / name).read_text() for name in LIBRARIES[library])
    return set(re.findall(r"^\s*REEL_API\b[^;(]*?\b(reel_\w+)\s*\(", text, re.M))


@pytest.mark.parametrize("library", LIBRARIES)
def test_exported_symbols_start_with_reel(build, library):
    names = exported(build, library)
    assert names
    assert sorted(name for name in names if not name.startswith("reel_") or name.startswith("reel__")) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_declared_function_is_exported(build, library):
    names = declared(library)
    assert names
    assert sorted(names - exported(build, library)) == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_exported_symbol_is_declared(build, library):
    assert sorted(exported(build, library) - declared(library)) == []


def test_the_stripped_library_is_small(build):
    size = os.path.getsize(build / "lib/libreel.stripped.so")
    assert size <= STRIPPED_BYTES_MAX, f"{size} bytes"


def test_the_library_depends_on_libc_lz4_and_xxhash_alone(build):
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", output("readelf", "-dW", build / "lib/libreel.so"))
    allowed = re.compile(r"lib(c|m|pthread|lz4|xxhash)\.so\.\d+$|ld-linux.*\.so\.\d+$")
    assert [name for name in needed if not allowed.match(name)] == []


def test_image_libraries_are_asked_for_by_libreel_image_alone(build):
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", output("readelf", "-dW", build / "lib/libreel_image.so"))
    assert "libreel.so.0" in needed
    allowed = re.compile(r"lib(reel|c|jpeg|png\d*)\.so\.\d+$")
    assert [name for name in needed if not allowed.match(name)] == []


def test_the_library_has_a_soname_and_no_search_path(build):
    dynamic = output("readelf", "-dW", build / "lib/libreel.so")
    assert re.search(r"\(SONAME\).*\[libreel\.so\.\d+\]", dynamic)
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic


@pytest.mark.parametrize("header,language", list(itertools.product(HEADERS, LANGUAGES)), ids=lambda v: v if isinstance(v, str) else v[1])
def test_headers_compile_alone(compile_c, header, language):
    compiler, standard, suffix = language
    code, said = compile_c(f"#include <reel/{header}>\n", standard, *STRICT, compiler=compiler, suffix=suffix)
    assert code == 0, said


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda v: v[1])
def test_headers_compile_when_reel_is_disabled(compile_c, language):
    compiler, standard, suffix = language
    code, said = compile_c("#include <reel/reel.h>\n", standard, "-DREEL_DISABLED", *STRICT, compiler=compiler, suffix=suffix)
    assert code == 0, said


def test_two_files_may_include_the_headers(compile_c, build, tmp_path):
    (tmp_path / "first.c").write_text("#include <reel/reel.h>\nconst char *first(void) { return reel_version(); }\n")
    (tmp_path / "second.c").write_text("#include <reel/reel.h>\nconst char *first(void);\n"
                                       "int main(void) { return first() != reel_version(); }\n")
    code, said = compile_c(tmp_path / "first.c", str(tmp_path / "second.c"), "-std=c99", "-Wall", "-Wextra", "-Werror", f"-L{build / 'lib'}", "-lreel",
                           f"-Wl,-rpath,{build / 'lib'}")
    assert code == 0, said
    assert subprocess.run([tmp_path / "program"]).returncode == 0


def test_a_cpp_program_links(compile_c, build, tmp_path):
    code, said = compile_c("#include <reel/reel.h>\nint main() { return reel_version() == nullptr; }\n", "-std=c++11", "-Wall", "-Wextra", "-Werror",
                           f"-L{build / 'lib'}", "-lreel", f"-Wl,-rpath,{build / 'lib'}", compiler="c++", suffix=".cpp")
    assert code == 0, said
    assert subprocess.run([tmp_path / "program"]).returncode == 0


def readme_program():
    programs = re.findall(r"^```c\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    assert programs, "README.md has no C program"
    return programs[0]


def test_the_program_of_the_readme_compiles_and_runs(compile_c, build, tmp_path):
    code, said = compile_c(readme_program(), "-std=c11", "-Wall", "-Wextra", "-Werror", f"-L{build / 'lib'}", "-lreel", "-lm", f"-Wl,-rpath,{build / 'lib'}")
    assert code == 0, said
    done = subprocess.run([tmp_path / "program"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    recordings = list(tmp_path.glob("*.rrd"))
    assert recordings, "it left no recording"
    verified = subprocess.run([os.environ["REEL_RERUN"], "rrd", "verify", *recordings], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_readme_names_both_commands():
    text = (ROOT / "README.md").read_text()
    assert "make demo" in text and "make test" in text


@pytest.fixture(scope="module")
def installed(build, tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    output("cmake", "--install", build, "--prefix", prefix)
    return prefix


@pytest.mark.parametrize("target", ["reel::reel", "reel::static"])
def test_the_installed_cmake_package_builds_a_program(installed, tmp_path, target):
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.20)\nproject(user LANGUAGES C)\nfind_package(reel 0.1 REQUIRED)\n"
                                             f"add_executable(program main.c)\ntarget_link_libraries(program PRIVATE {target})\n")
    (tmp_path / "main.c").write_text("#include <reel/reel.h>\n#include <string.h>\nint main(void) { return strcmp(reel_version(), REEL_VERSION); }\n")
    output("cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed}")
    output("cmake", "--build", tmp_path / "b")
    assert subprocess.run([tmp_path / "b/program"]).returncode == 0


def test_the_installed_pkg_config_file_builds_a_program(installed, tmp_path):
    (tmp_path / "main.c").write_text("#include <reel/reel.h>\n#include <string.h>\nint main(void) { return strcmp(reel_version(), REEL_VERSION); }\n")
    folder = next(installed.glob("**/pkgconfig"))
    flags = output("pkg-config", f"--define-variable=prefix={installed}", "--cflags", "--libs", "reel", env={**os.environ, "PKG_CONFIG_PATH": str(folder)})
    output("cc", tmp_path / "main.c", *flags.split(), f"-Wl,-rpath,{folder.parent}", "-o", tmp_path / "program")
    assert subprocess.run([tmp_path / "program"]).returncode == 0


IMAGE_PROGRAM = """#include <reel/image_codec.h>
int main(void) {
    const unsigned char pixel = 7;
    reel_bytes_owned png = {0};
    reel_image_format format = reel_format_of(1, 1, REEL_COLOR_MODEL_L, REEL_CHANNEL_DATATYPE_U8);
    reel_status status = reel_compress_png(&format, &pixel, 0, 0, &png);
    const char *type = reel_media_type(png.data, png.size, png.size, 0);
    reel_bytes_free(&png);
    return status == REEL_OK && type ? 0 : 1;
}
"""


@pytest.mark.parametrize("target", ["reel::image", "reel::image_static"])
def test_the_installed_cmake_package_has_the_image_library_as_a_component(installed, tmp_path, target):
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.20)\nproject(user LANGUAGES C)\nfind_package(reel 0.1 REQUIRED COMPONENTS image)\n"
                                             f"add_executable(program main.c)\ntarget_link_libraries(program PRIVATE {target})\n")
    (tmp_path / "main.c").write_text(IMAGE_PROGRAM)
    output("cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed}")
    output("cmake", "--build", tmp_path / "b")
    assert subprocess.run([tmp_path / "b/program"]).returncode == 0


def test_the_installed_pkg_config_file_of_the_image_library_builds_a_program(installed, tmp_path):
    (tmp_path / "main.c").write_text(IMAGE_PROGRAM)
    folder = next(installed.glob("**/pkgconfig"))
    flags = output("pkg-config", f"--define-variable=prefix={installed}", "--cflags", "--libs", "reel_image", env={**os.environ, "PKG_CONFIG_PATH": str(folder)})
    output("cc", tmp_path / "main.c", *flags.split(), f"-Wl,-rpath,{folder.parent}", "-o", tmp_path / "program")
    assert subprocess.run([tmp_path / "program"]).returncode == 0


def test_the_installed_command_runs(installed):
    assert output(installed / "bin/reel", "--version").strip().endswith("0.1.0")


def test_versions_agree(root):
    header = (root / "include/reel/base.h").read_text()
    version = ".".join(re.search(rf"#define REEL_VERSION_{part} (\d+)", header)[1] for part in ("MAJOR", "MINOR", "PATCH"))
    assert f'#define REEL_VERSION "{version}"' in header
    assert re.search(rf"project\(reel VERSION {re.escape(version)}\b", (root / "CMakeLists.txt").read_text())
    assert re.search(rf"^## {re.escape(version)}\b", (root / "CHANGELOG.md").read_text(), re.M)
