"""What make.h makes, and what the official package's conveniences make of the same numbers and files (record_made.c has the other half)."""
import os
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rerun as rr
from PIL import Image

import judge

PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", Path(__file__).resolve().parents[2] / "build/test")) / "tests/programs/record_made"
N = 40
NUMBERS = ((np.arange(200) * 37 + 11) % 101 - 50).astype("f4") / np.float32(8)
SIZES = ((np.arange(200) * 53 + 7) % 97).astype("f4") / np.float32(8)
UNITS = ((np.arange(200) * 73 + 5) % 997).astype("f4") / np.float32(996)
PIXELS = (np.arange(9 * 7 * 8 + 64) * 31).astype("u1")


def colors():
    bytes_ = (np.arange(4 * N) * 7).astype("u1")
    made = {"rgb_floats": UNITS[: 3 * N].reshape(N, 3), "rgba_floats": UNITS[: 4 * N].reshape(N, 4), "rgba_bytes": bytes_.reshape(N, 4),
            "bgrx_bytes": bytes_.reshape(N, 4)[:, 2::-1], "one_by_one": bytes_.reshape(N, 4)}
    return {f"colors/{name}": rr.Points3D([[0, 0, 0]], colors=value) for name, value in made.items()}


def cameras():
    rows = NUMBERS[:12].reshape(3, 4)
    k = [[500.1, 0.3, 322.3], [0, 510.7, 238.9], [0, 0, 1]]
    transform = rr.Transform3D(translation=rows[:, 3], mat3x3=rows[:, :3])
    return {
        "pinhole/focal_length": rr.Pinhole(focal_length=500.3, width=641, height=479),
        "pinhole/two_focal_lengths": rr.Pinhole(focal_length=[500.1, 510.7], width=641, height=479, principal_point=[322.3, 238.9]),
        "pinhole/fov_y": rr.Pinhole(fov_y=0.8, aspect_ratio=1.7777),
        "pinhole/k": rr.Pinhole(image_from_camera=k, width=641, height=479),
        "transform/mat4": transform, "transform/mat3x4": transform, "transform/mat3": rr.Transform3D(mat3x3=NUMBERS[:9].reshape(3, 3)),
    }


def boxes():
    mins, sizes = NUMBERS[: 3 * N], SIZES[: 3 * N]
    made = {"boxes2d/mins_and_sizes": rr.Boxes2D(mins=mins[: 2 * N].reshape(N, 2), sizes=sizes[: 2 * N].reshape(N, 2)),
            "boxes3d/mins_and_sizes": rr.Boxes3D(mins=mins.reshape(N, 3), sizes=sizes.reshape(N, 3)), "boxes3d/sizes": rr.Boxes3D(sizes=sizes.reshape(N, 3))}
    at, of = (NUMBERS[: 4 * N] / np.float32(3)).reshape(N, 4)[:, :2], (SIZES[: 4 * N] / np.float32(3)).reshape(N, 4)[:, 2:]
    # The official package turns the order of the boxes round, too, when y comes first: one box each.
    for name, n in {"XYWH": N, "XYXY": N, "XCYCWH": N, "XCYCW2H2": N, "YXHW": 1, "YXYX": 1}.items():
        array = np.hstack([at, at + of if name in ("XYXY", "YXYX") else of])[:n]
        made[f"boxes2d/{name}"] = rr.Boxes2D(array=array, array_format=rr.Box2DFormat[name])
    return made


def images():
    made = {}
    for name, channels, dtype, model in (("l8", 1, "u1", "L"), ("rgb8", 3, "u1", "RGB"), ("rgba8", 4, "u1", "RGBA"), ("bgr8", 3, "u1", "BGR"), ("l16", 1, "u2", "L"), ("rgb16", 3, "u2", "RGB")):
        row = 7 * channels * np.dtype(dtype).itemsize
        made[f"image/{name}"] = rr.Image(PIXELS[: 5 * row].view(dtype).reshape(5, 7, channels), color_model=model)
        bottom_up = np.stack([PIXELS[56 * i:56 * i + row].view(dtype) for i in (4, 3, 2, 1, 0)]).reshape(5, 7, channels)
        made[f"image/{name}/bottom_up"] = rr.Image(bottom_up, color_model=model)
    made["image/depth"] = rr.DepthImage(PIXELS[:70].view("u2").reshape(5, 7), meter=1000)
    made["image/classes"] = rr.SegmentationImage(PIXELS[:35].reshape(5, 7))
    planes = [PIXELS[10 * i:10 * i + 8] for i in range(4)] + [PIXELS[100 + 12 * i:108 + 12 * i] for i in range(2)]
    made["image/nv12"] = rr.Image(bytes=np.concatenate(planes).tobytes(), width=8, height=4, pixel_format=rr.PixelFormat.NV12)
    return made


