"""Encoded video, sample by sample: which ones start a group of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..components import VideoCodec

__all__ = ["detect_gop_start", "is_annex_b", "length_prefixed_to_annex_b"]

_START = b"\x00\x00\x00\x01"


def is_annex_b(sample: bytes) -> bool:
    """Whether a sample of H.264 or H.265 begins with a start code (00 00 01, or 00 00 00 01)."""
    return sample.startswith((_START, _START[1:]))


def length_prefixed_to_annex_b(sample: bytes, *, length_prefix_size: int = 4) -> bytes:
    """A sample as MP4 has it, where each NAL unit follows its size, with start codes instead. ValueError: it ends within a unit."""
    if not 1 <= length_prefix_size <= 4:
        raise ValueError(f"length_prefix_size is {length_prefix_size}: 1 to 4 bytes expected")
    out, at = bytearray(), 0
    while at < len(sample):
        size = int.from_bytes(sample[at : at + length_prefix_size], "big")
        end = at + length_prefix_size + size
        if at + length_prefix_size > len(sample) or end > len(sample):
            raise ValueError(f"the sample ends within an incomplete NAL unit: {size} bytes are announced at {at}, {max(len(sample) - at - length_prefix_size, 0)} are there")
        out += _START + sample[at + length_prefix_size : end]
        at = end
    return bytes(out)


def detect_gop_start(sample: bytes, codec: VideoCodec) -> bool:
    """Whether a sample starts a group of pictures, so that decoding may begin with it. H.264 and H.265 with start codes. ValueError: its sequence parameters cannot be read."""
    name = getattr(codec, "name", str(codec)).upper()
    if name not in _DETECTORS:
        raise ValueError(f"{codec!r} is no codec that is known: {', '.join(_DETECTORS)} expected")
    return _DETECTORS[name](bytes(sample))


# --- NAL units ----------------------------------------------------------------------------------------------------------------------


def _units(sample: bytes) -> Iterator[bytes]:
    at = sample.find(_START[1:])
    while at >= 0:
        end = sample.find(_START[1:], at + 3)
        yield sample[at + 3 : end if end >= 0 else len(sample)].rstrip(b"\x00")
        at = end


class _Bits:
    """Bits of a unit, the first byte's highest first; 00 00 03 stands for 00 00."""

    def __init__(self, unit: bytes) -> None:
        data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self.value, self.left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, n: int) -> int:
        if n > self.left:
            raise ValueError("Failed reading SPS: it ends too early")
        self.left -= n
        return (self.value >> self.left) & ((1 << n) - 1)

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("Failed reading SPS: a number in it has no end")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        k = self.golomb()
        return (k + 1) // 2 if k % 2 else -(k // 2)


_WITH_CHROMA = (44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244)
_LEVELS = (9, 10, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62)


def _at_most(value: int, limit: int, what: str) -> int:
    if value > limit:
        raise ValueError(f"Failed reading SPS: {what} is {value}, at most {limit} is possible")
    return value


def _scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _check_h264_sps(unit: bytes) -> None:
    """Reads the parameters as far as the size of pictures. ValueError: they make no sense."""
    bits = _Bits(unit[1:])
    profile, _, level = bits.take(8), bits.take(8), bits.take(8)
    if profile == 0 or level not in _LEVELS:
        raise ValueError(f"Failed reading SPS: profile {profile} and level {level} do not exist")
    _at_most(bits.golomb(), 31, "its id")
    if profile in _WITH_CHROMA:
        chroma = _at_most(bits.golomb(), 3, "the chroma format")
        if chroma == 3:
            bits.take(1)
        _at_most(bits.golomb(), 6, "the depth of luma")
        _at_most(bits.golomb(), 6, "the depth of chroma")
        bits.take(1)
        if bits.take(1):
            for i in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _scaling_list(bits, 16 if i < 6 else 64)
    _at_most(bits.golomb(), 12, "log2_max_frame_num_minus4")
    order = _at_most(bits.golomb(), 2, "the kind of picture order")
    if order == 0:
        _at_most(bits.golomb(), 12, "log2_max_pic_order_cnt_lsb_minus4")
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(_at_most(bits.golomb(), 255, "the cycle of picture orders")):
            bits.signed()
    _at_most(bits.golomb(), 16, "the number of reference frames")
    bits.take(1)
    _at_most(bits.golomb(), 1023, "the width in macroblocks")
    _at_most(bits.golomb(), 1023, "the height in macroblocks")


def _h264(sample: bytes) -> bool:
    """A picture that needs no other, and the parameters to decode it."""
    has_sps = has_idr = False
    for unit in _units(sample):
        kind = unit[0] & 0x1F if unit else 0
        if kind == 7:
            _check_h264_sps(unit)
            has_sps = True
        has_idr |= kind == 5
    return has_sps and has_idr


def _h265(sample: bytes) -> bool:
    kinds = {(unit[0] >> 1) & 0x3F for unit in _units(sample) if unit}
    return 33 in kinds and bool(kinds & set(range(16, 22)))


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(8):
        if at + i >= len(data):
            raise ValueError("the sample ends within the size of an OBU")
        value |= (data[at + i] & 0x7F) << (7 * i)
        if not data[at + i] & 0x80:
            return value, at + i + 1
    raise ValueError("the size of an OBU has no end")


def _av1(sample: bytes) -> bool:
    """A sequence header, and a frame that is a key frame."""
    at, has_sequence = 0, False
    while at < len(sample):
        head = sample[at]
        kind, has_extension, has_size = (head >> 3) & 15, head & 4, head & 2
        at += 2 if has_extension else 1
        size, at = _leb128(sample, at) if has_size else (len(sample) - at, at)
        body = sample[at : at + size]
        if kind == 1:
            has_sequence = True
        elif kind in (3, 6) and body:
            return has_sequence and not body[0] & 0x80 and (body[0] >> 5) & 3 == 0
        at += size
    return False


def _vp8(sample: bytes) -> bool:
    return len(sample) >= 10 and not sample[0] & 1 and sample[3:6] == b"\x9d\x01\x2a"


def _vp9(sample: bytes) -> bool:
    """frame_marker (2 bits), profile (2, and one more for profile 3), show_existing_frame, frame_type (0: a key frame), two flags, the sync code."""
    bits = "".join(f"{byte:08b}" for byte in sample[:5])
    at = 5 if bits[2:4] == "11" else 4
    return bits.startswith("10") and bits[at : at + 2] == "00" and bits[at + 4 : at + 28] == f"{0x498342:024b}"


_DETECTORS = {"H264": _h264, "H265": _h265, "AV1": _av1, "VP8": _vp8, "VP9": _vp9}
