"""tools/schema_diff.py: no difference to the rerun-sdk that the schema was made from, and of a newer one (that is, of facts that were changed here) exactly the patch."""
import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "schema"), str(ROOT / "tools")]
import model  # noqa: E402
import schema_patch  # noqa: E402

MODEL = model.load(ROOT / "schema" / "types.txt")
TOOL = [sys.executable, "-B", str(ROOT / "tools/schema_diff.py")]


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    """Of the installed rerun-sdk, and crates that say what types.txt says: cargo is not for tests."""
    said = json.loads(subprocess.run([sys.executable, "-B", str(ROOT / "tools/sdk_facts.py")], check=True, capture_output=True, text=True).stdout)
    views = schema_patch.read_views((ROOT / "schema/types.txt").read_text().splitlines())
    said["crates"] = {
        "levels": {schema_patch.key_of(a): {f.name: f.level for f in a.fields} for a in MODEL.archetypes},
        "own_chunk": ["IsKeyframe"],
        "views": {identifier: "*" if shown == ["*"] else shown for _, identifier, _, shown in views.values()},
    }
    said["no_crates"] = None
    return said


@pytest.fixture
def repository(tmp_path):
    """What the generator needs, in a repository of its own."""
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "schema", root / "schema", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "include", root / "include")
    shutil.copytree(ROOT / "python/reel", root / "python/reel", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def run(*options):
    done = subprocess.run([*TOOL, *map(str, options)], capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def diff_of(facts, tmp_path):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts))
    return run("--facts", path)


def lines_of(patch, sign):
    return [line[1:] for line in patch.splitlines() if line[:1] == sign and line[:3] not in ("+++", "---")]


def told(report):
    head = report.split("--- a/")[0]
    return [line.removeprefix("#   ") for line in head.partition("not in the patch:")[2].partition("Added:")[0].splitlines() if line.startswith("#   ")]


def members(root, struct):
    body = (root / "include/reel/types.h").read_text().partition(f"typedef struct {struct} {{")[2].partition("}")[0]
    return [" ".join(line.partition("/*")[0].split()) for line in body.strip().splitlines()]


def field(name, component, many=False, needed=False):
    return {"name": name, "component": component, "many": many, "needed": needed}


def test_the_installed_version_has_no_difference():
    code, said = run("--python", sys.executable, "--without-crates")
    assert code == 0
    assert said.splitlines()[0] == "# schema/types.txt against rerun-sdk 0.41.0: 0 additions, 0 to decide"


def test_all_facts_are_compared(facts, tmp_path):
    """As many as the schema has: an extractor that finds nothing would find no difference."""
    code, said = diff_of(facts, tmp_path)
    assert (code, said) == (0, "# schema/types.txt against rerun-sdk 0.41.0: 0 additions, 0 to decide\n")
    assert [len(facts[kind]) for kind in ("archetypes", "components", "enums", "views")] == [98, 158, 33, 12]
    assert sum(len(a["fields"]) for a in facts["archetypes"].values()) == 409 == sum(len(a.fields) for a in MODEL.archetypes)


def newer(facts):
    """0.42.0: everything that can be added, and something removed or changed of each kind."""
    made = copy.deepcopy(facts)
    made["version"] = "0.42.0"
    enums, components, archetypes, views, crates = (made[k] for k in ("enums", "components", "archetypes", "views", "crates"))
    enums["MarkerShape"]["variants"].append(["Star", 11])
    enums["FillMode"]["variants"][0][1] = 9
    enums["GraphType"]["variants"].pop()
    enums["PointStyle"] = {"repr": "u8", "variants": [["Round", 1], ["Square", 2]]}
    components["PointStyle"] = "u8"
    components["Wobble"] = "fixed_size_list<f32,4>"
    components["Radius"] = "f64"
    archetypes["Points3D"]["fields"].insert(0, field("styles", "PointStyle", many=True))
    crates["levels"]["Points3D"]["styles"] = "RECOMMENDED"
    archetypes["Points2D"]["fields"] = [f for f in archetypes["Points2D"]["fields"] if f["name"] != "labels"]
    crates["levels"]["Arrows2D"]["radii"] = "RECOMMENDED"
    archetypes["Wires3D"] = {"visualizer": "Wires3D", "fields": [field("ends", "Position3D", many=True, needed=True), field("wobble", "Wobble"), field("note", "Text")]}
    crates["levels"]["Wires3D"] = {"ends": "REQUIRED", "wobble": "RECOMMENDED", "note": "OPTIONAL"}
    archetypes["b:WireGlow"] = {"visualizer": "", "fields": [field("enabled", "b:Enabled")]}
    crates["levels"]["b:WireGlow"] = {"enabled": "OPTIONAL"}
    views["TextLogView"]["properties"].append(["glow", "WireGlow"])
    views["WireView"] = {"identifier": "Wire", "properties": [["glow", "WireGlow"]]}
    crates["views"]["Wire"] = ["Wires3D"]
    crates["views"]["TextLog"] = ["TextLog", "Wires3D"]
    crates["own_chunk"] = ["IsKeyframe", "Blob"]
    return made


