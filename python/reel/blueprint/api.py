"""Views, containers, panels, and the blueprint that they make."""

from __future__ import annotations

import uuid
from typing import Any, Iterable, Union

from .visualizers import as_visualizer


def _log(stream: Any, path: str, *what: Any, static: bool = False) -> None:
    stream.log(path, *what, static=static, strict=True)


class View:
    """One view: what it shows, and how. The classes in `views` are for one kind each."""

    def __init__(self, *, class_identifier: Any, origin: Any, contents: Any, name: Any, visible: Any = None, titlebar: Any = None, properties: dict[str, Any] | None = None,
                 defaults: Iterable[Any] | None = None, overrides: Any = None) -> None:
        self.id = uuid.uuid4()
        self.class_identifier = class_identifier
        self.name = name
        self.origin = origin
        self.contents = contents
        self.visible = visible
        self.titlebar = titlebar
        self.properties = properties if properties is not None else {}
        self.defaults = list(defaults) if defaults is not None else []
        self.visualizer_overrides = dict(overrides) if overrides is not None else {}

    def blueprint_path(self) -> str:
        """Where it stands in the blueprint."""
        return f"view/{self.id}"

    def to_container(self) -> Container:
        from .containers import Tabs

        return Tabs(self)

    def to_blueprint(self) -> Blueprint:
        return Blueprint(self)

    def _log_to_stream(self, stream: Any) -> None:
        from .archetypes import ViewBlueprint, ViewContents

        path = self.blueprint_path()
        _log(stream, f"{path}/ViewContents", self.contents if isinstance(self.contents, ViewContents) else ViewContents(self.contents))
        _log(stream, path, ViewBlueprint(self.class_identifier, display_name=self.name, space_origin=str(self.origin), visible=self.visible, titlebar=self.titlebar))
        for name, value in self.properties.items():
            _log(stream, f"{path}/{name}", value)
        for value in self.defaults:
            _log(stream, f"{path}/defaults", value)
        for entity, values in self.visualizer_overrides.items():
            self._log_overrides(stream, str(entity), values)

    def _log_overrides(self, stream: Any, entity: str, values: Any) -> None:
        """What is set for one entity: visualizers have an id each, everything else stands beside them."""
        from .archetypes import ActiveVisualizers, VisualizerInstruction

        base = f"{self.blueprint_path()}/ViewContents/overrides/{entity.removeprefix('/')}/visualizers"
        ids = []
        for value in values if isinstance(values, (list, tuple)) or (isinstance(values, Iterable) and not hasattr(values, "as_component_batches")) else [values]:
            visualizer = as_visualizer(value)
            if visualizer is None:
                _log(stream, base, value)
                continue
            path = f"{base}/{visualizer.id}"
            _log(stream, path, VisualizerInstruction(visualizer.visualizer_type, component_map=visualizer.mappings))
            if visualizer.overrides:
                _log(stream, path, visualizer.overrides)
            ids.append(visualizer.id)
        if ids:
            _log(stream, base, ActiveVisualizers(ids))

    def _ipython_display_(self) -> None:
        self.to_blueprint()._ipython_display_()


class Container:
    """Several views and containers, arranged as the kind says. The classes in `containers` are for one kind each."""

    def __init__(self, *args: Any, contents: Iterable[Any] | None = None, kind: Any, column_shares: Any = None, row_shares: Any = None, grid_columns: int | None = None,
                 active_tab: int | str | None = None, name: Any, visible: Any = None) -> None:
        if args and contents is not None:
            raise ValueError("Cannot provide both positional and keyword arguments for contents")
        self.id = uuid.uuid4()
        self.kind = kind
        self.contents = list(contents) if contents is not None else list(args)
        for part in self.contents:
            if not isinstance(part, (View, Container)):
                raise TypeError(f"contents: {part!r:.100} was given, views and containers expected")
        self.column_shares = column_shares
        self.row_shares = row_shares
        self.grid_columns = grid_columns
        self.active_tab = active_tab
        self.name = name
        self.visible = visible

    def blueprint_path(self) -> str:
        """Where it stands in the blueprint."""
        return f"container/{self.id}"

    def to_container(self) -> Container:
        return self

    def to_blueprint(self) -> Blueprint:
        return Blueprint(self)

    def _log_to_stream(self, stream: Any) -> None:
        from .archetypes import ContainerBlueprint

        active = None
        for i, part in enumerate(self.contents):
            part._log_to_stream(stream)
            if i == self.active_tab or (isinstance(part, View) and part.name == self.active_tab):  # without active_tab the last view without a name, as in the official package
                active = part.blueprint_path()
        if self.active_tab is not None and active is None:
            raise ValueError(f"Active tab '{self.active_tab}' not found in the container contents.")
        _log(stream, self.blueprint_path(), ContainerBlueprint(self.kind, contents=[part.blueprint_path() for part in self.contents], col_shares=self.column_shares, row_shares=self.row_shares,
                                                               visible=self.visible, grid_columns=self.grid_columns, active_tab=active, display_name=self.name))

    def _ipython_display_(self) -> None:
        self.to_blueprint()._ipython_display_()


