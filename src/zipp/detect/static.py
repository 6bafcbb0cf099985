"""Files that are handed out as they are: an index.html, at the root or up to two folders deep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from zipp.detect.config import Config
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

INDEX = "index.html"
CONTAINER_PORT = 8080
_MAX_FOLDERS = 100  # whose own folders are looked into


class StaticDetector:
    """`is_program` tells of a folder whether code is to be built or run in it: its pages are none to hand out."""

    name = "static"
    runs_code = False

    def __init__(self, is_program: Callable[[Project], bool]) -> None:
        self._is_program = is_program

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        folder = config.output or self._folder_of_index(project)
        if folder is None:
            return None
        if not project.has(str(PurePosixPath(folder, INDEX))):
            raise _no_index(project, folder)
        serve = config.serve or Serve.NGINX
        server = "nginx serves" if serve is Serve.NGINX else "a container of its own serves"
        return BuildPlan(
            framework="static",
            summary=f"Static site: {server} {_shown(folder)}",
            serve=serve,
            output=folder,
            port=CONTAINER_PORT,
        )

    def _folder_of_index(self, project: Project) -> str | None:
        """Where index.html lies; None when there are no pages to hand out. Raises when only people can tell which."""
        if project.has(INDEX):
            return "."
        first = project.folders()
        second = (f"{folder}/{inner}" for folder in first[:_MAX_FOLDERS] for inner in project.folders(folder))
        second = (path for path in second if "node_modules" not in path)
        found = _with_index(project, first) or _with_index(project, second)
        if any(self._in_program(project, folder) for folder in found):
            return None  # nor those beside it: which of them was meant?
        if len(found) == 1:
            return found[0]
        if found:
            raise DetectionError(
                f"Several folders have an {INDEX}: {_listed([_shown(folder) for folder in found])}.",
                code="static_ambiguous",
                hint=f'Name the one to serve in zipp.toml: output = "{found[0]}"',
            )
        if any(_is_page(file) for file in project.files()):
            raise _no_index(project, ".")
        return None

    def _in_program(self, project: Project, folder: str) -> bool:
        """Of the folder itself, and of the one that it lies in: client/index.html beside client/package.json."""
        path = PurePosixPath(folder)
        return any(self._is_program(Project(project.root / part)) for part in (path, *path.parents[:-1]))


def _with_index(project: Project, folders: Iterable[str]) -> list[str]:
    return [folder for folder in folders if project.has(f"{folder}/{INDEX}")]


def _no_index(project: Project, folder: str) -> DetectionError:
    pages = [file for file in project.files(folder) if _is_page(file)]
    if not project.has_folder(folder):
        message, hint = f"The folder {folder[:80]!r} does not exist.", "Correct `output` in zipp.toml."
    elif pages:
        message = f"{_shown(folder)} has {_listed(pages)}, but no {INDEX}."
        hint = f"Rename the first page: {pages[0]} -> {INDEX}. It is what visitors get at the site's address."
    else:
        message, hint = f"{_shown(folder)} has no {INDEX}.", "Add one, or correct `output` in zipp.toml."
    return DetectionError(message, code="static_no_index", hint=hint)


def _is_page(file: str) -> bool:
    return file.lower().endswith((".html", ".htm"))


def _shown(folder: str) -> str:
    return "./" if folder == "." else f"./{folder}/"


def _listed(names: list[str]) -> str:
    shown = [name[:60] for name in names[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
