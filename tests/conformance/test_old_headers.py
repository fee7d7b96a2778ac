"""Fields are only ever appended to a struct: a program compiled against a header that lacks the last field of every one works as before, and records the same bytes
as a program that has the field and does not set it."""
import os
import re
import subprocess
from pathlib import Path

import pytest

import judge
from script import ARCHETYPES, ROOT

BUILD = Path(os.environ.get("REEL_BUILD", ROOT / "build"))
HEAD = """
#include <reel/reel.h>
#include <stdio.h>

static const double numbers[64] = {1, 2, 3};
static const char *const texts[] = {"text"};
static const bool yes[] = {true};
static const uint32_t lengths[] = {2};
static const uint64_t shape[] = {3};
static const reel_annotation_class classes[] = {{.info = {.id = 1, .label = "class"}}};
static const reel_key_value pairs[] = {{"key", "value"}};
static const reel_graph_edge edges[] = {{"a", "b"}};

static int64_t ticking(void *user) { return *(int64_t *)user += 1000; }

#define LOG(x, ...) \\
    if (reel_log_##x(rec, "log/" #x, &(reel_##x){__VA_ARGS__}) != REEL_OK || reel_update_##x(rec, "update/" #x, &(reel_##x){__VA_ARGS__}) != REEL_OK || \\
        reel_log_static_##x(rec, "static/" #x, &(reel_##x){.clear = REEL_CLEAR_REST}) != REEL_OK) \\
        return fprintf(stderr, #x ": %s\\n", reel_error_message()), 1

int main(int argc, char **argv) {
    int64_t now = 0;
    reel_options options = {.struct_size = sizeof options, .recording_id = "same", .deterministic = true, .id_seed = 1, .clock = {ticking, &now}};
    reel_recording *rec = reel_new("old headers", &options);
    if (argc != 2 || !rec || reel_add_file(rec, argv[1], NULL, NULL) != REEL_OK)
        return 1;
"""
TAIL = """
    return reel_close(rec, -1) != REEL_OK;
}
"""
STRUCT = re.compile(r"(typedef struct (reel_\w+) \{\n    uint64_t clear;[^\n]*\n)((?:    [^\n]*\n)*)(\} \2;)")


def without_last_members(header):
    """The header of an older release, and {struct: the last member's name}."""
    removed = {}

    def shorten(match):
        lines = match[3].splitlines(keepends=True)
        removed[match[2]] = re.match(r"    [^;]*?(\w+);", lines[-1])[1]
        return match[1] + "".join(lines[:-1]) + match[4]

    return STRUCT.sub(shorten, header), removed


def setting(field):
    """A member with some value."""
    name = field.name
    if field.form == "OPTIONAL":
        return f".{name} = {{true, 1}}"
    if field.form == "STRIPS":
        return f".{name} = {{(const void *)numbers, lengths, 1, 2}}"
    if field.codes:
        return f".{name} = REEL_VIEW_RDF"
    if field.form == "POINTER":
        return f".{name} = (const void *)numbers"
    value = {"TEXT": "texts[0]", "BYTES": '{"x", 1}', "TENSOR": "{.type = REEL_TENSOR_U8, .data = texts[0], .shape = shape, .n_dims = 1}",
             "ENUM": field.enum and field.enum.constant(field.enum.variants[-1][0])}.get(field.element)
    if field.element == "STRUCT":
        value = {"reel_image_format": "{.width = 1, .height = 1}", "reel_annotation_classes": "{classes, 1}", "reel_key_value_pairs": "{pairs, 1}"}.get(field.c_type)
    if field.form == "VALUE":
        return f".{name} = {value}"
    lists = {"TEXT": "texts", "BOOL": "yes", "STRUCT": "edges" if field.c_type == "reel_graph_edge" else "(const void *)numbers", "ENUM": f"(const {field.c_type}[]){{{value}}}"}
    return f".{name} = {lists.get(field.element, '(const void *)numbers')}, .n_{name} = 1"


def program():
    calls = [", ".join([archetype.c_name, ".clear = 0", *map(setting, archetype.fields[:-1])]) for archetype in ARCHETYPES.values()]
    return HEAD + "".join(f"    LOG({call});\n" for call in calls) + TAIL


@pytest.fixture(scope="module")
def old_header():
    return without_last_members((ROOT / "include/reel/types.h").read_text())


def recorded(folder, header):
    include = folder / "include/reel"
    include.mkdir(parents=True)
    for path in (ROOT / "include/reel").glob("*.h"):
        (include / path.name).write_text(header if path.name == "types.h" else path.read_text())
    (folder / "program.c").write_text(program())
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Wno-unused-const-variable", "-Werror", f"-I{folder / 'include'}", folder / "program.c", "-o", folder / "program",
                    f"-L{BUILD / 'lib'}", "-lreel", f"-Wl,-rpath,{(BUILD / 'lib').resolve()}"], check=True)
    done = subprocess.run([folder / "program", folder / "made.rrd"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder / "made.rrd"


def test_every_struct_lost_its_last_field(old_header):
    _, removed = old_header
    assert len(removed) == 54
    for archetype in ARCHETYPES.values():
        last = archetype.fields[-1]
        assert removed[archetype.c_struct] == last.name


def test_programs_that_are_older_record_the_same(tmp_path, old_header):
    header, _ = old_header
    old, new = recorded(tmp_path / "old", header), recorded(tmp_path / "new", (ROOT / "include/reel/types.h").read_text())
    assert old.read_bytes() == new.read_bytes()
    judge.verify(old)
    rows = {entity: batch.num_rows for entity, _, batch in judge.chunks(old)}
    assert {path.split("/")[1] for path in rows} >= {"log", "update", "static"}
    assert {f"/log/{archetype.c_name}" for archetype in ARCHETYPES.values() if len(archetype.fields) > 1} <= rows.keys()
