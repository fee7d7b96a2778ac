"""Compares schema/types.txt with the facts of a rerun-sdk, and writes what was added as new lines of it. What was removed or changed is told only:
numbers and places in types.txt are a binary interface, and what an old one becomes is for a person to decide."""
import difflib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import model

ROOT = Path(__file__).resolve().parent.parent
MARKS = {"REQUIRED": " !", "RECOMMENDED": " +"}
HIDDEN = shutil.ignore_patterns(".git", ".cache", "build", "__pycache__")


def plural(n, noun):
    return f"{n} {noun}{'' if n == 1 else 's'}"


def shown(numbers_or_names):
    return ", ".join(map(str, numbers_or_names))


class Patch:
    """The lines of types.txt as they become, and what is only told."""

    def __init__(self, text):
        self.before = text.splitlines()
        self.lines = list(self.before)
        self.added, self.told, self.grown = [], [], set()

    def at(self, kind, key):
        starts = f"{kind} {key} "
        return next(i for i, line in enumerate(self.lines) if line.startswith(starts))

    def add(self, index, line, what):
        self.lines.insert(index, line)
        self.added.append(what)

    def change(self, index, line, what):
        self.lines[index] = line
        self.added.append(what)

    def tell(self, what):
        self.told.append(what)

    def place(self, kind, key):
        """Where a line belongs by its name: in the group of its kind and scope, which types.txt keeps in the order of names."""
        scope = key.rpartition(":")[0]
        group = [(i, words[1]) for i, words in enumerate(line.split() for line in self.lines)
                 if words[:1] == [kind] and words[1].rpartition(":")[0] == scope]
        if not group:
            return max(i for i, line in enumerate(self.lines) if line.startswith(f"{kind} ")) + 1
        before = [i for i, name in group if name < key]
        return before[-1] + 1 if before else group[0][0]

    def text(self):
        return "\n".join(self.lines) + "\n"

    def diff(self):
        return "".join(difflib.unified_diff([f"{line}\n" for line in self.before], [f"{line}\n" for line in self.lines], "a/schema/types.txt", "b/schema/types.txt"))


def compare_enum(patch, ours, key, theirs):
    if ours.repr != theirs["repr"]:
        patch.tell(f"enum {key}: {ours.repr} became {theirs['repr']}")
    old, new = dict(ours.variants), {name: number for name, number in theirs["variants"]}
    names_of_numbers = {number: name for name, number in ours.variants}
    added = []
    for name, number in new.items():
        if name in old:
            if old[name] != number:
                patch.tell(f"enum {key}: {name} was {old[name]} and is {number} now")
        elif number in names_of_numbers:
            patch.tell(f"enum {key}: {number} was {names_of_numbers[number]} and is called {name} now")
        else:
            added.append(f"{name}={number}")
    for name, number in old.items():
        if name not in new and number not in new.values():
            patch.tell(f"enum {key}: {name}={number} was removed")
    if added:
        at = patch.at("enum", key)
        facts, bar, note = patch.lines[at].partition(" | ")
        patch.change(at, f"{facts} {' '.join(added)}{bar}{note}", f"enum {key}: {', '.join(added)}")


def compare_enums(patch, data, facts):
    for key, theirs in facts["enums"].items():
        if key in data.enums:
            compare_enum(patch, data.enums[key], key, theirs)
        else:
            variants = " ".join(f"{name}={number}" for name, number in theirs["variants"])
            patch.add(patch.place("enum", key), f"enum {key} {theirs['repr']} {variants} | {model.DESCRIBE}", f"enum {key}")
    for key in data.enums.keys() - facts["enums"].keys():
        patch.tell(f"enum {key} was removed")


def compare_components(patch, data, facts, crates):
    own_chunk = crates["own_chunk"] if crates else None
    for key, arrow in facts["components"].items():
        ours = data.components.get(key)
        is_own = own_chunk is not None and key in own_chunk
        if ours is None:
            patch.add(patch.place("comp", key), f"comp {key} {arrow}{' own_chunk' * is_own}", f"component {key}")
            continue
        if ours.arrow != arrow:
            patch.tell(f"component {key}: {ours.arrow} became {arrow}")
        if own_chunk is not None and ours.own_chunk != is_own:
            patch.tell(f"component {key}: its column {'gets a chunk of its own' if is_own else 'no longer gets a chunk of its own'}")
    for key in data.components.keys() - facts["components"].keys():
        patch.tell(f"component {key} was removed")


def key_of(archetype):
    return ("b:" if archetype.blueprint else "") + archetype.name


def level_of(field, levels):
    """The crate's level, else what the constructor tells."""
    return levels.get(field["name"], "OPTIONAL") if levels else "REQUIRED" if field["needed"] else "OPTIONAL"


