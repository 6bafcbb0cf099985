"""Languages that Zipp knows by sight, but has no toolchain for: better said than guessed."""

from __future__ import annotations

from collections.abc import Sequence

from zipp.detect.config import Config
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

_LANGUAGES = {
    "Cargo.toml": "Rust",
    "mix.exs": "Elixir",
    "build.sbt": "Scala",
    "Package.swift": "Swift",
    "pubspec.yaml": "Dart",
    "project.clj": "Clojure",
    "deps.edn": "Clojure",
    "stack.yaml": "Haskell",
    "gleam.toml": "Gleam",
    "shard.yml": "Crystal",
    "rebar.config": "Erlang",
    "deno.json": "Deno",
    "deno.jsonc": "Deno",
}
_SUFFIXES = {".csproj": ".NET", ".fsproj": ".NET", ".sln": ".NET", ".cabal": "Haskell"}
_DOCKERFILE = (
    "Add a Dockerfile that builds it and listens on $PORT: Zipp then builds and runs that. "
    "It may begin with FROM zipp/debian:bookworm."
)


def _generator(project: Project, files: Sequence[str]) -> str | None:
    """Generators of sites whose templates look like pages: served as they are, visitors would see the source."""
    if "config.toml" in files and project.has_folder("templates") and project.has_folder("content"):
        return "Zola"
    is_middleman = "config.rb" in files and project.has_folder("source") and "Gemfile" in files
    return "Middleman" if is_middleman else None


class UnsupportedDetector:
    name = "unsupported"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        files = project.files()
        language = next((named for file, named in _LANGUAGES.items() if file in files), None)
        language = language or _generator(project, files)
        language = language or next((named for end, named in _SUFFIXES.items() for f in files if f.endswith(end)), None)
        if language:
            raise DetectionError(
                f"This is a project in {language}, which Zipp can't build by itself.",
                code="unsupported_language",
                hint=_DOCKERFILE,
            )
        scripts = [file for file in files if file.endswith((".sh", ".bash"))]
        if scripts and not any(file.lower().endswith((".html", ".htm")) for file in files) and not project.folders():
            raise DetectionError(
                f"There are only shell scripts here ({scripts[0][:60]}), and nothing that answers visitors.",
                code="unsupported_language",
                hint='If one starts a server: start = "sh ./' + scripts[0][:60] + '" in zipp.toml. ' + _DOCKERFILE,
            )
        return None