class Panel:
    """A panel of the viewer. state: "hidden", "collapsed" or "expanded"; expanded is the older way to say one of the last two."""

    def __init__(self, *, blueprint_path: str, expanded: bool | None = None, state: Any = None) -> None:
        if expanded is not None and state is not None:
            raise ValueError("Cannot set both 'expanded' and 'state'")
        self._blueprint_path = blueprint_path
        self.state = state if expanded is None else "Expanded" if expanded else "Collapsed"

    def blueprint_path(self) -> str:
        """Where it stands in the blueprint."""
        return self._blueprint_path

    def _log_to_stream(self, stream: Any) -> None:
        from .archetypes import PanelBlueprint

        _log(stream, self.blueprint_path(), PanelBlueprint(state=self.state))


class TopPanel(Panel):
    """The bar at the top."""

    def __init__(self, *, expanded: bool | None = None, state: Any = None) -> None:
        super().__init__(blueprint_path="top_panel", expanded=expanded, state=state)


class BlueprintPanel(Panel):
    """The panel on the left."""

    def __init__(self, *, expanded: bool | None = None, state: Any = None) -> None:
        super().__init__(blueprint_path="blueprint_panel", expanded=expanded, state=state)


class SelectionPanel(Panel):
    """The panel on the right."""

    def __init__(self, *, expanded: bool | None = None, state: Any = None) -> None:
        super().__init__(blueprint_path="selection_panel", expanded=expanded, state=state)


class TimePanel(Panel):
    """The panel at the bottom, and time itself. timeline: which one is shown; playback_speed: 1 is real time; fps: of sequences; play_state, loop_mode; time_selection: AbsoluteTimeRange."""

    def __init__(self, *, expanded: bool | None = None, state: Any = None, timeline: Any = None, playback_speed: float | None = None, fps: float | None = None, play_state: Any = None,
                 loop_mode: Any = None, time_selection: Any = None) -> None:
        super().__init__(blueprint_path="time_panel", expanded=expanded, state=state)
        self.timeline = timeline
        self.playback_speed = playback_speed
        self.fps = fps
        self.play_state = play_state
        self.loop_mode = loop_mode
        self.time_selection = time_selection

    def _log_to_stream(self, stream: Any) -> None:
        from .archetypes import TimePanelBlueprint

        _log(stream, self.blueprint_path(), TimePanelBlueprint(state=self.state, timeline=self.timeline, playback_speed=self.playback_speed, fps=self.fps, loop_mode=self.loop_mode,
                                                               time_selection=self.time_selection))
        if self.play_state is not None:  # the viewer changes it itself: it has no time
            _log(stream, self.blueprint_path(), TimePanelBlueprint(play_state=self.play_state), static=True)


ContainerLike = Union[Container, View]
BlueprintPart = Union[Container, View, TopPanel, BlueprintPanel, SelectionPanel, TimePanel]
_PANELS = {"top_panel": TopPanel, "blueprint_panel": BlueprintPanel, "selection_panel": SelectionPanel, "time_panel": TimePanel}


