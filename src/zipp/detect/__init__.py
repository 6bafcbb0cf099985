"""Tree -> BuildPlan. Reads files and runs nothing of theirs; safe on trees that somebody made to do harm."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from zipp.detect.by_hand import plan_by_hand
from zipp.detect.config import FILE, Config, config_invalid, read_config
from zipp.detect.detector import Detector
from zipp.detect.dockerfile import DockerfileDetector
from zipp.detect.generators import HugoDetector, JekyllDetector
from zipp.detect.go import GoDetector
from zipp.detect.java import JavaDetector
from zipp.detect.node.detector import NodeDetector
from zipp.detect.node.member import is_member, seen_from_the_root
from zipp.detect.overrides import overridden
from zipp.detect.php import PhpDetector
from zipp.detect.project import Project
from zipp.detect.python.detector import PythonDetector
from zipp.detect.ruby import RubyDetector
from zipp.detect.static import StaticDetector
from zipp.detect.unsupported import UnsupportedDetector
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

# The first plan wins, so what people have said most plainly comes first.
_PROGRAMS: tuple[Detector, ...] = (
    DockerfileDetector(),  # they have decided everything themselves
    PhpDetector(),  # Laravel and its kind carry a package.json for their style sheets
    PythonDetector(),  # before Node: Python apps often carry a package.json for their style sheets, seldom the reverse
    HugoDetector(),
    JekyllDetector(),  # before Ruby: its Gemfile names no server
    RubyDetector(),  # Rails carries a package.json too
    GoDetector(),
    JavaDetector(),
    NodeDetector(),  # before static: a server usually has an index.html somewhere
    UnsupportedDetector(),  # before static: there may be a page of documentation
)


def _is_program(project: Project) -> bool:
    try:
        config = read_config(project)
        return any(each.detect(project, config) is not None for each in _PROGRAMS)
    except DetectionError:  # a program that lacks something
        return True


DETECTORS: tuple[Detector, ...] = (
    *_PROGRAMS,
    StaticDetector(_is_program),  # last: almost everything has some .html in it
)

_MARKERS = (
    *("Dockerfile", "package.json", "requirements.txt", "pyproject.toml", "index.html", "index.php", "composer.json"),
    *("go.mod", "Gemfile", "pom.xml", "hugo.toml", "_config.yml"),
)


def detect(tree: Path, *, subdirectory: str = ".", without: Collection[str] = ()) -> BuildPlan:
    """How to build and serve the project in a folder of `tree`; the same tree always gives the same plan.

    `subdirectory` has been checked to be a folder inside. One that is part of an npm workspace needs its neighbours:
    the plan is then for the whole tree, and says so. `without`: names of detectors that are not asked.

    Raises DetectionError: detection_failed, config_invalid, unsupported_language, file_too_large, file_not_utf8,
    file_invalid, procfile_invalid, dockerfile_no_from, static_no_index, static_ambiguous, and those that begin with the
    name of a language and say what a project in it lacks: node_no_start_script, python_no_app, php_no_index,
    go_no_server, ruby_no_gemfile, java_no_server, hugo_theme_missing…
    """
    top = project = Project(tree)
    if subdirectory != ".":
        project = Project(top.root / subdirectory)
    config = read_config(project)
    if config.root not in (None, "."):
        if not project.has_folder(str(config.root)):
            raise config_invalid(f"{FILE}: root: the folder {str(config.root)[:80]!r} does not exist.")
        project = Project(project.root / str(config.root))
    plan = None if "node" in without else _of_member(top, project, config)
    if plan is not None:
        return _with_note_on_secrets(plan.model_copy(update={"whole_source": subdirectory != "."}), project)
    return _with_note_on_secrets(overridden(_first_plan(project, config, without), config, project), project)


def _of_member(top: Project, project: Project, config: Config) -> BuildPlan | None:
    """The plan for a folder that is part of a workspace, made from the workspace's root; None for any other."""
    if project.root == top.root or config.framework not in (None, NodeDetector.name):
        return None
    folder = project.root.relative_to(top.root).as_posix()
    plan = NodeDetector().detect_member(top, config, folder) if is_member(top, folder) else None
    return None if plan is None else overridden(plan, seen_from_the_root(config, folder), top)


def _with_note_on_secrets(plan: BuildPlan, project: Project) -> BuildPlan:
    """images/dockerfile.py leaves .env out of what it builds; whoever relied on it must hear of that."""
    if plan.dockerfile or not plan.builder + plan.base or not project.has(".env"):
        return plan
    note = ".env stays out of the image: set its values as the site's environment"
    return plan.model_copy(update={"summary": f"{plan.summary}; {note}"})


def _first_plan(project: Project, config: Config, without: Collection[str]) -> BuildPlan:
    """A family that recognises the project but lacks something may be overruled by another one that runs code.

    Never by static files: that would publish a broken server's sources.
    """
    complaint: DetectionError | None = None
    for detector in DETECTORS:
        if detector.name in without or config.framework not in (None, detector.name):
            continue
        if complaint and not detector.runs_code:
            continue
        try:
            plan = detector.detect(project, config)
        except DetectionError as error:
            complaint = complaint or error
            continue
        if plan is not None:
            return plan
    by_hand = None if config.framework else plan_by_hand(project, config)
    if by_hand is None:
        raise complaint or _nothing_found(project, config)
    return by_hand


def _nothing_found(project: Project, config: Config) -> DetectionError:
    if config.framework:
        return config_invalid(
            f"{FILE}: framework = {config.framework!r}, but nothing of that kind is here.",
            f"Leave `framework` out, or add what is missing ({', '.join(_MARKERS)}).",
        )
    inner = [name[:60] for name in project.folders() if any(project.has(f"{name}/{file}") for file in _MARKERS)]
    if inner:
        where = ", ".join(f"{name}/" for name in inner[:5])
        each = "that folder" if len(inner) == 1 else "one of them, and deploy the others as sites of their own"
        hint = f'There is something in {where}: in a zipp.toml at the root name {each}: root = "{inner[0]}"'
    elif any(project.has(file) for file in ("server.js", "index.js", "app.js")):
        hint = "It looks like a Node server: add a package.json (npm init -y) with a start script."
    else:
        hint = (
            "Add one of: index.html (a static site), package.json with a start script (Node), "
            "requirements.txt and a FastAPI or Flask app (Python), index.php (PHP), go.mod (Go), Gemfile (Ruby), "
            "pom.xml (Java), or a Dockerfile (anything)."
        )
    empty = not (project.files() or project.folders())
    return DetectionError(
        "The source is empty." if empty else "Zipp can't tell what kind of project this is.", hint=hint
    )
