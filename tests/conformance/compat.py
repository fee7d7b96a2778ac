"""What versions of the official tools say of Reel's recordings: of what they know, and of what is newer than they are. page() is docs/compatibility.md."""
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import versions
import viewer_values
import viewers
from script import EVERY, MODEL, New, Sink, record_with_reel
from test_blueprints import every_field, make
from versions import VERSIONS

NEWEST = VERSIONS[-1]
VIEWERS_AT_ONCE = 2
TENSOR_AS_DRAWN = (238, 229, 27)  # the last cell of the tensor in the recordings of make_blueprints.c
# How `rrd verify` says what it does not know.
VERIFY_SAYS = [
    (r"Unknown archetype", "unknown archetype"), (r"Unknown component", "unknown component"), (r"which only has the fields", "unknown field"),
    (r"Expected union arm .* to be present", "unknown number"),
]


@dataclass
class Item:
    """Something new, and what became of it."""
    label: str
    pattern: str
    verify: set = field(default_factory=set)
    viewer: set = field(default_factory=set)


@dataclass
class Told:
    """Of one version: what its tools said of what it knows, and of what it does not know."""
    version: object
    known: dict = field(default_factory=dict)  # {tool: what it said; "" is what should be}
    columns: int = 0
    items: list = field(default_factory=list)
    others: dict = field(default_factory=dict)  # {tool: what it said of new things}
    besides: set = field(default_factory=set)  # what the viewer said that is about nothing in particular


def tools_say(version, path):
    """{tool: warnings, errors and failures} and the columns that the Python reader gives."""
    said = {}
    for command in ("verify", "print", "stats"):
        code, out, besides = version.rrd(command, path)
        said[f"rrd {command}"] = besides if besides != "1 file verified without error." else ""
        if code != 0:
            said[f"rrd {command}"] = f"exit {code}: {besides}"
        elif not out and command != "verify":
            said[f"rrd {command}"] = "it printed nothing"
    columns, besides = version.read(path)
    said["Python reader"] = besides if columns else f"it failed: {besides}"
    if columns and columns[0] != columns[1]:
        said["Python reader"] += "random access gives other values than streaming"
    if columns and version is not NEWEST and columns != NEWEST.read(path)[0]:
        said["Python reader"] += f"it gives other values than {NEWEST}"
    return said, columns and columns[0]


def tell_known(version, folder):
    told, path = Told(version), folder / f"known_{version}.rrd"
    record_with_reel([New(), Sink("file", path), *versions.coverage(version)])
    told.known, columns = tools_say(version, path)
    read = {name.rpartition(" ")[2] for name in columns or {}}
    wanted = {f"{archetype}:{f}" for archetype, f in versions.all_known(version)}
    told.columns = len(wanted & read)
    if wanted != read:
        told.known["Python reader"] += f"columns differ: {sorted(wanted ^ read)}"
    return told


def new_blueprint_lines(unknown):
    """Lines for make_blueprints of the blueprint fields that a version does not know."""
    paths = {u.label: u.path for u in unknown if EVERY[u.archetype].blueprint}
    lines = []
    for archetype, name, value, _ in every_field():
        path = paths.get(archetype) or paths.get(f"{archetype}.{name}")
        if path:
            lines.append(f"{path}\t{archetype}:{name}\t{value}\n")
    return "".join(lines)


def tell_new(told, folder):
    """New data in a recording, new blueprint fields in a blueprint. Returns the files for the viewers."""
    version = told.version
    unknown = versions.unknown(version)
    told.items = [Item(u.label, u.pattern) for u in unknown]
    data, layout = folder / f"new_{version}.rrd", folder / f"new_{version}.rbl"
    record_with_reel([New(), Sink("file", data), *(op for u in unknown if not EVERY[u.archetype].blueprint for op in u.ops), *viewer_values.mark()])
    lines = new_blueprint_lines(unknown)
    make("set", "rbl", layout, lines=lines)
    for path in (data, layout):
        said, _ = tools_say(version, path)
        for line in said.pop("rrd verify").splitlines():
            reason = next((text for pattern, text in VERIFY_SAYS if re.search(pattern, line)), line)
            for item in told.items:
                if re.search(item.pattern, line):
                    item.verify.add(reason)
        for tool, text in said.items():
            told.others[tool] = told.others.get(tool, "") + text
    shown = folder / f"new_layout_{version}.rrd"
    make("set", "rrd", shown, "a", lines=lines)
    return data, shown


def new_views(version):
    return sorted(line.split()[1:3] for line in versions.VIEW_LINES if line.split()[1] not in version.facts["views"])


class Looks:
    """Pages to look at, a few at a time."""

    def __init__(self, folder):
        self.folder, self.pool, self.looks = folder, ThreadPoolExecutor(VIEWERS_AT_ONCE), {}

    def add(self, name, opening, color):
        def look():
            with opening as page:
                return viewers.look(page, self.folder / f"{name}.png", color)
        self.looks[name] = self.pool.submit(look)

    def __getitem__(self, name):
        """What was said; that nothing was drawn counts as said."""
        drawn, said = self.looks[name].result()
        return said if drawn else [*said, "the recording was not drawn"]


@dataclass
class Compatibility:
    told: list
    viewers: dict  # {viewer: what it said of what it knows}


