"""The pages of docs/reference: nothing is missing, nothing is left over, and every link leads somewhere. That they are fresh, the house tests say."""
import re

import pytest
from conftest import MODEL, ROOT, SNIPPETS, VIEWS
from PIL import Image

import emit_reference
import generate

NAMES = [archetype.c_name for archetype in MODEL.data()] + [view.file_name for view in VIEWS]
REFERENCE = ROOT / "docs/reference"
PAGES = sorted(name for name in generate.files() if name.startswith("docs/reference/"))
PICTURES = sorted(REFERENCE.glob("pictures/*"))
PICTURE_BYTES_MAX, ALL_PICTURES_BYTES_MAX = 50_000, 2_500_000


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.S)


def test_there_are_no_other_pages():
    assert sorted(path.relative_to(ROOT).as_posix() for path in REFERENCE.rglob("*.md")) == PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.removeprefix("docs/reference/"))
def test_every_link_leads_somewhere(page):
    text = without_code((ROOT / page).read_text())
    links = re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", text)
    assert links
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def pages_by_name():
    return {page.rpartition("/")[2].removesuffix(".md"): (ROOT / page).read_text() for page in PAGES}


def test_archetypes_and_views_name_each_other():
    texts = pages_by_name()
    linked = {name: set(re.findall(r"\]\(\.\./(?:archetypes|views)/(\w+)\.md\)", texts[name])) for name in NAMES}
    one_sided = [(a, b) for a, others in linked.items() for b in others if a not in linked[b] and b != "dataframe_view"]  # that one shows everything
    assert one_sided == []
    assert sum(map(len, linked.values())) > 100


def test_a_page_has_an_example_and_a_picture_or_says_why_not():
    excepted = emit_reference.read_facts(SNIPPETS / "facts.txt").pictures
    texts = pages_by_name()
    assert set(excepted) <= set(NAMES)
    assert {path.stem for path in PICTURES} == set(NAMES) - set(excepted)
    assert [name for name in NAMES if "```c\n" not in texts[name]] == []
    assert [name for name in NAMES if (f"pictures/{name}.png" in texts[name]) != (name not in excepted)] == []


def test_every_view_says_what_it_is():
    views = emit_reference.read_facts(SNIPPETS / "facts.txt").views
    assert {view.name for view in VIEWS} == {name for name, text in views.items() if text}


def test_the_constants_of_views_are_those_of_the_header():
    header = (ROOT / "include/reel/blueprint.h").read_text()
    assert {view.constant for view in VIEWS} == set(re.findall(r"\bREEL_VIEW_\w+(?= = )", header))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_and_shows_something(picture):
    image = Image.open(picture)
    assert (image.format, image.size) == ("PNG", (480, 320))
    assert picture.stat().st_size <= PICTURE_BYTES_MAX
    counts = sorted((count for count, _ in image.convert("RGB").getcolors(480 * 320)), reverse=True)
    assert counts[0] < 0.99 * sum(counts), "all of one colour"


def test_all_pictures_together_are_small():
    assert 0 < sum(path.stat().st_size for path in PICTURES) <= ALL_PICTURES_BYTES_MAX