def tensors_and_meshes():
    array = (np.arange(120) * 91 - 5000).astype("i2").reshape(4, 5, 6)
    made = {"tensor/strided": rr.Tensor(array[::-2, ::2, :].transpose(0, 2, 1), dim_names=["z", "y", "x"])}
    for name, channels in (("rgb", 3), ("rgba", 4)):
        made[f"mesh/{name}"] = rr.Mesh3D(vertex_positions=NUMBERS[:18].reshape(6, 3), triangle_indices=[[0, 1, 2], [3, 4, 5], [0, 2, 5]], vertex_texcoords=UNITS[:12].reshape(6, 2),
                                         albedo_texture=PIXELS[: 35 * channels].reshape(5, 7, channels))
    return made


def write_files(folder):
    """{name: archetype}; the contents are as short as their formats allow."""
    glb = b'{"asset":{"version":"2.0"}} '
    contents = {
        "a.glb": ("Asset3D", b"glTF" + struct.pack("<IIII", 2, 20 + len(glb), len(glb), 0x4E4F534A) + glb),
        "a.gltf": ("Asset3D", b'{"asset": {"version": "2.0"}}'),
        "a.obj": ("Asset3D", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
        "a.stl": ("Asset3D", bytes(80) + struct.pack("<I", 1) + bytes(50)),
        "ascii.stl": ("Asset3D", b"solid x\nendsolid x\n"),
        "a.ply": ("Asset3D", b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n"),
        "a.mp4": ("AssetVideo", struct.pack(">I", 16) + b"ftypisom" + bytes(4)),
        "a.wav": ("AssetAudio", b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + bytes(4)),
        "a.flac": ("AssetAudio", b"fLaC\x80\0\0\x22" + bytes(34)),
        "a.mp3": ("AssetAudio", b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\x64" + bytes(413)),
        "b.mp3": ("AssetAudio", b"\xff\xfb\x90\x64" + bytes(413)),
        "a.ogg": ("AssetAudio", b"OggS\0\2" + bytes(21)),
        "a.opus": ("AssetAudio", b"OggS\0\2" + bytes(21)),
        "a.aac": ("AssetAudio", b"\xff\xf1\x50\x80\x01\x7f\xfc\0"),
        "a.m4a": ("AssetAudio", struct.pack(">I", 16) + b"ftypM4A " + bytes(4)),
        "brandless.m4a": ("AssetAudio", struct.pack(">I", 16) + b"ftypisom" + bytes(4)),
        "UPPER.OBJ": ("Asset3D", b"v 0 0 0\n"),
    }
    for name, (_, data) in contents.items():
        (folder / name).write_bytes(data)
    picture = Image.fromarray(PIXELS[:60].reshape(4, 5, 3))
    for name in ("a.png", "a.jpg", "b.jpeg"):
        picture.save(folder / name)
    return {**{name: archetype for name, (archetype, _) in contents.items()}, "a.png": "EncodedImage", "a.jpg": "EncodedImage", "b.jpeg": "EncodedImage"}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    files = write_files(folder)
    arguments = [part for name, archetype in files.items() for part in (f"files/{name}", archetype, folder / name)]
    ours, official = folder / "reel.rrd", folder / "official.rrd"
    done = subprocess.run([PROGRAM, ours, *arguments, "depth", "EncodedDepthImage", folder / "a.png"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rec = rr.RecordingStream("conformance", recording_id="the_recording", send_properties=False)
    rec.save(official)
    made = {**colors(), **cameras(), **boxes(), **images(), **tensors_and_meshes()}
    made |= {f"files/{name}": getattr(rr, archetype)(path=folder / name) for name, archetype in files.items()}
    made["depth"] = rr.EncodedDepthImage.from_fields(blob=(folder / "a.png").read_bytes(), media_type="image/png", meter=1000)
    for entity, archetype in made.items():
        rec.log(entity, archetype, static=True, strict=True)
    rec.disconnect()
    return ours, official, {f"/{entity}" for entity in made}


def test_what_is_made_is_equal(recorded, equal):
    ours, official, entities = recorded
    read, wanted = judge.read(ours), judge.read(official)
    assert {entity.replace("\\", "") for entity, _ in wanted} == entities
    found = judge.differences(read, wanted)
    for entity in {entity for entity, _ in wanted}:
        equal("conveniences", entity, not any(where == entity for where, _ in found))
    assert not found, judge.tell(found)


def test_official_compare_finds_no_difference(recorded):
    judge.compare(*recorded[:2])


def test_official_verify_is_silent(recorded):
    judge.verify(recorded[0])


def test_media_types_are_the_official_ones(recorded):
    """Written, and not left for the viewer to guess."""
    types = {entity: value for (entity, component), column in judge.read(recorded[0]).items() if component.endswith(":media_type") for _, _, value in column.rows}
    assert len(types) == 21 and set(types.values()) <= {(value,) for value in (
        "image/png", "image/jpeg", "model/gltf-binary", "model/gltf+json", "model/obj", "model/stl", "application/x-ply", "video/mp4", "audio/wav", "audio/flac", "audio/mpeg", "audio/ogg",
        "audio/aac", "audio/mp4")}
