"""A server of recordings in this process: not part of Reel."""

from __future__ import annotations

from typing import Any

__all__ = ["Server"]


class Server:
    """Would serve recordings as a catalog. NotImplementedError: it is not part of Reel; `serve_grpc` sends recordings to viewers."""

    def __init__(self, *, host: str = "0.0.0.0", port: int | None = None, datasets: Any = None, tables: Any = None, addr: str = "0.0.0.0") -> None:
        raise NotImplementedError("rerun.server.Server: a server of catalogs is not part of Reel. rr.serve_grpc() sends a recording to viewers")
