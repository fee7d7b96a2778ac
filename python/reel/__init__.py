"""Reel: records multimodal data for the Rerun viewer.

    import reel as rr

    rr.init("my_app")
    rr.save("run.rrd")
    rr.set_time("frame", sequence=7)
    rr.log("world/points", rr.Points3D([[0, 0, 0], [1, 1, 1]], colors=[255, 0, 0], radii=0.1))

Every name is made when it is first used: importing the package costs next to nothing."""

from __future__ import annotations

import sys

from . import _reel
from ._reel import ReelError, log, set_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar
    from uuid import UUID

    from .blueprint.api import BlueprintLike

    _F = TypeVar("_F", bound=Callable[..., Any])

__version__ = _reel.version
__version_info__ = (*map(int, __version__.split(".")[:3]), None)

RECORDING_PROPERTIES_PATH = "/__properties"
EXTERNAL_IMPORTER_INCOMPATIBLE_EXIT_CODE = 66
RERUN_KIND = b"rerun:kind"
RERUN_KIND_CONTROL = b"control"
RERUN_KIND_INDEX = b"index"
SORBET_ARCHETYPE_NAME = b"rerun:archetype"
SORBET_COMPONENT = b"rerun:component"
SORBET_COMPONENT_TYPE = b"rerun:component_type"
SORBET_ENTITY_PATH = b"rerun:entity_path"
SORBET_INDEX_NAME = b"rerun:index_name"
SORBET_IS_TABLE_INDEX = b"rerun:is_table_index"

# Where names are. What is in none of these is an archetype.
_PLACES = {
    "_baseclasses": "Archetype AsComponents BaseBatch ComponentBatchLike ComponentBatchMixin ComponentColumn ComponentColumnList ComponentDescriptor ComponentMixin DescribedComponentBatch",
    "_legacy_notebook": "legacy_notebook_show",
    "_log": "escape_entity_path_part log_components log_file_from_contents log_file_from_path new_entity_path",
    "_logging_handler": "LoggingHandler",
    "_memory": "MemoryRecording memory_recording",
    "_numpy_compatibility": "asarray",
    "_properties": "send_property send_recording_name send_recording_start_time_nanos",
    "_script_helpers": "script_add_args script_setup script_teardown",
    "_send_chunks": "send_chunks",
    "_send_columns": "TimeColumn TimeColumnLike send_columns",
    "_send_dataframe": "AUTO_INDEX send_dataframe send_record_batch",
    "_tracing_session": "tracing_session",
    "any_batch_value": "AnyBatchValue ComponentValueLike",
    "any_value": "AnyValues",
    "archetypes": "",
    "_box_format": "Box2DFormat",
    "auth": "login logout",
    "components": "AlbedoFactor GraphEdge GraphType MediaType Radius Scale3D TensorDimensionIndexSelection TextLogLevel TransformRelation VideoCodec",
    "dynamic_archetype": "DynamicArchetype",
    "encodings": "Angle AnnotationInfo ChannelDatatype ClassDescription ColorModel PixelFormat Quaternion RotationAxisAngle TensorData TensorDimensionSelection TimeInt TimeRange "
    "TimeRangeBoundary VisibleTimeRange",
    "error_utils": "RerunWarning set_strict_mode strict_mode",
    "notebook": "notebook_show",
    "recording_stream": "BinaryStream ChunkBatcherConfig RecordingStream binary_stream get_application_id get_data_recording get_global_data_recording get_recording_id "
    "get_thread_local_data_recording is_enabled new_recording recording_stream_generator_ctx set_global_data_recording set_thread_local_data_recording thread_local_stream",
    "sinks": "FileSink GrpcServerSink GrpcSink connect_grpc disconnect save send_blueprint serve_grpc set_sinks spawn stdout",
    "time": "disable_timeline reset_time set_log_tick_enabled set_log_time_enabled",
    "web": "serve_web_viewer start_web_viewer_server",
    "legacy": "connect serve set_time_seconds set_time_sequence set_time_nanos "
    "log_annotation_context log_arrow log_cleared log_depth_image log_disconnected_space log_extension_components log_image log_image_file log_line_segments "
    "log_line_strip log_line_strips_2d log_line_strips_3d log_mesh log_mesh_file log_meshes log_obb log_obbs log_path log_pinhole log_point log_points log_rect log_rects log_rigid3 "
    "log_scalar log_segmentation_image log_tensor log_text_entry log_transform3d log_unknown_transform log_view_coordinates ImageFormat MeshFormat RectFormat",
}
_MODULES = (
    "_arrow _color_conversion _converters _spawn _support _unions _validators catalog chunk datatypes experimental server urdf utilities"
).split()
_place_of: dict[str, str] = {}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if not _place_of:
        for module, names in _PLACES.items():
            _place_of.update(dict.fromkeys(names.split(), module))
    try:
        if name in _PLACES or name in _MODULES or name == "blueprint":
            value = import_module(f".{name}", __name__)
        elif name in _place_of:
            value = getattr(import_module(f".{_place_of[name]}", __name__), name)
        elif name[:1].isupper():
            value = getattr(import_module(".archetypes", __name__), name)
        else:
            raise AttributeError(name)
    except (AttributeError, ModuleNotFoundError) as error:
        if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith(__name__):
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from . import archetypes

    names = {name for names in _PLACES.values() for name in names.split()}
    return sorted({*globals(), *names, *archetypes.__all__, *(name for name in (*_PLACES, *_MODULES, "blueprint") if not name.startswith("_"))})


