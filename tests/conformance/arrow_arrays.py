"""Arrow arrays of every type, made at random from a seed: nested, with nulls, sliced."""
import numpy as np
import pyarrow as pa

SIMPLE = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(),
          pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.duration("s"), pa.duration("ms"), pa.duration("us"), pa.duration("ns"),
          pa.timestamp("s"), pa.timestamp("ms", "UTC"), pa.timestamp("us", "Europe/Berlin"), pa.timestamp("ns"), pa.month_day_nano_interval(),
          pa.decimal32(7, 2), pa.decimal64(15, -3), pa.decimal128(30, 4), pa.decimal256(60, 10), pa.binary(1), pa.binary(7)]
TEXTS = [pa.utf8(), pa.large_utf8(), pa.binary(), pa.large_binary(), pa.string_view(), pa.binary_view()]
NESTED = ["list", "large_list", "list_view", "large_list_view", "fixed_size_list", "struct", "map", "dense", "sparse", "dictionary", "run_ends"]
DECODED = ("list_view", "large_list_view", "dictionary", "run_ends")  # what Reel writes as plain values, beside views of texts


def width_of(data_type):
    return {pa.decimal32(7, 2): 4, pa.decimal64(15, -3): 8}.get(data_type) or data_type.bit_width // 8


class Maker:
    """for_official: only what the official SDK takes without ending the process, or writing something else: neither slices nor what Reel decodes."""

    def __init__(self, seed, for_official=False, left_out=()):
        self.random = np.random.default_rng(seed)
        self.for_official = for_official
        self.left_out = (*left_out, *(DECODED if for_official else ()))

    def pick(self, choices):
        return choices[self.random.integers(len(choices))]

    def mask(self, n, nulls):
        """Bits of what is null, or None."""
        return self.random.random(n) < self.pick([0.1, 0.5, 1.0]) if nulls and self.random.random() < 0.7 else None

    def bitmap(self, mask):
        return None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little").tobytes())

    def array(self, n, depth=3, nulls=True):
        """n values, which may be a slice of more. Without nulls the array's own values are all there."""
        before, behind = self.random.integers(0, 4, 2) if not self.for_official and self.random.random() < 0.5 else (0, 0)
        made = self.whole(int(n + before + behind), depth, nulls)
        return made.slice(int(before), int(n))

    def whole(self, n, depth, nulls):
        kind = self.random.random()
        if depth == 0 or kind < 0.25:
            return self.simple(n, nulls)
        if kind < 0.4:
            return self.texts(n, nulls)
        if kind < 0.5:
            return pa.array(self.random.random(n) < 0.5, mask=self.mask(n, nulls)) if kind < 0.47 or not nulls else pa.nulls(n)
        return getattr(self, self.pick([name for name in NESTED if name not in self.left_out]))(n, depth - 1, nulls)

    def simple(self, n, nulls):
        data_type = self.pick(SIMPLE)
        mask, width = self.mask(n, nulls), width_of(data_type)
        if pa.types.is_decimal(data_type) or pa.types.is_interval(data_type) or pa.types.is_temporal(data_type):
            small = self.random.integers(0, 1000, n)  # what every reader can show
            if pa.types.is_date64(data_type):
                small *= 86_400_000
            if pa.types.is_interval(data_type):
                data = b"".join(int(v).to_bytes(4, "little") * 2 + int(v).to_bytes(8, "little") for v in small)
            else:
                data = b"".join(int(v).to_bytes(width, "little") for v in small)
        else:
            data = self.random.bytes(n * width)
        return pa.Array.from_buffers(data_type, n, [self.bitmap(mask), pa.py_buffer(data)])

    def texts(self, n, nulls):
        data_type = self.pick([t for t in TEXTS if not self.for_official or t not in (pa.string_view(), pa.binary_view())])
        is_text = data_type in (pa.utf8(), pa.large_utf8(), pa.string_view())
        values = [self.pick(["", "a", "é" * 3, "longer than twelve bytes", "\0x", "日本語" * 5]) if is_text else self.random.bytes(self.random.integers(0, 30)) for _ in range(n)]
        mask = self.mask(n, nulls)
        return pa.array(values, data_type, mask=mask)

    def offsets(self, n, dtype, mask):
        """Ascending, from any first one; what is null may have a length."""
        lengths = self.random.integers(0, 4, n)
        return (np.concatenate([[0], np.cumsum(lengths)]) + self.random.integers(0, 3)).astype(dtype)

    def field(self, name, made):
        nullable = self.random.random() < 0.5 or any(told(value) is None for value in made)
        metadata = {"unit": "m", "": "é"} if self.random.random() < 0.2 else None
        return pa.field(name, made.type, nullable, metadata)

    def lists(self, n, depth, nulls, make_type, dtype):
        mask = self.mask(n, nulls)
        offsets = self.offsets(n, dtype, mask)
        items = self.array(int(offsets[-1]) + 2, depth)
        data_type = make_type(self.field(self.pick(["item", "element", ""]), items))
        return pa.Array.from_buffers(data_type, n, [self.bitmap(mask), pa.py_buffer(offsets.tobytes())], children=[items])

    def list(self, n, depth, nulls): return self.lists(n, depth, nulls, pa.list_, "i4")
    def large_list(self, n, depth, nulls): return self.lists(n, depth, nulls, pa.large_list, "i8")

    def views(self, n, depth, nulls, make_type, dtype):
        mask, items = self.mask(n, nulls), self.array(10, depth)
        offsets = self.random.integers(0, 6, n).astype(dtype)
        sizes = self.random.integers(0, 4, n).astype(dtype)
        return pa.Array.from_buffers(make_type(self.field("item", items)), n, [self.bitmap(mask), pa.py_buffer(offsets.tobytes()), pa.py_buffer(sizes.tobytes())], children=[items])

    def list_view(self, n, depth, nulls): return self.views(n, depth, nulls, pa.list_view, "i4")
    def large_list_view(self, n, depth, nulls): return self.views(n, depth, nulls, pa.large_list_view, "i8")

    def fixed_size_list(self, n, depth, nulls):
        size = int(self.random.integers(1, 4))
        items = self.array(n * size, depth)
        return pa.Array.from_buffers(pa.list_(self.field("item", items), size), n, [self.bitmap(self.mask(n, nulls))], children=[items])

    def struct(self, n, depth, nulls):
        children = [self.array(n, depth) for _ in range(self.random.integers(1, 4))]
        fields = [self.field(f"f{i}", child) for i, child in enumerate(children)]
        return pa.Array.from_buffers(pa.struct(fields), n, [self.bitmap(self.mask(n, nulls))], children=children)

    def map(self, n, depth, nulls):
        mask = self.mask(n, nulls)
        offsets = self.offsets(n, "i4", mask)
        items = self.array(int(offsets[-1]), depth)
        keys = pa.array([f"k{i}" for i in range(len(items))], pa.utf8())
        data_type = pa.map_(pa.utf8(), pa.field("value", items.type, True), bool(self.random.random() < 0.3))
        entries = pa.Array.from_buffers(pa.struct([pa.field("key", pa.utf8(), False), data_type.item_field]), len(items), [None], children=[keys, items])
        return pa.Array.from_buffers(data_type, n, [self.bitmap(mask), pa.py_buffer(offsets.tobytes())], children=[entries])

    def codes(self, n, k):
        codes = self.pick([list(range(k)), sorted(int(c) for c in self.random.choice(100, k, replace=False))])
        return codes, self.random.integers(0, k, n)

    def dense(self, n, depth, nulls):
        children = [self.array(8, depth) for _ in range(self.random.integers(1, 4))]
        codes, chosen = self.codes(n, len(children))
        offsets = np.sort(self.random.integers(0, 8, n)).astype("i4")
        return pa.UnionArray.from_dense(pa.array(np.array(codes)[chosen].astype("i1")), pa.array(offsets), children, [f"u{i}" for i in range(len(children))], codes)

    def sparse(self, n, depth, nulls):
        children = [self.array(n, depth) for _ in range(self.random.integers(1, 4))]
        codes, chosen = self.codes(n, len(children))
        return pa.UnionArray.from_sparse(pa.array(np.array(codes)[chosen].astype("i1")), children, [f"u{i}" for i in range(len(children))], codes)

    def dictionary(self, n, depth, nulls):
        values = self.pick([self.texts, self.simple])(6, nulls)
        indices = pa.array(self.random.integers(0, 6, n).astype(self.pick(["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])), mask=self.mask(n, nulls))
        return pa.DictionaryArray.from_arrays(indices, values)

    def run_ends(self, n, depth, nulls):
        ends = np.unique(np.append(self.random.integers(1, n + 1, min(n, 4)), n)) if n else np.array([], "i4")
        values = self.pick([self.texts, self.simple])(len(ends), nulls)
        return pa.RunEndEncodedArray.from_arrays(pa.array(ends.astype(self.pick(["i2", "i4", "i8"]))), values)


def plain(data_type):
    """The type as Reel writes it: what only says how values are stored is gone."""
    def field(f):
        # runs have no nulls of their own: their values' field says whether there may be any
        return f.with_type(plain(f.type)).with_nullable(f.nullable or pa.types.is_run_end_encoded(f.type))
    if pa.types.is_dictionary(data_type) or pa.types.is_run_end_encoded(data_type):
        return plain(data_type.value_type)
    if isinstance(data_type, pa.BaseExtensionType):
        return plain(data_type.storage_type)
    if data_type == pa.string_view() or data_type == pa.binary_view():
        return pa.utf8() if data_type == pa.string_view() else pa.binary()
    if pa.types.is_fixed_size_list(data_type):
        return pa.list_(field(data_type.value_field), data_type.list_size)
    if pa.types.is_map(data_type):
        return pa.map_(field(data_type.key_field), field(data_type.item_field), data_type.keys_sorted)
    if pa.types.is_large_list(data_type) or pa.types.is_large_list_view(data_type):
        return pa.large_list(field(data_type.value_field))
    if pa.types.is_list(data_type) or pa.types.is_list_view(data_type):
        return pa.list_(field(data_type.value_field))
    if pa.types.is_struct(data_type):
        return pa.struct([field(data_type.field(i)) for i in range(data_type.num_fields)])
    if pa.types.is_union(data_type):
        return pa.union([field(data_type.field(i)) for i in range(data_type.num_fields)], data_type.mode, data_type.type_codes)
    return data_type


def told(scalar):
    """A value as texts and tuples, nanoseconds and NaN and all."""
    if isinstance(scalar, pa.ExtensionScalar):
        return told(scalar.value)
    if isinstance(scalar, pa.DictionaryScalar):
        return told(scalar.dictionary[scalar.index.as_py()]) if scalar.index.is_valid else None
    if isinstance(scalar, pa.RunEndEncodedScalar):
        return told(scalar.value)
    if isinstance(scalar, pa.UnionScalar):
        value = told(scalar.value)
        return None if value is None else (scalar.type_code, value)  # pyarrow is not sure of the code of a null
    if scalar is None or not scalar.is_valid:
        return None
    t = scalar.type
    if isinstance(scalar, pa.StructScalar):
        return tuple((t.field(i).name, told(scalar[i])) for i in range(t.num_fields))
    if getattr(scalar, "values", None) is not None:
        return tuple(told(v) for v in scalar.values)
    if pa.types.is_floating(t):
        return str(float(scalar.as_py()))
    return scalar.value if pa.types.is_temporal(t) and not pa.types.is_interval(t) else str(scalar.as_py())
