#!/usr/bin/env python3
"""Writes the C side of the data model from types.txt (whose head explains its lines).

    generate.py            write the files
    generate.py --check    exit 1 and name the files that differ from what would be written

include/reel/types.h           public structs, enums and log functions
include/reel/types_disabled.h  the same functions as macros that evaluate nothing
src/types/types_blueprint_enums.h  private enums of blueprint archetypes
src/types/types_blueprint.h    private structs of blueprint archetypes
src/types/types_table.h        names for what the tables hold
src/types/types_table.c        archetypes and fields
src/types/types_table_blueprint.c  the same for blueprint archetypes
src/types/types_arrow.c        Arrow types and enums
python/reel/_archetype_docs.py documentation of the archetypes in Python
python/reel/**/*.pyi           signatures of what is made when it is asked for, for type checkers and editors
docs/reference/                the pages of the reference, with the examples of docs/snippets
"""
import pathlib
import sys

sys.dont_write_bytecode = True
import emit_header
import emit_python
import emit_reference
import emit_table
import model

ROOT = pathlib.Path(__file__).resolve().parent.parent


def files():
    types = ROOT / "schema" / "types.txt"
    data = model.load(types)
    return {
        "include/reel/types.h": emit_header.public_header(data),
        "include/reel/types_disabled.h": emit_header.disabled_header(data),
        "src/types/types_blueprint_enums.h": emit_header.blueprint_enums(data),
        "src/types/types_blueprint.h": emit_header.blueprint_header(data),
        "src/types/types_table.h": emit_table.table_header(data),
        "src/types/types_table.c": emit_table.archetype_tables(data),
        "src/types/types_table_blueprint.c": emit_table.blueprint_tables(data),
        "src/types/types_arrow.c": emit_table.arrow_tables(data),
        "python/reel/_archetype_docs.py": emit_python.docs(data),
        **{f"python/reel/{name}": text for name, text in emit_python.stubs(data, ROOT / "python" / "reel").items()},
        **emit_reference.pages(data, types.read_text(encoding="utf-8"), ROOT / "docs" / "snippets"),
    }


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    differing = 0
    for name, text in files().items():
        path = ROOT / name
        on_disk = path.read_text(encoding="utf-8") if path.exists() else None
        if on_disk == text:
            continue
        differing += 1
        if arguments:
            print(f"{name} is not what schema/generate.py writes: run it", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    return 1 if arguments and differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
