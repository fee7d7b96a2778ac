"""Accounts of the official SDK's cloud: not part of Reel."""

from __future__ import annotations


def login() -> None:
    """NotImplementedError: Reel knows no accounts."""
    raise NotImplementedError("rerun.login: accounts of the official cloud are not part of Reel")


def logout() -> None:
    """NotImplementedError: Reel knows no accounts."""
    raise NotImplementedError("rerun.logout: accounts of the official cloud are not part of Reel")
