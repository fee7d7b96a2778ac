"""What libreel_image compresses, another decoder gives back, and the official tools read (record_image_codec.c draws the same picture)."""
import io
import os
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import judge

PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", Path(__file__).resolve().parents[2] / "build/test")) / "tests/programs/record_image_codec"
WIDTH, HEIGHT = 101, 67
MODELS = ["L", "RGB", "RGBA", "BGR", "BGRA"]


def picture(model, bits):
    """(height, width, channels) in the order of PNG and JPEG, whatever the order in memory was."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    drawn = np.dstack([2 * x, 3 * y, x + y, 255 - x - y])
    if bits == 16:
        drawn = drawn * 257 - x[..., None]
    return drawn[..., : len(model)].astype("u1" if bits == 8 else "u2")


def decode_png(data):
    """Pillow has no 16-bit RGB: the filters are undone here."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts, header = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        parts += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height, bits, color, *_ = header
    step = {0: 1, 2: 3, 6: 4}[color] * bits // 8
    lines = np.frombuffer(zlib.decompress(parts), "u1").reshape(height, 1 + width * step)
    out = np.zeros((height + 1, step + width * step), "i4")
    for row, line in enumerate(lines, 1):
        for i in range(step, out.shape[1]):
            left, up, corner = out[row, i - step], out[row - 1, i], out[row - 1, i - step]
            estimate = left + up - corner
            nearest = min((abs(estimate - left), 0, left), (abs(estimate - up), 1, up), (abs(estimate - corner), 2, corner))[2]
            out[row, i] = (int(line[1 + i - step]) + [0, left, up, (left + up) // 2, nearest][line[0]]) % 256
    pixels = out[1:, step:].astype("u1")
    return pixels.reshape(height, width, -1) if bits == 8 else np.ascontiguousarray(pixels).view(">u2").astype("u2").reshape(height, width, -1)


def decode(data):
    return np.asarray(Image.open(io.BytesIO(data))).reshape(HEIGHT, WIDTH, -1)


def assert_close(got, wanted):
    assert got.shape == wanted.shape
    differs = np.abs(got.astype("i4") - wanted)
    assert differs.mean() < 2 and differs.max() < 32, (differs.mean(), differs.max())


@pytest.fixture(scope="module")
def compressed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("codec")
    done = subprocess.run([PROGRAM, folder / "codec.rrd", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def rows(compressed):
    return {key: column.rows[0][2][0] for key, column in judge.read(compressed / "codec.rrd").items()}


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("model", MODELS)
def test_png_gives_back_every_pixel(compressed, rows, model, bits):
    data, wanted = (compressed / f"{model}{bits}.png").read_bytes(), picture(model, bits)
    assert np.array_equal(decode_png(data), wanted)
    assert np.array_equal(decode_png(rows[f"/png/{model}{bits}", "EncodedImage:blob"]), wanted)
    if bits == 8 or model == "L":
        assert np.array_equal(decode(data), wanted)


@pytest.mark.parametrize("model", MODELS)
def test_jpeg_comes_close(compressed, rows, model):
    wanted = picture(model, 8)[..., :3]
    data = (compressed / f"{model}8.jpg").read_bytes()
    assert_close(decode(data), wanted)
    assert rows[f"/jpeg/{model}8", "EncodedImage:blob"] == data


@pytest.mark.parametrize("model", MODELS)
def test_rows_may_be_bottom_up(compressed, model):
    wanted = picture(model, 8)[::-1]
    assert np.array_equal(decode((compressed / f"{model}8_bottom_up.png").read_bytes()), wanted)
    assert_close(decode((compressed / f"{model}8_bottom_up.jpg").read_bytes()), wanted[..., :3])


def test_the_rows_are_what_the_official_tools_take(compressed, rows):
    judge.verify(compressed / "codec.rrd")
    code, said = judge.rerun("rrd", "print", compressed / "codec.rrd")
    assert code == 0 and "WARN" not in said and "ERROR" not in said
    assert {value for (_, component), value in rows.items() if component == "EncodedImage:media_type"} == {"image/png", "image/jpeg"}
    assert np.array_equal(decode(rows["/depth", "EncodedDepthImage:blob"]), picture("L", 16))
    assert (rows["/depth", "EncodedDepthImage:media_type"], struct.unpack("<d", rows["/depth", "EncodedDepthImage:meter"])[0]) == ("image/png", 1000)
    assert len(rows) == 2 * 15 + 3 + 1  # and the start time


def test_the_official_package_compresses_the_same_pixels(rows):
    """Its own JPEG of the same picture is no further from ours than either is from the picture."""
    import rerun as rr
    official = rr.Image(picture("RGB", 8)).compress(jpeg_quality=95)
    data = bytes(official.blob.as_arrow_array()[0].as_py())
    assert_close(decode(rows["/jpeg/RGB8", "EncodedImage:blob"]), decode(data).astype("i4"))
