"""Puts the built dashboard into the wheel, where there is one (pyproject.toml names this file)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DashboardHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Not in an editable installation: there the platform finds web/out itself (api/dashboard.py)."""
        if version != "editable" and (Path(self.root) / "web" / "out" / "manifest.json").is_file():
            build_data["force_include"]["web/out"] = "zipp/web"
