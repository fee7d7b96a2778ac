"""Values that belong to no archetype."""

from __future__ import annotations

from ._baseclasses import AsComponents, ComponentColumn, ComponentColumnList, ComponentDescriptor, DescribedComponentBatch
from .any_batch_value import AnyBatchValue, ComponentValueLike
from .dynamic_archetype import DynamicArchetype, _Built
from .error_utils import catch_and_log_exceptions

__all__ = ["AnyBatchValue", "AnyValues", "AsComponents", "ComponentColumn", "ComponentColumnList", "ComponentValueLike", "DescribedComponentBatch", "DynamicArchetype", "catch_and_log_exceptions"]


class AnyValues(_Built):
    """Components by name, of whatever type: `AnyValues(confidence=[1.2, 3.4], author="me")`. A component keeps the type that it is first given (see AnyBatchValue).

    drop_untyped_nones: None is left out as long as the component has no type."""

    def __init__(self, drop_untyped_nones: bool = True, **kwargs: ComponentValueLike | None) -> None:
        super().__init__(None, drop_untyped_nones, kwargs)

    def with_component_from_data(self, descriptor: str, value: ComponentValueLike | None, *, drop_untyped_nones: bool = True) -> AnyValues:
        """Adds a component. Returns itself."""
        self._add(ComponentDescriptor(descriptor) if isinstance(descriptor, str) else descriptor, value, drop_untyped_nones)
        return self

    def with_component_override(self, field: str, component_type: str, value: ComponentValueLike | None, *, drop_untyped_nones: bool = True) -> AnyValues:
        """Adds a component with a type, such as `rerun.components.Scalar`. Returns itself."""
        self._add(ComponentDescriptor(field, component_type=component_type), value, drop_untyped_nones)
        return self

    @property
    def component_batches(self) -> list[DescribedComponentBatch]:
        """The batches."""
        return self.as_component_batches()

    @classmethod
    def columns(cls, drop_untyped_nones: bool = True, **kwargs: ComponentValueLike | None) -> ComponentColumnList:
        """Columns for `send_columns`: a value, or a list of values, for each row."""
        columns = []
        with catch_and_log_exceptions("AnyValues.columns"):
            for name, value in kwargs.items():
                column = AnyBatchValue.column(name, value, drop_untyped_nones=drop_untyped_nones)
                columns += [] if column is None else [column]
        return ComponentColumnList(columns)