def field_line(field, levels):
    return f"  {field['name']}{'*' * field['many']} {field['component']}{MARKS.get(level_of(field, levels), '')} | {model.DESCRIBE}"


def compare_field(patch, where, ours, theirs, levels):
    if ours.component.key != theirs["component"]:
        patch.tell(f"{where}: its component {ours.component.key} became {theirs['component']}")
    if ours.many != theirs["many"]:
        patch.tell(f"{where}: {'many values became one' if ours.many else 'one value became many'}")
    if levels and ours.level != level_of(theirs, levels):
        patch.tell(f"{where}: {ours.level.lower()} became {level_of(theirs, levels).lower()}")


def compare_archetype(patch, ours, key, theirs, levels):
    at = patch.at("arch", key)
    if not ours.visualizer and theirs["visualizer"]:
        facts, bar, note = patch.lines[at].partition(" | ")
        patch.change(at, f"{facts} vis={theirs['visualizer']}{bar}{note}", f"archetype {key}: visualizer {theirs['visualizer']}")
    elif ours.visualizer != theirs["visualizer"]:
        patch.tell(f"archetype {key}: its visualizer {ours.visualizer} {'became ' + theirs['visualizer'] if theirs['visualizer'] else 'was removed'}")
    old = {field.name: field for field in ours.fields}
    end = at + 1 + len(ours.fields)
    for field in theirs["fields"]:
        if field["name"] in old:
            compare_field(patch, f"field {key}.{field['name']}", old[field["name"]], field, levels)
        else:
            patch.add(end, field_line(field, levels), f"field {key}.{field['name']}")
            patch.grown.add(key)
            end += 1
    for name in old.keys() - {field["name"] for field in theirs["fields"]}:
        patch.tell(f"field {key}.{name} was removed")


def new_archetypes(patch, data, facts, crates):
    """With the next free numbers, in a section of their own: which theme they belong to, a person knows."""
    ours = {key_of(a) for a in data.archetypes}
    for is_blueprint in (False, True):
        new = [key for key in facts["archetypes"] if key not in ours and key.startswith("b:") == is_blueprint]
        if not new:
            continue
        group = data.blueprint() if is_blueprint else data.data()
        end = next(i for i, line in enumerate(patch.lines) if line.startswith("view " if is_blueprint else "section Blueprint"))
        lines = [f"section {'Blueprint: new' if is_blueprint else 'New'} in rerun-sdk {facts['version']}", ""]
        for number, key in enumerate(new, group[-1].number + 1):
            theirs = facts["archetypes"][key]
            visualizer = f" vis={theirs['visualizer']}" if theirs["visualizer"] else ""
            lines.append(f"arch {key} no={number}{visualizer} | {model.DESCRIBE}")
            lines += [field_line(field, crates["levels"].get(key) if crates else None) for field in theirs["fields"]]
            patch.added.append(f"archetype {key} ({plural(len(theirs['fields']), 'field')})")
        patch.lines[end:end] = [*lines, ""]


def compare_archetypes(patch, data, facts, crates):
    for ours in data.archetypes:
        key = key_of(ours)
        if key in facts["archetypes"]:
            compare_archetype(patch, ours, key, facts["archetypes"][key], crates["levels"].get(key) if crates else None)
        else:
            patch.tell(f"archetype {key} was removed")
    new_archetypes(patch, data, facts, crates)


def read_views(lines):
    """{class: (line, identifier, {argument: archetype}, [archetypes shown])}"""
    found = {}
    for i, line in enumerate(lines):
        if line.startswith("view "):
            facts, _, archetypes = line.partition(" | ")
            _, name, identifier, *arguments = facts.split()
            found[name] = (i, identifier, dict(argument.split("=") for argument in arguments), archetypes.split())
    return found


def view_line(name, identifier, properties, archetypes):
    return " ".join(["view", name, identifier, *(f"{argument}={archetype}" for argument, archetype in properties.items()), "|", *archetypes])


def compare_view(patch, name, ours, theirs, archetypes):
    line, identifier, properties, ours_shown = ours
    given = dict(map(tuple, theirs["properties"]))
    if identifier != theirs["identifier"]:
        patch.tell(f"view {name}: its identifier {identifier} became {theirs['identifier']}")
    for argument in properties.keys() & given.keys():
        if properties[argument] != given[argument]:
            patch.tell(f"view {name}: {argument} was {properties[argument]} and is {given[argument]} now")
    removed = [*sorted(properties.keys() - given.keys()), *(a for a in ours_shown if archetypes and a not in archetypes)]
    for what in removed:
        patch.tell(f"view {name}: {what} was removed")
    new_properties = {argument: archetype for argument, archetype in given.items() if argument not in properties}
    new_shown = [a for a in archetypes or [] if a not in ours_shown]
    if new_properties or new_shown:
        text = view_line(name, identifier, {**properties, **new_properties}, sorted([*ours_shown, *new_shown]))
        patch.change(line, text, f"view {name}: {shown([*new_properties, *new_shown])}")


