"""Recordings of generators, coroutines and asynchronous generators: theirs while they run, the caller's while they wait."""

import asyncio
import contextlib
import inspect

import pytest
import reel as rr


def name() -> str | None:
    recording = rr.get_data_recording()
    return None if recording is None else recording.get_application_id()


def test_coroutines_keep_their_recordings():
    @rr.thread_local_stream("task")
    async def work(i):
        mine = rr.get_data_recording()
        for _ in range(3):
            await asyncio.sleep(0.001 * i)
            assert rr.get_data_recording() is mine
        return mine

    async def main():
        with rr.RecordingStream("outer"):
            tasks = [asyncio.ensure_future(work(i)) for i in range(4)]
            await asyncio.sleep(0)
            assert name() == "outer"
            return await asyncio.gather(*tasks)

    assert inspect.iscoroutinefunction(work)
    recordings = asyncio.run(main())
    assert [recording.get_application_id() for recording in recordings] == ["task"] * 4 and len(set(map(id, recordings))) == 4
    assert name() is None


def test_coroutines_are_cancelled_within_their_recordings():
    seen = []

    @rr.thread_local_stream("task")
    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append(name())
            raise

    async def main():
        task = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen == ["task"] and name() is None


def test_asynchronous_generators_keep_theirs():
    ended = []

    @rr.thread_local_stream("source")
    async def source():
        try:
            for i in range(3):
                await asyncio.sleep(0)
                assert (yield (i, name())) in (None, "sent")
        finally:
            ended.append(name())

    async def main():
        with rr.RecordingStream("outer"):
            found = []
            async for item in source():
                found.append((item, name()))
            early = source()
            assert await early.__anext__() == (0, "source") and await early.asend("sent") == (1, "source")
            await early.aclose()
            return found

    assert asyncio.run(main()) == [((i, "source"), "outer") for i in range(3)]
    assert ended == ["source", "source"] and name() is None


def made_by(kind):
    inner = rr.RecordingStream("inner")

    def body():
        try:
            yield name()
        except KeyError:
            yield "caught in " + str(name())
        finally:
            ended.append(name())

    @rr.recording_stream_generator_ctx
    def with_block():
        with inner:
            yield from body()

    ended: list[str | None] = []
    return (with_block if kind == "with_block" else rr.thread_local_stream("inner")(body)), ended


@pytest.mark.parametrize("kind", ["with_block", "thread_local_stream"])
def test_what_is_thrown_into_a_generator_gets_there(kind):
    make, ended = made_by(kind)
    with rr.RecordingStream("outer"):
        generator = make()
        assert next(generator) == "inner" and name() == "outer"
        assert generator.throw(KeyError()) == "caught in inner" and name() == "outer"
        assert list(generator) == [] and ended == ["inner"]
        closed = make()
        next(closed)
        closed.close()
        assert ended == ["inner", "inner"] and name() == "outer"
    assert name() is None


@pytest.mark.parametrize("kind", ["with_block", "thread_local_stream"])
def test_context_managers_of_generators(kind):
    make, ended = made_by(kind)
    with contextlib.contextmanager(make)() as given:
        assert given == "inner" and name() is None
    with pytest.raises(RuntimeError, match="didn't stop"), contextlib.contextmanager(make)():
        raise KeyError
    assert ended[0] == "inner" and name() is None
