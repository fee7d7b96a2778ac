"""Lenses: components made of other components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._send_dataframe import RERUN_KIND, RERUN_KIND_INDEX, SORBET_ARCHETYPE_NAME, SORBET_COMPONENT, SORBET_COMPONENT_TYPE
from ._selector import Selector, as_selector

if TYPE_CHECKING:
    import pyarrow as pa

    from .._baseclasses import ComponentDescriptor
    from ._chunk import Chunk
    from ._record_batch import Component

TimelineType = Literal["sequence", "duration_ns", "timestamp_ns", "duration", "timestamp"]
_TIMELINE_TYPES = {"sequence": "int64", "duration_ns": "duration", "timestamp_ns": "timestamp", "duration": "duration", "timestamp": "timestamp"}


def _transform3d(field: str) -> ComponentDescriptor:
    from ..archetypes import Transform3D

    return getattr(Transform3D, f"descriptor_{field}")()


def _scalars() -> ComponentDescriptor:
    from ..archetypes import Scalars

    return Scalars.descriptor_scalars()


class DeriveLens:
    """Makes new components, and timelines, of one component. Each method gives a lens with one more output; the lens it is called on stays as it is.

    input_component: "Imu:accel". output_entity: where the new components go; None: to the entity of the chunk. scatter: each value of a row gets a row of its own."""

    __slots__ = ("_components", "_timelines", "input_component", "output_entity", "scatter")

    def __init__(self, input_component: str, *, output_entity: str | None = None, scatter: bool = False) -> None:
        self.input_component = input_component
        self.output_entity = output_entity
        self.scatter = scatter
        self._components: tuple[tuple[ComponentDescriptor, Selector, Any], ...] = ()
        self._timelines: tuple[tuple[str, str, Selector], ...] = ()

    def _copy(self) -> DeriveLens:
        lens = DeriveLens(self.input_component, output_entity=self.output_entity, scatter=self.scatter)
        lens._components, lens._timelines = self._components, self._timelines
        return lens

    def to_component(
        self, component: ComponentDescriptor | str, selector: Selector | str, *, cast_to: pa.DataType | Literal["auto"] | None = None
    ) -> DeriveLens:
        """One more component: what the selector makes of the input.

        cast_to: a type of values; "auto": that of the component; None: as they come."""
        from .._baseclasses import ComponentDescriptor

        lens = self._copy()
        descriptor = ComponentDescriptor(component) if isinstance(component, str) else component
        lens._components += ((descriptor, as_selector(selector), cast_to),)
        return lens

    def to_timeline(self, timeline_name: str, timeline_type: TimelineType, selector: Selector | str) -> DeriveLens:
        """One more timeline: the selector gives one int64 per row. timeline_type: "sequence", "duration_ns" or "timestamp_ns"."""
        if timeline_type not in _TIMELINE_TYPES:
            raise ValueError(f'Invalid timeline_type: "{timeline_type}". "sequence", "duration_ns" or "timestamp_ns" expected')
        lens = self._copy()
        lens._timelines += ((timeline_name, _TIMELINE_TYPES[timeline_type], as_selector(selector)),)
        return lens

    def to_packed_component(
        self, component: ComponentDescriptor | str, *fields: str, cast_to: pa.DataType | Literal["auto"] | None = "auto"
    ) -> DeriveLens:
        """One more component: fields of one type as one vector."""
        if not fields:
            raise ValueError("to_packed_component needs at least one field")
        return self.to_component(component, f"pack({', '.join(f'.{field}!' for field in fields)})", cast_to=cast_to)

    def to_translation(self, x: str, y: str, z: str) -> DeriveLens:
        """`Transform3D:translation` of three fields."""
        return self.to_packed_component(_transform3d("translation"), x, y, z)

    def to_quaternion(self, x: str, y: str, z: str, w: str) -> DeriveLens:
        """`Transform3D:quaternion` of four fields."""
        return self.to_packed_component(_transform3d("quaternion"), x, y, z, w)

    def to_scale(self, x: str, y: str, z: str) -> DeriveLens:
        """`Transform3D:scale` of three fields."""
        return self.to_packed_component(_transform3d("scale"), x, y, z)

    def to_rotation_axis_angle(self, axis_x: str, axis_y: str, axis_z: str, angle: str) -> DeriveLens:
        """`Transform3D:rotation_axis_angle` of an axis's three fields and an angle in radians."""
        pack = Selector(f"pack(.{axis_x}!, .{axis_y}!, .{axis_z}!)")

        def build(struct: pa.Array) -> pa.Array:
            import pyarrow as pa

            axis = pack.execute(struct).cast(pa.list_(pa.field("item", pa.float32(), False), 3))
            angles = Selector(f".{angle}").execute(struct).cast(pa.float32())
            return pa.StructArray.from_arrays([axis, angles], fields=[pa.field("axis", axis.type, False), pa.field("angle", pa.float32(), False)])

        return self.to_component(_transform3d("rotation_axis_angle"), Selector(".").pipe(build))

    def to_scalars(self, *fields: str) -> DeriveLens:
        """`Scalars:scalars`, one value per field."""
        if not fields:
            raise ValueError("to_scalars needs at least one field")
        if len(fields) == 1:
            return self.to_component(_scalars(), f".{fields[0]}")
        return self.to_component(_scalars(), f"pack({', '.join(f'.{field}!' for field in fields)}) | .[]")


