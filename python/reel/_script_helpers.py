"""Command-line options that programs share: where what they record goes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from uuid import UUID

    from .blueprint.api import BlueprintLike
    from .recording_stream import RecordingStream


def script_add_args(parser: ArgumentParser) -> None:
    """Adds --headless, --connect, --serve, --url, --save and --stdout."""
    parser.add_argument("--headless", action="store_true", help="no viewer is started")
    parser.add_argument("--connect", action="store_true", help="send the recording to a viewer that runs")
    parser.add_argument("--serve", action="store_true", help="serve the recording, and a viewer in a browser")
    parser.add_argument("--url", default=None, help="where the viewer of --connect is")
    parser.add_argument("--save", default=None, metavar="FILE", help="record into a .rrd file")
    parser.add_argument("--stdout", action="store_true", help="write the recording to standard output, for a pipe")


def script_setup(
    args: Namespace, application_id: str, *, recording_id: str | UUID | None = None, default_blueprint: BlueprintLike | None = None
) -> RecordingStream:
    """Makes the global recording, in strict mode, and sends it where the options say."""
    from . import init
    from .recording_stream import get_global_data_recording
    from .web import serve_web_viewer

    init(application_id, recording_id=recording_id, strict=True)
    recording = get_global_data_recording()
    assert recording is not None
    if args.stdout:
        recording.stdout(default_blueprint=default_blueprint)
    elif args.serve:
        serve_web_viewer(connect_to=recording.serve_grpc(default_blueprint=default_blueprint))
    elif args.connect:
        recording.connect_grpc(args.url, default_blueprint=default_blueprint)
    elif args.save is not None:
        recording.save(args.save, default_blueprint=default_blueprint)
    elif not args.headless:
        recording.spawn(default_blueprint=default_blueprint)
    return recording


def script_teardown(args: Namespace) -> None:
    """With --serve: waits for Ctrl-C."""
    if args.serve:
        import threading

        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")
