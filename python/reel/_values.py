"""What the classes of values are made of: `encodings.Vec3D`, `components.Position3D` and their sisters.

The extension understands a value by its attribute `_reel_`: plain data (numbers, a buffer, a text, a list). Classes for structs have `_reel_struct_` instead, and the struct's fields as
attributes; members of enums have `__index__`.
Numbers are kept as bytes: numpy is asked for only when somebody wants an array."""

from __future__ import annotations

import enum
import importlib.util
import re
import sys
import types
from typing import Any, Callable, ClassVar, Iterable, Iterator

from . import _reel


def try_numpy() -> Any:
    """numpy, or None."""
    try:
        import numpy
    except ImportError:
        return None
    return numpy


class Value:
    """Fields that compare and show themselves."""

    _FIELDS: ClassVar[tuple[str, ...]] = ()

    def _key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._FIELDS)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if other.__class__ is self.__class__ else NotImplemented  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in zip(self._FIELDS, self._key()))})"


class Signature:
    """What inspect.signature shows of a class whose constructor takes more than the documented parameters."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __get__(self, instance: object, owner: type) -> Any:
        import inspect

        scope: dict[str, Any] = {}
        exec(f"def __init__({self.text}): ...", scope)
        return inspect.signature(scope["__init__"])


# --- numbers ------------------------------------------------------------------------------------------------------------------------


class Scalar(Value):
    """One number (or bool) in the field `_FIELD`."""

    _FIELD: ClassVar[str] = "value"
    _CONVERT: ClassVar[Callable[[Any], Any]] = float

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._FIELDS = (cls._FIELD,)

    def _put(self, value: Any) -> None:
        value = getattr(value, "_reel_", value)
        setattr(self, self._FIELD, type(self)._CONVERT(value))

    @property
    def _reel_(self) -> Any:
        return getattr(self, self._FIELD)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        return numpy.array(self._reel_, dtype=dtype)

    def __hash__(self) -> int:
        return hash(self._reel_)


class FloatScalar(Scalar):
    def __float__(self) -> float:
        return float(self._reel_)


class IntScalar(Scalar):
    _CONVERT = int

    def __int__(self) -> int:
        return int(self._reel_)

    __index__ = __int__


class Numbers(Value):
    """Numbers of one type in the field `_FIELD`: a numpy array when there is numpy, else a memoryview."""

    _FIELD: ClassVar[str] = "xyz"
    _FORMAT: ClassVar[str] = "f"  # of the struct module
    _DTYPE: ClassVar[str] = ""  # of what numpy shows, where that is not _FORMAT

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._FIELDS = (cls._FIELD,)
        if "_FIELD" in cls.__dict__:
            setattr(cls, cls._FIELD, property(Numbers._array, Numbers._put, doc="The numbers, as an array."))

    def _put(self, data: Any, more: tuple[Any, ...] = ()) -> None:
        self._data, self._shape, _ = _reel._flat([data, *more] if more else data, self._FORMAT)

    def _array(self) -> Any:
        numpy = try_numpy()
        if numpy is None:
            return self._view()
        array = numpy.frombuffer(self._data, dtype=self._FORMAT).reshape(self._shape)
        return array.astype(self._DTYPE) if self._DTYPE else array

    def _view(self) -> Any:
        view = memoryview(self._data).cast(self._FORMAT)
        return view.cast("B").cast(self._FORMAT, self._shape) if len(self._shape) > 1 and len(view) else view

    @property
    def _reel_(self) -> Any:
        return self._view()

    def _key(self) -> tuple[Any, ...]:
        return (self._view().tolist(),)

    def __len__(self) -> int:
        return int(self._shape[0]) if self._shape else 1

    def __iter__(self) -> Iterator[Any]:
        return iter(self._view().tolist())

    def __getitem__(self, index: Any) -> Any:
        return self._view().tolist()[index]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        array = numpy.asarray(self._array())
        return array.astype(dtype, copy=bool(copy)) if dtype is not None or copy else array


class Matrix(Numbers):
    """A square matrix, kept by columns."""

    _SIDE: ClassVar[int] = 3

    def _put_matrix(self, rows: Any, columns: Any) -> None:
        n = self._SIDE
        if rows is not None and columns is not None:
            raise ValueError(f"{type(self).__name__}: rows and columns were given, one of them expected")
        given = columns if rows is None else rows
        if given is None:
            from .error_utils import _send_warning_or_raise

            _send_warning_or_raise(f"{type(self).__name__}: neither rows nor columns were given: it is the identity")
            given = [[float(i == j) for j in range(n)] for i in range(n)]
        if isinstance(given, Matrix):
            self._data, self._shape = bytearray(given._data), given._shape
            return
        data, _, _ = _reel._flat(given, "f")
        flat = memoryview(data).cast("f")
        if len(flat) != n * n:
            raise ValueError(f"cannot reshape array of size {len(flat)} into shape ({n},{n})")
        self._put(flat if rows is None else [flat[row * n + column] for column in range(n) for row in range(n)])

    @property
    def _reel_(self) -> Any:
        n, flat = self._SIDE, self._view()
        return [flat[column * n + row] for row in range(n) for column in range(n)]


# --- texts and structs --------------------------------------------------------------------------------------------------------------


class Text(Value):
    """One text in the field `_FIELD`."""

    _FIELD: ClassVar[str] = "value"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._FIELDS = (cls._FIELD,)

    def _put(self, value: Any) -> None:
        setattr(self, self._FIELD, str(value))

    @property
    def _reel_(self) -> str:
        return getattr(self, self._FIELD)

    def __str__(self) -> str:
        return self._reel_

    def __hash__(self) -> int:
        return hash(self._reel_)


class Struct(Value):
    """Several fields, named as those of the Arrow type."""

    _reel_struct_ = True


def optional(convert: Callable[[Any], Any], value: Any) -> Any:
    """None, or what convert makes of it."""
    return None if value is None else convert(value)


def instance(cls: Any, value: Any) -> Any:
    """The value itself if it is of the class, else one made of it."""
    return value if isinstance(value, cls) else cls(value)


def each(data: Any) -> Any:
    """The data itself if it can be gone through. What has __getitem__ alone may never end."""
    if not hasattr(data, "__iter__"):
        raise TypeError(f"{data!r:.100} is no list")
    return data


# --- enums --------------------------------------------------------------------------------------------------------------------------


class Variants(enum.Enum):
    """An enum of the data model."""

    @classmethod
    def auto(cls, val: Any) -> Any:
        """The member of a name in any case, of a number, or of a member."""
        if isinstance(val, cls):
            return val
        if isinstance(val, str):
            wanted = val.lower()
            for member in cls:
                if member.name.lower() == wanted:
                    return member
        elif hasattr(val, "__index__"):
            return cls(val.__index__())
        raise ValueError(f"{val!r:.100} is no {cls.__name__}: one of {', '.join(cls.__members__)} expected")

    def __int__(self) -> int:
        return int(self.value)

    __index__ = __int__

    def __str__(self) -> str:
        return self.name


_variants: dict[str, dict[str, int]] = {}


def make_enum(full_name: str, module: str, mixin: Any = Variants) -> Any:
    """The class of an enum, by "rerun.components.MarkerShape"."""
    if not _variants:
        _variants.update((name, variants) for name, variants, *_ in _reel.component_facts() if variants)
    name = full_name.rsplit(".", 1)[1]
    return mixin(name, _variants[full_name], module=module, qualname=name)


def is_enum(full_name: str) -> bool:
    if not _variants:
        _variants.update((name, variants) for name, variants, *_ in _reel.component_facts() if variants)
    return full_name in _variants


# --- modules ------------------------------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\dD)(?=[A-Z][a-z])")


def module_name(class_name: str) -> str:
    """"line_strip3d" of "LineStrip3D"."""
    return _WORDS.sub("_", class_name).lower()


class _OneTypeModules:
    """Finds modules that hold one type each: `reel.components.line_strip3d`. They have the names of their package."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, str]] = {}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        package, _, name = fullname.rpartition(".")
        if name not in self.packages.get(package, ()):
            return None
        return importlib.util.spec_from_loader(fullname, self)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> Any:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        package, _, name = module.__name__.rpartition(".")
        stem = self.packages[package][name]
        of = sys.modules[package]
        module.__getattr__ = lambda attribute: getattr(of, attribute)  # type: ignore[method-assign]
        module.__all__ = [n for n in of.__all__ if n in (stem, stem + "Batch", stem + "Like", stem + "ArrayLike")]  # type: ignore[attr-defined]


