"""Counts what was found equal, and says so at the end."""
import pytest

EQUAL = {}  # kind: {name: is equal}


@pytest.fixture(scope="session")
def equal():
    """equal(kind, name, is_equal) notes one comparison; a name compared twice is equal only if it was both times."""
    def note(kind, name, is_equal):
        EQUAL.setdefault(kind, {})[name] = EQUAL.get(kind, {}).get(name, True) and is_equal
    return note


def pytest_terminal_summary(terminalreporter):
    if EQUAL:
        results = [is_equal for found in EQUAL.values() for is_equal in found.values()]
        kinds = ", ".join(f"{sum(found.values())} of {len(found)} {kind}" for kind, found in EQUAL.items())
        terminalreporter.write_line(f"{sum(results)} of {len(results)} archetypes, fields and cases equal ({kinds})")
