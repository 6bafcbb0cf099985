"""Go: a module whose main package serves HTTP, built to one static program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from zipp.detect.config import Config
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

MODULE = "go.mod"
PORT = 8080
BUILDER, BASE = "zipp/go:1.24-build", "zipp/debian:bookworm"
_MAX_FILES = 300
_MAX_DEPTH = 4

_PACKAGE_MAIN = re.compile(r"^package main\b", re.MULTILINE)
_MODULE_NAME = re.compile(r"^module[ \t]{1,20}\"?([^\s\"]{1,300})", re.MULTILINE)
_SERVERS = re.compile(
    r"\"(?:net/http|github\.com/(?:gin-gonic/gin|labstack/echo|gofiber/fiber|valyala/fasthttp|go-chi/chi|gorilla/mux"
    r"|beego/beego|kataras/iris|cloudwego/hertz|gobuffalo/buffalo)|google\.golang\.org/grpc)[\"/]"
)
_LISTENS = re.compile(r"(?:Listen|Run|Start|Addr)[A-Za-z]{0,20}[(: ]{1,4}\"[0-9.a-z]{0,40}:([0-9]{2,5})\"")
_PREFERRED = ("server", "web", "api", "app", "main", "http")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}\Z")
_NEEDS_C = ("github.com/mattn/go-sqlite3",)


class GoDetector:
    name = "go"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        module = project.text(MODULE)
        if module is None:
            if any(_is_main(project, file) for file in project.files() if file.endswith(".go")):
                raise _no_module()
            return None
        folder = "." if config.build and config.start else _main_folder(project, module)
        if folder is None:
            if project.has("package.json"):
                return None
            raise _no_main()
        sources = _Sources(project)
        if not (sources.serves or config.start):
            raise _no_server(folder)
        name = _program_name(module, folder)
        program = f"bin/{name}"
        start = _start(given_start(project, config), name)
        own_packages = project.has_folder("vendor") or project.has("go.work")
        return BuildPlan(
            framework="go",
            summary=f"Go app: go build {_shown(folder)}, then {start.splitlines()[0][:80]} on $PORT",
            builder=BUILDER,
            base=BASE,
            caches=("go",),
            dependency_files=() if own_packages else tuple(f for f in (MODULE, "go.sum") if project.has(f)),
            install=() if own_packages else ("go mod download",),
            build=(_build(module, folder, program),),
            start=start,
            port=PORT if sources.reads_port else sources.port or PORT,
            env={"GIN_MODE": "release"} if "gin-gonic/gin" in module else {},
        )


class _Sources:
    """What the module's own files say, read until it is known."""

    def __init__(self, project: Project) -> None:
        self.serves = self.reads_port = False
        self.port = 0
        for text in _texts(project):
            self.serves = self.serves or bool(_SERVERS.search(text))
            self.reads_port = self.reads_port or '"PORT"' in text
            found = _LISTENS.search(text)
            self.port = self.port or (int(found[1]) if found and int(found[1]) <= 65535 else 0)


def _texts(project: Project) -> Iterator[str]:
    folders, seen = [(".", 0)], 0
    while folders:
        folder, depth = folders.pop()
        for file in project.files(folder):
            if not file.endswith(".go") or file.endswith("_test.go"):
                continue
            seen += 1
            if seen > _MAX_FILES:
                return
            yield _readable(project, f"{folder}/{file}")
        if depth < _MAX_DEPTH:
            inner = [name for name in project.folders(folder) if name not in ("vendor", "node_modules", "testdata")]
            folders += [(f"{folder}/{name}", depth + 1) for name in inner[:_MAX_FILES]]


def _readable(project: Project, file: str) -> str:
    try:
        return project.text(file) or ""
    except DetectionError:  # generated, and too large: it says nothing about serving
        return ""


def _is_main(project: Project, file: str) -> bool:
    return not file.endswith("_test.go") and bool(_PACKAGE_MAIN.search(_readable(project, file)))


def _main_folder(project: Project, module: str) -> str | None:
    """Where `package main` lies: at the root, in the one folder of cmd/, or in the one at the top that has it."""
    if _has_main(project, "."):
        return "."
    for parent in ("cmd", "."):
        found = [name for name in project.folders(parent) if _has_main(project, f"{parent}/{name}")]
        if len(found) > 1:
            wanted = (_program_name(module, "."), *_PREFERRED)
            found = [name for name in wanted if name in found] or _several(parent, found)
        if found:
            return f"{parent}/{found[0]}".removeprefix("./")
    return None


def _has_main(project: Project, folder: str) -> bool:
    files = [file for file in project.files(folder) if file.endswith(".go")]
    return any(_is_main(project, f"{folder}/{file}") for file in files[:_MAX_FILES])


def _program_name(module: str, folder: str) -> str:
    """The folder's name, else the module's last part that is no version, as `go build` calls it."""
    if folder == ".":
        found = _MODULE_NAME.search(module)
        parts = [part for part in (found[1] if found else "").split("/") if not re.fullmatch(r"v[0-9]{1,4}", part)]
        folder = parts[-1] if parts else ""
    name = folder.rpartition("/")[2]
    return name if _NAME.match(name) else "server"


def _build(module: str, folder: str, program: str) -> str:
    package = "." if folder == "." else f"./{folder}"
    if any(needed in module for needed in _NEEDS_C):
        flags = "-tags 'netgo osusergo sqlite_omit_load_extension' -ldflags='-s -w -extldflags=-static'"
        return f"CGO_ENABLED=1 go build -trimpath {flags} -o {program} {shlex.quote(package)}"
    return f"CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o {program} {shlex.quote(package)}"


def _start(given: str | None, name: str) -> str:
    """A Procfile may count on a platform that puts the program on PATH: `web: myapp`."""
    if not given:
        return f"bin/{name}"
    program, space, rest = given.partition(" ")
    return f"bin/{name}{space}{rest}" if program in (name, f"./{name}", f"bin/{name}", f"./bin/{name}") else given


def _shown(folder: str) -> str:
    return "." if folder == "." else f"./{folder[:80]}"


def _no_module() -> DetectionError:
    return DetectionError(
        "There is a Go program, but no go.mod.",
        code="go_no_module",
        hint="Make it a module: go mod init example.org/app && go mod tidy. Commit go.mod and go.sum.",
    )


def _no_main() -> DetectionError:
    return DetectionError(
        "go.mod is here, but no `package main` at the root or in cmd/: a library can't be started.",
        code="go_no_main",
        hint='Add a main package, or name the folder that has one in zipp.toml: root = "folder"',
    )


def _no_server(folder: str) -> DetectionError:
    return DetectionError(
        f"The Go program in {_shown(folder)} serves no HTTP: nothing here imports net/http or a web framework.",
        code="go_no_server",
        hint='A website needs http.ListenAndServe(":"+os.Getenv("PORT"), nil), or add a Dockerfile.',
    )


def _several(parent: str, found: list[str]) -> list[str]:
    place = "cmd/" if parent == "cmd" else "the root's folders"
    raise DetectionError(
        f"Several programs lie in {place}: {', '.join(name[:40] for name in found[:5])}.",
        code="go_ambiguous",
        hint=(
            "Name the one to run in zipp.toml: "
            f'build = "go build -o bin/site ./{parent}/{found[0][:40]}" and start = "bin/site"'
        ),
    )