class MutateLens:
    """Changes a component in its place. keep_row_ids: rows keep their ids; else they get new ones."""

    __slots__ = ("input_component", "keep_row_ids", "selector")

    def __init__(self, input_component: str, selector: Selector | str, *, keep_row_ids: bool = False) -> None:
        self.input_component = input_component
        self.selector = as_selector(selector)
        self.keep_row_ids = keep_row_ids


Lens: TypeAlias = DeriveLens | MutateLens


# --- a chunk's columns --------------------------------------------------------------------------------------------------------------


class _Source:
    """A chunk as columns by name."""

    def __init__(self, chunk: Chunk) -> None:
        batch = chunk.to_record_batch()
        self.chunk = chunk
        self.entity = chunk.entity_path
        self.row_ids = batch.column(0)
        self.times: list[tuple[str, pa.Array]] = []
        self.components: dict[str, Component] = {}
        for field, array in zip(list(batch.schema)[1:], batch.columns[1:]):
            metadata = field.metadata
            if metadata[RERUN_KIND] == RERUN_KIND_INDEX:
                self.times.append((field.name, array))
                continue
            texts = [metadata.get(key) for key in (SORBET_COMPONENT, SORBET_ARCHETYPE_NAME, SORBET_COMPONENT_TYPE)]
            component, archetype, component_type = (text.decode() if text else None for text in texts)
            self.components[component or field.name] = (component or field.name, archetype, component_type, array)

    def run(self, selector: Selector, component: str, what: str) -> pa.Array | None:
        from ._selector import SelectorError

        try:
            return selector.execute_per_row(self.components[component][3])
        except SelectorError as error:
            message = str(error).removeprefix("Selector execution failed: ")
            raise ValueError(f"{self.entity}: {what} cannot be made of component {component!r}: {message}") from error


def select_component(chunk: Chunk, component: str, selector: Selector | str) -> Chunk:
    """See Chunk.apply_selector."""
    from ._record_batch import remade

    source = _Source(chunk)
    if component not in source.components:
        raise ValueError(f"{source.entity}: component {component!r} was not found in the chunk")
    values = source.run(as_selector(selector), component, repr(component))
    if values is None:
        raise ValueError(f"{source.entity}: the selector {selector} gives nothing of component {component!r}")
    name, archetype, component_type, _ = source.components[component]
    components = {**source.components, component: (name, archetype, component_type, values)}
    return remade(chunk, source.entity, source.times, components.values(), source.row_ids)._with_new_row_ids()


# --- lenses -------------------------------------------------------------------------------------------------------------------------


def _cast(values: pa.Array, cast_to: Any, descriptor: ComponentDescriptor) -> pa.Array:
    import pyarrow as pa

    if cast_to is None:
        return values
    if isinstance(cast_to, str):
        from .. import _reel

        if not descriptor.component_type:
            return values
        try:
            cast_to = pa.array(_reel.batch_class(descriptor.component_type)([])).type
        except KeyError:
            return values
    try:
        return values.cast(pa.list_(pa.field("item", cast_to, True)))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"component {descriptor.component!r}: values of the type {values.type.value_type} cannot be cast to {cast_to}: {error}") from error


def _time_column(values: pa.Array | None, kind: str, name: str) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if values is None:
        return None
    if not pa.types.is_int64(values.type.value_type):
        raise ValueError(f"timeline {name!r} needs int64 values, not {values.type.value_type}")
    flat = pc.list_flatten(values)
    if len(flat) != len(values) or flat.null_count or not pc.all(pc.equal(pc.list_value_length(values), 1)).as_py():
        raise ValueError(f"timeline {name!r} needs one value per row")
    return flat if kind == "int64" else flat.cast(pa.duration("ns") if kind == "duration" else pa.timestamp("ns"))


