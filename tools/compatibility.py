#!/usr/bin/env python3
"""Writes docs/compatibility.md: what older versions of the official tools and viewers do with Reel's recordings, as run here and now.

    tools/compatibility.py             write the page
    tools/compatibility.py --check     exit 1 when it is not what this run gives

Run it with the Python of .cache/venv, after `make test` has made .cache/ and the test programs (build/test, build/bin)."""
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "conformance"))
import compat  # noqa: E402

PAGE = ROOT / "docs" / "compatibility.md"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        text = compat.page(compat.run(Path(folder)))
    if arguments:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
