"""The house rules that a machine can hold: the layering, sizes, names, and what is not to be in the repository."""
import re
import subprocess
import sys
from collections import defaultdict

import pytest
from conftest import ROOT, is_generated

# A room may include from itself and from those before it. The list is ARCHITECTURE.md's; image is a library of its own.
ROOMS = ["base", "arrow", "chunk", "rrd", "types", "sink", "recording", "blueprint", "make", "read", "http", "view", "image"]
LINES_MAX = 800
FUNCTION_LINES_MAX = 80
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def without_comments_and_texts(text):
    """C text with comments and literals blanked; line numbers stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def test_every_source_is_in_a_known_room(sources):
    strays = [relative(path) for path in sources if relative(path).startswith("src/") and room_of(path) not in ROOMS]
    assert strays == []


def test_a_room_includes_only_itself_and_lower_rooms(sources):
    wrong, looked_at = [], 0
    for path in sources:
        room = room_of(path)
        if room is None:
            continue
        for kind, name in INCLUDE.findall(path.read_text()):
            looked_at += 1
            if kind == "<":
                continue
            target = (path.parent / name).resolve()
            target_room = room_of(target) if target.is_file() and ROOT in target.parents else None
            if target_room is None or ROOMS.index(target_room) > ROOMS.index(room):
                wrong.append(f'{relative(path)} includes "{name}"')
    assert wrong == []
    assert looked_at > 0


@pytest.mark.parametrize("folder", ["cli", "bench", "examples", "docs", "src/image"])
def test_programs_use_public_headers_alone(sources, folder):
    """src/image, too: it is a library of its own beside libreel."""
    wrong, looked_at = [], 0
    for path in sources:
        if not relative(path).startswith(folder + "/"):
            continue
        looked_at += 1
        for kind, name in INCLUDE.findall(path.read_text()):
            if kind == '"' and not (path.parent / name).resolve().is_relative_to(ROOT / folder):
                wrong.append(f'{relative(path)} includes "{name}"')
    assert wrong == []
    assert looked_at > 0, f"there is no source in {folder}/"


def test_public_headers_include_public_headers_alone(sources):
    wrong = []
    for path in sources:
        if relative(path).startswith("include/"):
            wrong += [f'{relative(path)} includes "{name}"' for kind, name in INCLUDE.findall(path.read_text()) if kind == '"']
    assert wrong == []


def test_only_the_base_room_asks_for_the_platform(sources):
    platform = re.compile(r"^\s*#\s*(?:if|elif|ifdef|ifndef)\b.*\b(_WIN32|_WIN64|__linux__|__APPLE__|__FreeBSD__|__unix__|_MSC_VER)\b", re.M)
    wrong = [relative(path) for path in sources if room_of(path) not in (None, "base") and platform.search(path.read_text())]
    assert wrong == []


def test_only_the_allocator_allocates(sources):
    call = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|aligned_alloc|posix_memalign|free)\s*\(")
    wrong = []
    for path in sources:
        if room_of(path) is None or path.name.startswith("alloc."):
            continue
        text = without_comments_and_texts(path.read_text())
        wrong += [f"{relative(path)}:{text.count(chr(10), 0, m.start()) + 1} calls {m[1]}" for m in call.finditer(text)]
    assert wrong == []


def test_the_library_prints_nothing_and_never_ends_the_process(sources):
    call = re.compile(r"(?<![\w.>])(printf|puts|putchar|perror|abort|exit|_exit)\s*\(|\b(stdout|stderr)\b")
    wrong = []
    for path in sources:
        if room_of(path) is None or relative(path) == "src/recording/printer.c":
            continue
        text = without_comments_and_texts(path.read_text())
        wrong += [f"{relative(path)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0]}" for m in call.finditer(text)]
    assert wrong == []


def test_files_are_short(files):
    wrong = []
    for path in files:
        if path.suffix in (".c", ".h", ".py", ".sh", ".js", ".mjs", ".cmake") and not is_generated(path):
            lines = path.read_text().count("\n")
            if lines > LINES_MAX:
                wrong.append(f"{relative(path)}: {lines} lines")
    assert wrong == []


def test_functions_are_short(sources):
    wrong = []
    for path in sources:
        if is_generated(path):
            continue
        start = None
        for number, line in enumerate(without_comments_and_texts(path.read_text()).splitlines(), 1):
            if re.match(r"^[A-Za-z_].*\)\s*\{\s*$", line):
                start = number
            elif line.startswith("}") and start is not None:
                if number - start + 1 > FUNCTION_LINES_MAX:
                    wrong.append(f"{relative(path)}:{start}: {number - start + 1} lines")
                start = None
    assert wrong == []


def test_file_names_are_unique(sources):
    """So that a name alone says which file is meant. Public headers may have a namesake, and snippets are named after what they show."""
    seen = defaultdict(list)
    for path in sources:
        if not relative(path).startswith(("include/", "docs/snippets/")):
            seen[path.name].append(relative(path))
    assert {name: paths for name, paths in seen.items() if len(paths) > 1} == {}


def test_internal_symbols_have_the_internal_prefix(build):
    """Of the static library too, where nothing is hidden from a program that links it."""
    listing = subprocess.run(["nm", "--defined-only", "--extern-only", "-f", "posix", build / "lib/libreel.a"], check=True, capture_output=True, text=True).stdout
    names = {line.split()[0] for line in listing.splitlines() if len(line.split()) >= 2}
    assert names
    assert sorted(name for name in names if not name.startswith("reel_")) == []


@pytest.mark.parametrize("command", [["schema/generate.py", "--check"], ["src/view/embed.py", "--check"]], ids=lambda c: c[0])
def test_generated_files_are_up_to_date(root, command):
    assert (root / command[0]).exists(), f"{command[0]} is missing"
    done = subprocess.run([sys.executable, *command], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_machine_paths_and_no_registry_hosts(files):
    """What only holds on one machine. The patterns are written so that they do not find themselves."""
    foreign = re.compile(r"(?:^|[^a-zA-Z0-9_.])/(?:wor[k]|far[m]|hom[e]|roo[t])/|/tm[p]/w/"
                         r"|(?:^|[/.@ \"])(?:py[p]i|crate[s]|npm[j]s|python[h]osted|proxy\.golan[g]|deb\.debia[n])\.(?:org|io|com)", re.M)
    wrong = []
    for path in files:
        data = path.read_bytes()
        if b"\0" in data[:4096]:
            continue
        text = data.decode("utf-8", "replace")
        wrong += [f"{relative(path)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0].strip()}" for m in foreign.finditer(text)]
    assert wrong == []


def test_nothing_is_left_unfinished(sources):
    marks = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|not implemented ye[t]|placeholde[r])\b")
    wrong = []
    for path in sources:
        text = path.read_text()
        wrong += [f"{relative(path)}:{text.count(chr(10), 0, m.start()) + 1}: {m[0]}" for m in marks.finditer(text)]
    assert wrong == []


def test_no_large_files(files):
    """1 MiB: the repository holds sources and tiny real inputs, never recordings or builds."""
    assert [f"{relative(path)}: {path.stat().st_size} bytes" for path in files if path.stat().st_size > 1 << 20] == []


def test_shell_scripts_parse_and_are_executable(files, root):
    scripts = [path for path in files if path.suffix == ".sh" or relative(path) == ".ci/run"]
    assert scripts
    for path in scripts:
        assert path.stat().st_mode & 0o111, f"{relative(path)} is not executable"
        done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