ADDED = """enum MarkerShape u8 Circle=1 Diamond=2 Square=3 Cross=4 Plus=5 Up=6 Down=7 Left=8 Right=9 Asterisk=10 Star=11 | Shape of a plot marker.
enum PointStyle u8 Round=1 Square=2 | DESCRIBE
comp PointStyle u8
comp Wobble fixed_size_list<f32,4>
  styles* PointStyle + | DESCRIBE
section New in rerun-sdk 0.42.0
arch Wires3D no=55 vis=Wires3D | DESCRIBE
  ends* Position3D ! | DESCRIBE
  wobble Wobble + | DESCRIBE
  note Text | DESCRIBE
section Blueprint: new in rerun-sdk 0.42.0
arch b:WireGlow no=1045 | DESCRIBE
  enabled b:Enabled | DESCRIBE
view TextLogView TextLog columns=TextLogColumns rows=TextLogRows format_options=TextLogFormat glow=WireGlow | TextLog Wires3D
view WireView Wire glow=WireGlow | Wires3D"""
TOLD = """component Blob: its column gets a chunk of its own
component Radius: f32 became f64
enum FillMode: MajorWireframe was 1 and is 9 now
enum GraphType: Directed=2 was removed
field Arrows2D.radii: optional became recommended
field Points2D.labels was removed"""

PADDING = " a new field lies in what was padding at its end, and the size would not tell old callers from new ones"


def test_a_newer_version_makes_exactly_this_patch(facts, tmp_path):
    code, said = diff_of(newer(facts), tmp_path)
    assert code == 1
    assert "\n".join(filter(None, lines_of(said, "+"))) == ADDED
    assert sorted(line.split()[1] for line in lines_of(said, "-")) == ["MarkerShape", "TextLogView"], "only lines that got longer are replaced"
    assert "\n".join(told(said)) == TOLD
    assert said.splitlines()[0] == "# schema/types.txt against rerun-sdk 0.42.0: 9 additions, 6 to decide"


def test_the_patch_applies_and_generates(facts, tmp_path, repository):
    _, said = diff_of(newer(facts), tmp_path)
    subprocess.run(["git", "apply", "--whitespace=error-all", "-"], input=said, text=True, cwd=repository, check=True)
    types, generate = repository / "schema/types.txt", [sys.executable, "-B", "schema/generate.py"]
    refused = subprocess.run(generate, cwd=repository, capture_output=True, text=True)
    assert refused.returncode != 0 and "a description is needed: 'enum PointStyle" in refused.stderr

    types.write_text(types.read_text().replace("| DESCRIBE", "| Words of our own."))
    subprocess.run(generate, cwd=repository, check=True, capture_output=True)
    before, after = members(ROOT, "reel_points3d"), members(repository, "reel_points3d")
    assert after[:len(before)] == before and after[len(before)].startswith("const reel_point_style *styles;"), "a new field comes last"
    program = repository / "new.c"
    program.write_text("#include <reel/reel.h>\n"
                       "_Static_assert(REEL_ARCHETYPE_WIRES3D == 55 && REEL_MARKER_SHAPE_STAR == 11 && reel_field_points3d_styles_ == 8, \"numbers\");\n"
                       "reel_status f(reel_recording *rec, const float *xyz)\n"
                       "{ return reel_log_wires3d(rec, \"a\", &(reel_wires3d){ .ends = xyz, .n_ends = 2, .note = \"x\" }); }\n")
    subprocess.run(["cc", "-std=c11", "-Wall", "-Werror", "-fsyntax-only", "-Iinclude", program], cwd=repository, check=True)

    # What is in types.txt now is known: only what is to be decided is left.
    changed = tmp_path / "facts.json"
    code, said = run("--facts", changed, "--types", types)
    assert code == 1 and lines_of(said, "+") == [] and "\n".join(told(said)) == TOLD


def test_a_field_in_the_padding_is_told(facts, tmp_path):
    """GraphEdges ends with an enum of four bytes: four more would not change the size that callers pass."""
    made = copy.deepcopy(facts)
    made["archetypes"]["GraphEdges"]["fields"].append(field("fill", "FillMode"))
    made["archetypes"]["GraphNodes"]["fields"].append(field("fill", "FillMode"))
    _, said = diff_of(made, tmp_path)
    assert [line.partition(":")[2] for line in told(said) if line.startswith("reel_graph_edges keeps its ")] == [PADDING] and len(told(said)) == 1


def test_what_has_no_form_in_c_is_told(facts, tmp_path):
    made = copy.deepcopy(facts)
    made["components"]["Odd"] = "struct{a:u8,b:utf8?}"
    made["archetypes"]["Oddities"] = {"visualizer": "", "fields": [field("odd", "Odd", needed=True)]}
    made["crates"], made["no_crates"] = None, "not here"
    _, said = diff_of(made, tmp_path)
    assert ["the generator cannot take this yet" in line and "Odd" in line for line in told(said)] == [True]
    assert "Without the crates (not here)" in said and "  odd Odd ! | DESCRIBE" in lines_of(said, "+")


def test_removed_things_are_never_in_the_patch(facts, tmp_path):
    made = copy.deepcopy(facts)
    for kind, name in (("enums", "Colormap"), ("components", "Opacity"), ("archetypes", "Tensor"), ("views", "MapView")):
        del made[kind][name]
    made["archetypes"]["Image"]["visualizer"] = "Pictures"
    made["archetypes"]["Pinhole"]["fields"].reverse()
    code, said = diff_of(made, tmp_path)
    assert code == 1 and "@@" not in said
    assert told(said) == ["archetype Image: its visualizer Image became Pictures", "archetype Tensor was removed", "component Opacity was removed",
                          "enum Colormap was removed", "view MapView was removed"]