class _Outputs:
    """What lenses make of a chunk: columns beside its own, chunks with rows of their own, and columns of other entities."""

    def __init__(self, source: _Source) -> None:
        self.source = source
        self.own: dict[str, Component] = {}
        self.others: dict[str, dict[str, Component]] = {}
        self.separate: list[Chunk] = []
        self.claimed: set[tuple[str, str]] = set()
        self.has_new_rows = False

    def claim(self, entity: str, component: str) -> None:
        if (entity, component) in self.claimed:
            raise ValueError(f"lens collision at entity {entity}: component {component!r} is made by two lenses")
        self.claimed.add((entity, component))

    def mutate(self, lens: MutateLens) -> None:
        component, archetype, component_type, _ = self.source.components[lens.input_component]
        self.claim(self.source.entity, component)
        values = self.source.run(lens.selector, component, repr(component))
        self.has_new_rows |= not lens.keep_row_ids
        if values is not None:
            self.own[component] = (component, archetype, component_type, values)

    def derive(self, lens: DeriveLens) -> None:
        if not lens._components:
            raise ValueError(f"the lens of component {lens.input_component!r} makes no component: call to_component() or one of its sisters")
        entity = lens.output_entity or self.source.entity
        made: dict[str, Component] = {}
        for descriptor, selector, cast_to in lens._components:
            self.claim(entity, descriptor.component)
            values = self.source.run(selector, lens.input_component, repr(descriptor.component))
            if values is not None:
                made[descriptor.component] = (descriptor.component, descriptor.archetype, descriptor.component_type, _cast(values, cast_to, descriptor))
        times = [
            (name, _time_column(self.source.run(selector, lens.input_component, f"timeline {name!r}"), kind, name))
            for name, kind, selector in lens._timelines
        ]
        if lens.scatter or times:
            self.separate += self._rows_of_their_own(entity, made, [(n, a) for n, a in times if a is not None], lens.scatter)
        elif entity == self.source.entity:
            self.own.update(made)
        else:
            self.others.setdefault(entity, {}).update(made)

    def _rows_of_their_own(self, entity: str, made: dict[str, Component], times: list[tuple[str, pa.Array]], scatter: bool) -> list[Chunk]:
        from ._record_batch import made_of

        if not made:
            return []
        new = {name for name, _ in times}
        all_times = [*((name, array) for name, array in self.source.times if name not in new), *times]
        components = list(made.values())
        if scatter:
            rows, components = _scattered(components)
            all_times = [(name, array.take(rows)) for name, array in all_times]
        return [made_of(entity, all_times, components, is_sorted=True)]


def _scattered(components: list[Component]) -> tuple[pa.Array, list[Component]]:
    """A row for each value; rows without one stay. (rows of the source, components)"""
    import pyarrow as pa

    lengths = [[n or 0 for n in c[3].value_lengths().to_pylist()] for c in components]
    most = [max(*row, 1) if len(row) > 1 else max(row[0], 1) for row in zip(*lengths)]
    rows = [row for row, n in enumerate(most) for _ in range(n)]
    scattered = []
    for (name, archetype, component_type, array), own in zip(components, lengths):
        counts = [int(k < own[row]) for row, n in enumerate(most) for k in range(n)]
        offsets = [0]
        for count in counts:
            offsets.append(offsets[-1] + count)
        scattered.append((name, archetype, component_type, pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), array.flatten())))
    return pa.array(rows, pa.int64()), scattered


def apply(chunk: Chunk, lenses: list[Lens], output_mode: str = "forward_unmatched") -> tuple[list[Chunk], bool]:
    """(the chunks that lenses make of one, whether any of them looked at it)"""
    from ._record_batch import made_of, remade

    names = {component[0] for component in chunk._components()}
    matching = [lens for lens in lenses if lens.input_component in names]
    if not matching:
        return ([] if output_mode == "drop_unmatched" else [chunk]), False
    source = _Source(chunk)
    outputs = _Outputs(source)
    for lens in matching:
        if isinstance(lens, MutateLens):
            outputs.mutate(lens)
        else:
            outputs.derive(lens)
    inputs = {lens.input_component for lens in matching}
    mutated = {lens.input_component for lens in matching if isinstance(lens, MutateLens)}
    if output_mode == "drop_unmatched":
        kept: dict[str, Component] = {}
    elif output_mode == "forward_all":
        kept = {name: c for name, c in source.components.items() if name not in mutated}
    else:
        kept = {name: c for name, c in source.components.items() if name not in inputs}
    result: list[Chunk] = []
    if not outputs.own and len(kept) == len(source.components):
        result.append(chunk)
    elif kept or outputs.own:
        own = remade(chunk, source.entity, source.times, {**kept, **outputs.own}.values(), source.row_ids)
        result.append(own._with_new_row_ids() if outputs.has_new_rows else own)
    result += outputs.separate
    result += [made_of(entity, source.times, components.values()) for entity, components in outputs.others.items() if components]
    return result, True
