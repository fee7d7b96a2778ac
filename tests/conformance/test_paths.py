"""Entity paths: as users write them, and as the official reader gives them back."""
import pytest

import judge
from script import Columns, Log, New, record_both

PATHS = {  # written: read
    "a": "/a", "/a": "/a", "a/b/c": "/a/b/c", "//a///b/": "/a/b", "": "/", "/": "/", "///": "/",
    "with space": "/with\\ space", "with\\ escaped": "/with\\ escaped", "tab\\tand\\nnewline\\r": "/tab\\tand\\nnewline\\r", "real\ttab": "/real\\ttab", "real\nnewline": "/real\\nnewline",
    "slash\\/inside": "/slash\\/inside", "back\\\\slash": "/back\\\\slash", "ends with\\": None, "un\\known": None, "C:\\Users\\x": None,
    "größe/数据": "/größe/数据", "\U0001f916/robot": "/\\u{1F916}/robot", "✓": "/\\u{2713}", "\\u{2713}": "/\\u{2713}", "\\u{26}": None, "\\u{1F916}": None, "\\u{zz}": None, "\\u": None, "\\u{00e9}": "/é",
    "a:b": "/a\\:b", "!\"#$%&'()*+,-.;<=>?@[]^_`{|}~": None, "-_.": "/-_.", "\u00a0": None, "\u200b": None, "e\u0301": None, "٣": "/٣", "²": "/²", "Ⅷ": "/Ⅷ", "ª": None, "\x7f": None, "\x01": None,
    "__reserved": "/__reserved", "...": "/...", "a b/c d": "/a\\ b/c\\ d", "日本語 テキスト": "/日本語\\ テキスト", "👩‍👩‍👧": None, "\u0950\u093f": None, "\u0e33": None, "\U00010330": None, "\ufeff": None, "\u1e9b\u0323": None,
    "z" * 2000: "/" + "z" * 2000, "/".join("abc" * 100): "/" + "/".join("abc" * 100),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A scalar each, logged and sent as a column; its value says which path it was."""
    ops = [op for i, path in enumerate(PATHS) for op in (Log(path, "Scalars", {"scalars": [float(i)]}), Log(path, "TextLog", {"text": f"{i}"}, by_handle=True),
                                                         Columns(path, {"frame": ("sequence", [i])}, {("TextDocument", "text"): ([f"{i}"], None)}))]
    return record_both(tmp_path_factory.mktemp("paths"), New(), ops)


@pytest.fixture(scope="module")
def read(recorded):
    return [entities_by_value(path) for path in recorded]


def entities_by_value(path):
    """{(component, value): entity paths}. Reel escapes fewer characters than the official SDK, which no reader minds: compared is what the reader gives."""
    found = {}
    for (entity, component), column in judge.read(path).items():
        for _, _, value in column.rows:
            found.setdefault((component, value), set()).add(entity)
    return found


@pytest.mark.parametrize("i", range(len(PATHS)), ids=lambda i: ascii(list(PATHS)[i])[:40])
def test_path(read, equal, i):
    keys = [("Scalars:scalars", judge.plain([float(i)])), ("TextLog:text", (f"{i}",)), ("TextDocument:text", (f"{i}",))]
    ours, official = ([entities.get(key) for key in keys] for entities in read)
    written, expected = list(PATHS.items())[i]
    equal("cases", f"paths/{ascii(written)[:60]}", ours == official)
    assert ours == official, f"{ascii(written)}: Reel {ascii(ours)}, official {ascii(official)}"
    assert not expected or ours == [{expected}] * 3


def test_official_tools_agree(recorded):
    judge.verify(recorded[0])
    judge.compare(*recorded)


def test_every_character(tmp_path, equal):
    """Every character up to U+FFFF that may stand in a text, and a sample beyond, between dots."""
    characters = [c for c in (*range(1, 0xd800), *range(0xe000, 0x10000), *range(0x10000, 0x110000, 13)) if c != ord("/")]
    ops = [Log(f"{'.'.join(map(chr, characters[i:i + 100]))}x{i}", "Scalars", {"scalars": [float(i)]}, static=True) for i in range(0, len(characters), 100)]
    paths = record_both(tmp_path, New(), ops)
    told = [entities_by_value(path) for path in paths]
    differ = [(min(ours, default=""), min(official)) for key, official in told[1].items() if (ours := told[0].get(key, set())) != official]
    equal("cases", "paths/every character", not differ)
    assert not differ, [first_difference(*pair) for pair in differ[:20]]
    assert len(told[0]) == len(ops)
    judge.verify(paths[0])  # which warns of whitespace that is not escaped
    judge.compare(*paths)


def first_difference(ours, official):
    at = next((i for i, (a, b) in enumerate(zip(ours, official)) if a != b), 0)
    return ascii(ours[max(at - 5, 0):at + 20]), ascii(official[max(at - 5, 0):at + 20])
