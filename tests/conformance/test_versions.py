"""Versions 0.33 to 0.41 of the official tools, their readers and their viewers: what they know they open without a word, and docs/compatibility.md says what becomes of the rest."""
import difflib

import pytest

import compat
import versions
from script import EVERY, ROOT
from versions import VERSIONS


@pytest.fixture(scope="module")
def compatibility(tmp_path_factory):
    return compat.run(tmp_path_factory.mktemp("versions"))


@pytest.fixture(params=range(len(VERSIONS)), ids=[v.number for v in VERSIONS])
def told(request, compatibility):
    return compatibility.told[request.param]


def test_the_versions_are_what_they_are_called():
    assert [version.facts["version"] for version in VERSIONS] == ["0.33.1", "0.36.2", "0.41.0"]


def test_what_a_version_knows_its_tools_read_without_a_word(told):
    assert told.known == {"rrd verify": "", "rrd print": "", "rrd stats": "", "Python reader": ""}


def test_everything_that_a_version_knows_was_in_the_recording(told):
    assert told.columns == len(versions.all_known(told.version)) >= 350


def test_the_newest_version_knows_everything(compatibility):
    assert compatibility.told[-1].columns == sum(len(a.fields) for a in EVERY.values())
    assert compatibility.told[-1].items == []


def test_new_things_do_not_keep_the_other_tools_from_reading(told):
    assert not any(told.others.values()), told.others


def test_viewers_show_what_they_know_without_a_word(compatibility):
    assert len(compatibility.viewers) == 4 and compatibility.viewers == {viewer: [] for viewer in compatibility.viewers}


def test_the_page_is_what_was_run(compatibility):
    page = (ROOT / "docs/compatibility.md").read_text(encoding="utf-8")
    assert compat.page(compatibility) == page, "tools/compatibility.py writes the page anew:\n" + "\n".join(
        difflib.unified_diff(page.splitlines(), compat.page(compatibility).splitlines(), "docs/compatibility.md", "this run", lineterm=""))
