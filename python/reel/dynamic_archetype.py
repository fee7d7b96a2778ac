"""Archetypes that a program makes up."""

from __future__ import annotations

from ._baseclasses import AsComponents, ComponentColumn, ComponentColumnList, ComponentDescriptor, DescribedComponentBatch
from .any_batch_value import AnyBatchValue, ComponentValueLike
from .error_utils import catch_and_log_exceptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AnyBatchValue", "AsComponents", "ComponentColumn", "ComponentColumnList", "ComponentDescriptor", "ComponentValueLike", "DescribedComponentBatch", "DynamicArchetype", "catch_and_log_exceptions"]


class _Built(AsComponents):
    """Batches that are added one by one."""

    def __init__(self, archetype: str | None, drop_untyped_nones: bool, components: Mapping[str, ComponentValueLike | None]) -> None:
        self._archetype = archetype
        self._batches: list[DescribedComponentBatch] = []
        with catch_and_log_exceptions(type(self).__name__):
            if not isinstance(drop_untyped_nones, bool):
                raise ValueError(
                    f"{type(self).__name__}: values must be given by keyword or using the components argument; a {type(drop_untyped_nones).__name__} was given by position, "
                    "where drop_untyped_nones (a bool) stands"
                )
            for name, value in components.items():
                self._add(ComponentDescriptor(name), value, drop_untyped_nones)

    def _add(self, descriptor: ComponentDescriptor, value: ComponentValueLike | None, drop_untyped_nones: bool) -> None:
        if self._archetype is not None:
            descriptor = descriptor.with_builtin_archetype(self._archetype)
        batch = AnyBatchValue(descriptor, value, drop_untyped_nones=drop_untyped_nones)
        if batch.is_valid():
            self._batches.append(DescribedComponentBatch(batch._batch, descriptor) if hasattr(batch._batch, "as_arrow_array") else DescribedComponentBatch(batch, descriptor))

    def as_component_batches(self) -> list[DescribedComponentBatch]:
        """The batches; a warning when there are none."""
        with catch_and_log_exceptions(type(self).__name__):
            if not self._batches:
                raise ValueError("No valid component batches to return.")
        return self._batches

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(batch.component_descriptor()) for batch in self._batches)})"


class DynamicArchetype(_Built):
    """Components under an archetype's name that is not one of the data model.

    archetype: its name. components: values by the name of their field (see AnyBatchValue). drop_untyped_nones: None is left out as long as the component has no type."""

    def __init__(self, archetype: str, drop_untyped_nones: bool = True, components: Mapping[str, ComponentValueLike | None] | None = None) -> None:
        super().__init__(archetype, drop_untyped_nones, components or {})

    def with_component_from_data(self, field: str, value: ComponentValueLike | None, *, drop_untyped_nones: bool = True) -> DynamicArchetype:
        """Adds a field. Returns itself."""
        self._add(ComponentDescriptor(field), value, drop_untyped_nones)
        return self

    def with_component_override(self, field: str, component_type: str, value: ComponentValueLike | None, *, drop_untyped_nones: bool = True) -> DynamicArchetype:
        """Adds a field with a type, such as `rerun.components.Scalar`. Returns itself."""
        self._add(ComponentDescriptor(field, component_type=component_type), value, drop_untyped_nones)
        return self

    @classmethod
    def columns(cls, archetype: str, drop_untyped_nones: bool = True, components: Mapping[str, ComponentValueLike | None] | None = None) -> ComponentColumnList:
        """Columns for `send_columns`: a value, or a list of values, for each row."""
        columns = []
        with catch_and_log_exceptions("DynamicArchetype.columns"):
            for name, value in (components or {}).items():
                column = AnyBatchValue.column(ComponentDescriptor(name).with_builtin_archetype(archetype), value, drop_untyped_nones=drop_untyped_nones)
                columns += [] if column is None else [column]
        return ComponentColumnList(columns)