_modules = _OneTypeModules()


def one_type_modules(package: str, class_names: Iterable[str]) -> dict[str, str]:
    """Lets a module of classes be imported from as if it had a module per class. Gives {module: class}."""
    if _modules not in sys.meta_path:
        sys.meta_path.append(_modules)  # type: ignore[arg-type]
    names = {module_name(name): name for name in class_names}
    _modules.packages[package] = names
    return names


def lazy_names(package: str, names: Iterable[str], prefix: str, make: Callable[[str], Any]) -> tuple[list[str], Callable[[str], Any]]:
    """__all__ and __getattr__ of a module of classes: classes, their batches, the aliases for type hints, and modules.

    names: of all classes; prefix: "rerun.components."; make: makes a class that the module does not have yet."""
    classes = set(names)
    modules = one_type_modules(package, classes)
    everything = sorted(n for name in classes for n in (name, name + "Batch", name + "Like", name + "ArrayLike"))

    def find(name: str) -> Any:
        if name in classes:
            return make(name)
        if name.endswith("Batch") and name[:-5] in classes:
            return _reel.batch_class(prefix + name[:-5])
        if name.endswith("Like") and (name[:-4] in classes or name[:-9] in classes):
            return Any
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def getattribute(name: str) -> Any:
        found = find(name)
        sys.modules[package].__dict__[name] = found
        return found

    return everything, getattribute