def viewer_of(version):
    """The npm viewer stands for the oldest version: it is what `reel view` serves."""
    return viewers.NPM_VIEWER if version is VERSIONS[0] else f"rerun-sdk {version}"


def opening(version, path):
    return viewers.npm(path) if version is VERSIONS[0] else viewers.official(version, path)


def run(folder):
    looks, told, names = Looks(folder), [], {}
    for version in VERSIONS:
        path = folder / f"view_{version}.rrd"
        record_with_reel([New(), Sink("file", path), *viewer_values.operations(version.knows_field)])
        names[f"rerun-sdk {version}"] = f"known_{version}"
        looks.add(f"known_{version}", viewers.official(version, path), viewer_values.MARK_AS_DRAWN)
        if version is VERSIONS[0]:
            names[viewers.NPM_VIEWER] = "known_npm"
            looks.add("known_npm", viewers.npm(path), viewer_values.MARK_AS_DRAWN)
    views = make("all_views", "rrd", folder / "all_views.rrd", "a")
    for version in VERSIONS:
        told.append(tell_known(version, folder))
        if version is NEWEST:
            continue
        data, layout = tell_new(told[-1], folder)
        looks.add(f"data_{version}", opening(version, data), viewer_values.MARK_AS_DRAWN)
        looks.add(f"layout_{version}", opening(version, layout), TENSOR_AS_DRAWN)
        looks.add(f"views_{version}", opening(version, views), TENSOR_AS_DRAWN)
        for name, identifier in new_views(version):
            told[-1].items.append(Item(name, rf'"{identifier}"'))
    for one in told[:-1]:
        said = [text for kind in ("data", "layout", "views") for text in looks[f"{kind}_{one.version}"]]
        for text in said:
            about = [item for item in one.items if re.search(item.pattern, text)]
            for item in about:
                item.viewer.add(without_place(text))
            if not about:
                one.besides.add(without_place(text))
    return Compatibility(told, {viewer: looks[name] for viewer, name in names.items()})


def without_place(said):
    """A line of the viewer's log without the module that wrote it, and without why data were discarded."""
    return re.sub(r"(data discarded): .*", r"\1", re.sub(r"^(ERROR|WARN) [\w:]+: ", "", said.strip()))


# --- the page ---------------------------------------------------------------------------------------------------------------------

HEAD = """# Which versions open what

Made by tools/compatibility.py from a run of the tools named here; a test compares this page with what the same run gives now.

Reel writes the data model of rerun-sdk {newest}. An older version opens, without a warning, whatever it knows; what came later it treats as told below. The
recordings of this run were written by Reel: every archetype and field that the version knows, in all cases of the conformance tests, and apart from that one row for
each thing that it does not know. "Silent" means exit code 0, no warning and no error, and for the Python reader also that every value is the one that {newest} reads.

`verify` "refuses" with exit code 1 and names each column; `rrd print`, `rrd stats`, the readers and the viewers take the same file. Where the viewer is "silent" about
something new, it opens the recording and shows the rest; what it has no picture of is listed in its panels only.

## What a version knows

| version | archetypes | fields | `rerun rrd verify` | `rerun rrd print` | `rerun rrd stats` | Python reader |
| --- | --- | --- | --- | --- | --- | --- |
"""
VIEWERS_HEAD = """
In the viewer, the same archetypes with values that can be drawn; "silent" means that the browser's console shows no warning and no error:

| viewer | |
| --- | --- |
"""
NEW_HEAD = """
## What is newer than {version}

`rrd print`, `rrd stats` and the Python reader: {others}. The viewer is that of {viewer}.

| new | `rerun rrd verify` | viewer |
| --- | --- | --- |
"""


def cell(said):
    return "silent" if not said else "; ".join(said if not isinstance(said, str) else said.splitlines()).replace("|", "\\|")


def rows_of(items):
    """Neighbours that share everything but the name share a row."""
    rows = []
    for item in items:
        told = ("refuses: " + ", ".join(sorted(item.verify)) if item.verify else "accepts", cell(sorted(item.viewer)))
        if rows and rows[-1][1] == told:
            rows[-1][0].append(f"`{item.label}`")
        else:
            rows.append(([f"`{item.label}`"], told))
    return "".join(f"| {', '.join(labels)} | {verify} | {viewer} |\n" for labels, (verify, viewer) in rows)


def page(compatibility):
    fields = sum(len(a.fields) for a in EVERY.values())
    text = HEAD.format(newest=NEWEST)
    for told in compatibility.told:
        archetypes = sum(told.version.archetype(name) is not None for name in EVERY)
        tools = " | ".join(cell(told.known[tool]) for tool in ("rrd verify", "rrd print", "rrd stats", "Python reader"))
        text += f"| rerun-sdk {told.version} | {archetypes} of {len(MODEL.archetypes)} | {told.columns} of {fields} | {tools} |\n"
    text += VIEWERS_HEAD + "".join(f"| {viewer} | {cell(said)} |\n" for viewer, said in compatibility.viewers.items())
    for told in compatibility.told[:-1]:
        others = "silent" if not any(told.others.values()) else cell([f"{tool}: {said}" for tool, said in told.others.items() if said])
        text += NEW_HEAD.format(version=told.version, others=others, viewer=viewer_of(told.version)) + rows_of(told.items)
        if told.besides:
            text += "\nThe viewer also said: " + cell(sorted(told.besides)) + ".\n"
    return text