def compare_views(patch, facts, crates):
    ours = read_views(patch.lines)
    for name, theirs in facts["views"].items():
        archetypes = crates["views"].get(theirs["identifier"]) if crates else None
        if name in ours:
            compare_view(patch, name, ours[name], theirs, archetypes)
    for name in sorted(facts["views"].keys() - ours.keys()):  # changes are done, so lines may move
        theirs = facts["views"][name]
        archetypes = crates["views"].get(theirs["identifier"]) if crates else None
        line = view_line(name, theirs["identifier"], dict(map(tuple, theirs["properties"])), archetypes or [model.DESCRIBE])
        patch.add(patch.place("view", name), line, f"view {name}")
    for name in ours.keys() - facts["views"].keys():
        patch.tell(f"view {name} was removed")


def described(text):
    return text.replace(f"| {model.DESCRIBE}", "| A description.")


def load_text(text):
    """The model of a types.txt that may lack descriptions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "types.txt"
        path.write_text(described(text), encoding="utf-8")
        return model.load(path)


def sizes_of(structs, include, folder):
    """Bytes of each struct, by the C compiler."""
    source, program = Path(folder) / "sizes.c", Path(folder) / "sizes"
    lines = "".join(f'    printf("%zu\\n", sizeof({struct}));\n' for struct in structs)
    source.write_text(f"#include <reel/reel.h>\n#include <stdio.h>\nint main(void)\n{{\n{lines}}}\n", encoding="utf-8")
    subprocess.run(["cc", f"-I{include}", source, "-o", program], check=True)
    return [int(size) for size in subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()]


def look_at_result(patch, data):
    """What the generator, and callers that were compiled before, will make of the additions."""
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder) / name for name in ("before", "after")]
        for tree, lines in zip(trees, (patch.before, patch.lines)):
            shutil.copytree(ROOT, tree, ignore=HIDDEN)
            (tree / "schema" / "types.txt").write_text(described("\n".join(lines) + "\n"), encoding="utf-8")
            done = subprocess.run([sys.executable, "-B", "schema/generate.py"], cwd=tree, capture_output=True, text=True)
            if done.returncode != 0:
                patch.tell(f"the generator cannot take this yet: {done.stderr.strip().splitlines()[-1]}")
                return
        structs = [a.c_struct for a in data.data() if a.name in patch.grown]
        if structs and shutil.which("cc") is None:
            patch.tell("there is no C compiler: whether new fields lie in what was padding at the end of a struct is not known")
        elif structs:
            sizes = [sizes_of(structs, tree / "include", folder) for tree in trees]
            for struct, before, after in zip(structs, *sizes):
                if before == after:
                    patch.tell(f"{struct} keeps its {before} bytes: a new field lies in what was padding at its end, and the size would not tell old callers from new ones")


def compare(text, facts, crates):
    """The patch for a types.txt of this text. crates: see crate_facts.py, or None where they are unknown."""
    data = load_text(text)
    patch = Patch(text)
    compare_enums(patch, data, facts)
    compare_components(patch, data, facts, crates)
    compare_archetypes(patch, data, facts, crates)
    compare_views(patch, facts, crates)
    if patch.added:
        look_at_result(patch, data)
    patch.told.sort()
    return patch


def report(patch, facts, no_crates=None):
    """The patch with a head of comments, which `git apply` passes over."""
    lines = [f"schema/types.txt against rerun-sdk {facts['version']}: {plural(len(patch.added), 'addition')}, {len(patch.told)} to decide"]
    if no_crates:
        lines.append(f"Without the crates ({no_crates}): levels are those of the constructors (required or optional), the archetypes that views show")
        lines.append("and chunks of their own are unknown.")
    if patch.told:
        lines += ["", "To decide, and not in the patch:", *(f"  {line}" for line in patch.told)]
    if patch.added:
        lines += ["", "Added:", *(f"  {line}" for line in patch.added)]
        missing = sum(line.endswith(f"| {model.DESCRIBE}") for line in patch.lines)
        if missing:
            lines.append(f"After `git apply`, write {plural(missing, 'description')} of your own in place of {model.DESCRIBE}; schema/generate.py refuses it.")
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + patch.diff()
