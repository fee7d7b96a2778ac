"""What the tests of the documentation share: the snippets, built with refusals.c, and the data model."""
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = ROOT / "docs/snippets"
PROGRAMS = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")).resolve() / "snippets"
RERUN = os.environ.get("REEL_RERUN", str(Path(sys.executable).parent / "rerun"))

sys.path.insert(0, str(ROOT / "schema"))
import emit_reference  # noqa: E402
import model  # noqa: E402

TYPES = ROOT / "schema" / "types.txt"
MODEL = model.load(TYPES)
VIEWS = emit_reference.read_views(TYPES.read_text(encoding="utf-8"))