class Blueprint:
    """The whole: at most one panel of each kind, and views and containers; several of these become tabs.

    auto_layout, auto_views: whether the viewer arranges and adds views itself; by default only when there are none. collapse_panels: the simple form of the viewer."""

    def __init__(self, *parts: Any, auto_layout: bool | None = None, auto_views: bool | None = None, collapse_panels: bool = False) -> None:
        from .containers import Tabs

        self.collapse_panels = collapse_panels
        contents = []
        for part in parts:
            if isinstance(part, (Container, View)):
                contents.append(part)
                continue
            name = next((name for name, cls in _PANELS.items() if isinstance(part, cls)), None)
            if name is None:
                raise ValueError(f"Unknown part type: {part}")
            if hasattr(self, name):
                raise ValueError(f"Only one {name.replace('_', ' ')} can be provided")
            setattr(self, name, part)
        self.auto_views = auto_views if contents or auto_views is not None else True
        self.auto_layout = auto_layout if contents or auto_layout is not None else True
        if contents:
            self.root_container = contents[0].to_container() if len(contents) == 1 else Tabs(contents=contents)

    def to_blueprint(self) -> Blueprint:
        return self

    def _log_to_stream(self, stream: Any) -> None:
        from .archetypes import ViewportBlueprint

        root = getattr(self, "root_container", None)
        if root is not None:
            root._log_to_stream(stream)
        _log(stream, "viewport", ViewportBlueprint(root_container=root.id if root is not None else None, auto_layout=self.auto_layout, auto_views=self.auto_views))
        for name, cls in _PANELS.items():
            panel = getattr(self, name, None)
            if panel is None and self.collapse_panels and cls is not TopPanel:
                panel = cls(state="collapsed")
            if panel is not None:
                panel._log_to_stream(stream)

    def _recorded(self, application_id: str) -> Any:
        """A recording of its own that holds the blueprint, in memory."""
        from .. import _reel

        stream = _reel.Recording(application_id, blueprint=True, send_properties=False)
        sink = stream._add_memory()
        stream.set_time("blueprint", sequence=0)
        self._log_to_stream(stream)
        return stream, sink

    def save(self, application_id: str, path: Any = None) -> None:
        """Writes it alone, by default to <application_id>.rbl: the viewer applies it to recordings of this application."""
        import os

        from .. import _reel

        stream, sink = self._recorded(application_id)
        alone = _reel.Recording(application_id, blueprint=True, send_properties=False)
        _reel.send_blueprint(alone, stream._drain(sink), True, True)
        alone._add_file(os.fspath(path) if path is not None else f"{application_id}.rbl")
        alone._close()

    def connect_grpc(self, application_id: str, *, url: str | None = None, make_active: bool = True, make_default: bool = True) -> None:
        """Not yet: needs the live protocol."""
        raise NotImplementedError("Blueprint.connect_grpc() needs the live protocol, which this release does not speak yet: save() writes a .rbl file")

    def spawn(self, application_id: str, *, port: int = 9876, memory_limit: str = "75%", hide_welcome_screen: bool = False, detach_process: bool = True) -> None:
        """Not yet: needs the live protocol."""
        raise NotImplementedError("Blueprint.spawn() needs the live protocol, which this release does not speak yet: save() writes a .rbl file")

    def _ipython_display_(self) -> None:
        from ..notebook import Viewer

        Viewer(blueprint=self).display()


BlueprintLike = Union[Blueprint, View, Container]


def create_in_memory_blueprint(*, application_id: str, blueprint: Any) -> Any:
    """The blueprint as a MemoryRecording."""
    from .._memory import MemoryRecording

    stream, sink = blueprint.to_blueprint()._recorded(application_id)
    return MemoryRecording(stream, sink)


def send_blueprint(blueprint: Any, *, make_active: bool, make_default: bool, recording: Any) -> None:
    """Into the sinks of a recording, as a store of its own."""
    stream, sink = blueprint.to_blueprint()._recorded(recording._application_id)
    _send_blueprint_bytes(stream._drain(sink), recording, make_active, make_default)


def _send_blueprint_bytes(contents: bytes, recording: Any, make_active: bool = True, make_default: bool = True) -> None:
    """The blueprints in the bytes of a recording or a .rbl file."""
    from .. import _reel

    _reel.send_blueprint(recording, contents, make_active, make_default)