def init(
    application_id: str,
    *,
    recording_id: str | UUID | None = None,
    spawn: bool = False,
    init_logging: bool = True,
    default_enabled: bool = True,
    strict: bool | None = None,
    default_blueprint: BlueprintLike | None = None,
    send_properties: bool = True,
    **older: Any,
) -> None:
    """Makes a new recording the global one. The one before ends, unless the program has it elsewhere.

    application_id: what the program is called: a viewer keeps layouts by it. recording_id: the same for every process that multiprocessing starts, unless given. spawn: starts a viewer.
    init_logging: False makes no recording. default_enabled: whether it starts enabled; the variable RERUN=on|off wins. strict: errors are raised (True) or warned about (False).
    default_blueprint: how viewers show it. send_properties: the start time is recorded. exp_init_blueprint, exp_add_to_app_default_blueprint: of old programs, ignored."""
    unknown = set(older) - {"exp_init_blueprint", "exp_add_to_app_default_blueprint"}
    if unknown:
        raise TypeError(f"init() got an unexpected keyword argument {unknown.pop()!r}")
    if application_id.startswith("rerun_example_"):  # examples look the same each time
        import random

        random.seed(0)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(0)
    if strict is not None:
        from .error_utils import set_strict_mode

        set_strict_mode(strict)
    if init_logging:
        from .recording_stream import RecordingStream, _shared_id, set_global_data_recording

        set_global_data_recording(None)  # so that a file of the one before can be written again
        recording = RecordingStream(
            application_id,
            recording_id=_shared_id(application_id) if recording_id is None else recording_id,
            make_default=True,
            default_enabled=default_enabled,
            send_properties=send_properties,
        )
        if default_blueprint is not None and not spawn:
            recording.send_blueprint(default_blueprint, make_active=False, make_default=True)
    if spawn:
        from .sinks import spawn as start

        start(default_blueprint=default_blueprint)


def version() -> str:
    """The package's version, in words."""
    return f"reel {__version__}"


def rerun_shutdown() -> None:
    """Ends the sinks of every recording, within two seconds: files get their index. What is logged from then on is kept for the next sink."""
    if f"{__name__}.recording_stream" in sys.modules:
        from .recording_stream import _disconnect_all

        _disconnect_all()


def unregister_shutdown() -> None:
    """Leaves the end of recordings to the program, and to the library's own last two seconds."""
    import atexit

    from .recording_stream import _end

    atexit.unregister(_end)


def shutdown_at_exit(func: _F) -> _F:
    """Decorates what a process of multiprocessing runs: recordings end when it returns, since such a process may end without its last words."""
    import functools

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return func(*args, **kwargs)
        finally:
            rerun_shutdown()

    return wrapper  # type: ignore[return-value]


def cleanup_if_forked_child() -> None:
    """Nothing: the child of a fork is taken care of when it begins."""
