"""Iterables that never end are refused, and the recording goes on."""
import itertools

import pytest
import reel


class Endless:
    """A sequence by the old protocol, without an end."""

    def __getitem__(self, index):
        return ()


@pytest.mark.parametrize("make", [lambda: itertools.repeat([]), Endless, lambda: itertools.repeat(())])
def test_what_is_logged_must_end(make):
    recording = reel.RecordingStream("reel_endless")
    memory = recording.memory_recording()
    with pytest.warns(reel.RerunWarning, match="gives more than 4096 things to log"):
        recording.log("a", make())
    with pytest.raises(ValueError, match="at most 512 components"):
        recording.log("a", make(), strict=True)
    before = memory.num_msgs()
    recording.log("a", [reel.Scalars(1.0), reel.TextLog("on it goes")])
    assert memory.num_msgs() == before + 1
