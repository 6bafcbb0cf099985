"""Sites of files that Python programs make: MkDocs, Sphinx, Pelican."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import Any

from zipp.detect.project import Project
from zipp.detect.python.packages import PYPROJECT, table_of
from zipp.detect.python.requirements import Requirements, read_requirements
from zipp.detect.python.version import choose_version
from zipp.domain.plan import BuildPlan, Serve

MKDOCS_FILES = ("mkdocs.yml", "mkdocs.yaml")
SPHINX_FOLDERS = (".", "source", "docs", "docs/source", "doc", "doc/source")
GROUPS = ("docs", "doc", "documentation", "mkdocs")
_OTHERS = ("go.mod", "composer.json", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "Cargo.toml")
REQUIREMENTS = (
    *("requirements-docs.txt", "docs-requirements.txt", "docs/requirements.txt", "requirements/docs.txt"),
    *("requirements/requirements-docs.txt", "requirements/doc.txt", "requirements-doc.txt", "requirements_docs.txt"),
    *("requirements-mkdocs.txt", "mkdocs-requirements.txt", "source/requirements.txt", "requirements.txt"),
)
_MKDOCS_PACKAGES = {
    "material": "mkdocs-material",
    "pymdownx": "pymdown-extensions",
    "awesome-pages": "mkdocs-awesome-pages-plugin",
    "awesome-nav": "mkdocs-awesome-nav",
    "autorefs": "mkdocs-autorefs",
    "gen-files": "mkdocs-gen-files",
    "git-revision-date-localized": "mkdocs-git-revision-date-localized-plugin",
    "glightbox": "mkdocs-glightbox",
    "include-markdown": "mkdocs-include-markdown-plugin",
    "literate-nav": "mkdocs-literate-nav",
    "macros": "mkdocs-macros-plugin",
    "mermaid2": "mkdocs-mermaid2-plugin",
    "minify": "mkdocs-minify-plugin",
    "mkdocs-jupyter": "mkdocs-jupyter",
    "mkdocstrings": "mkdocstrings[python]",
    "redirects": "mkdocs-redirects",
    "rss": "mkdocs-rss-plugin",
    "section-index": "mkdocs-section-index",
    "social": "mkdocs-material[imaging]",
}
_SPHINX_PACKAGES = {
    "sphinx_rtd_theme": "sphinx-rtd-theme",
    "furo": "furo",
    "pydata_sphinx_theme": "pydata-sphinx-theme",
    "sphinx_book_theme": "sphinx-book-theme",
    "myst_parser": "myst-parser",
    "myst_nb": "myst-nb",
    "sphinx_copybutton": "sphinx-copybutton",
    "sphinx_design": "sphinx-design",
    "sphinx_tabs": "sphinx-tabs",
}


def docs_plan(project: Project) -> BuildPlan | None:
    """The plan of a site of files; None where there is none."""
    if _is_of_another_language(project):
        return None
    pyproject = project.toml(PYPROJECT) or {}
    config = next((file for file in MKDOCS_FILES if project.has(file)), None)
    if config:
        wanted = ["mkdocs<2", *_mkdocs_packages(project.text(config) or "")]
        return _plan(project, pyproject, "mkdocs", "MkDocs", wanted, "mkdocs build --site-dir site", "site")
    if project.has("pelicanconf.py"):
        settings = "publishconf.py" if project.has("publishconf.py") else "pelicanconf.py"
        command = f"pelican content -o output -s {settings}"
        return _plan(project, pyproject, "pelican", "Pelican", ["pelican[markdown]"], command, "output")
    folder = _sphinx_folder(project, pyproject)
    if folder is None:
        return None
    output = "_build/html" if folder == "." else f"{folder}/_build/html"
    text = project.text(f"{folder}/conf.py") or ""
    wanted = ["sphinx", *(package for mark, package in _SPHINX_PACKAGES.items() if mark in text)]
    return _plan(project, pyproject, "sphinx", "Sphinx", wanted, f"sphinx-build -b html {folder} {output}", output)


def _is_of_another_language(project: Project) -> bool:
    """Its manual is then not what was sent to be a site."""
    scripts = table_of(project.json("package.json") or {}, "scripts")
    return "start" in scripts or any(project.has(file) for file in _OTHERS)


def _plan(
    project: Project,
    pyproject: dict[str, Any],
    framework: str,
    label: str,
    wanted: list[str],
    build: str,
    output: str,
) -> BuildPlan:
    version, notes = choose_version(project, pyproject)
    arguments, files, names, source = _listed(project, pyproject, framework)
    missing = [shlex.quote(requirement) for requirement in wanted if _name(requirement) not in names]
    said = "; ".join([f"{label} site: {source}, then {build}, serving {output}/", *notes])
    return BuildPlan(
        framework=framework,
        summary=said,
        serve=Serve.NGINX,
        builder=f"zipp/python:{version}-build",
        caches=("uv",),
        dependency_files=files,
        dependency_folders=("/opt/venv",),
        install=(" ".join(["uv pip install", *arguments, *missing]),),
        build=(build,),
        output=output,
    )


def _listed(
    project: Project, pyproject: dict[str, Any], framework: str
) -> tuple[list[str], tuple[str, ...], frozenset[str], str]:
    """What lists the generator and its plug-ins: the arguments, the files, the names that they have, and in words."""
    for file in REQUIREMENTS:
        if not project.has(file):
            continue
        found = read_requirements(project, file)
        if any(name.startswith(framework) for name in found.names) or file not in ("requirements.txt",):
            files = () if found.reads_source else tuple(found.files)
            return ["-r", file], files, frozenset(found.names), f"uv pip install -r {file}"
    for option, table in (
        ("--group", table_of(pyproject, "dependency-groups")),
        ("--extra", table_of(pyproject, "project", "optional-dependencies")),
    ):
        group = next((name for name in GROUPS if isinstance(table.get(name), list)), None)
        if group:
            arguments = [option, group] if option == "--group" else ["-r", PYPROJECT, option, group]
            return arguments, (PYPROJECT,), _names(table[group]), f"uv pip install {option} {group}"
    return [], (), frozenset(), f"uv pip install {framework}"


def _names(requirements: Iterable[object]) -> frozenset[str]:
    found = Requirements()
    for requirement in requirements:
        if isinstance(requirement, str):
            found.add(requirement)
    return frozenset(found.names)


def _name(requirement: str) -> str:
    return next(iter(_names([requirement])), "")


def _mkdocs_packages(text: str) -> Iterator[str]:
    """By the names of its theme, plug-ins and extensions; only these words of the file are looked at."""
    words = {_word(line) for line in text.splitlines()}
    prefixes = {word.partition(".")[0] for word in words}
    for mark, package in _MKDOCS_PACKAGES.items():
        if mark in words or (mark == "pymdownx" and mark in prefixes):
            yield package


def _word(line: str) -> str:
    """'- mkdocstrings:' and 'name: material' -> the name."""
    content = line.strip()
    if content.startswith("- "):
        return content[2:].partition(":")[0].strip(" \"'")
    key, _, value = content.partition(":")
    return value.strip(" \"'") if key in ("name", "theme") else ""


def _sphinx_folder(project: Project, pyproject: dict[str, Any]) -> str | None:
    """Where conf.py lies. In a package's own repository it is the package's manual, not what was sent to be a site."""
    is_package = "build-system" in pyproject or "project" in pyproject or project.has("setup.py")
    if is_package:
        return None
    for folder in SPHINX_FOLDERS:
        text = project.text(f"{folder}/conf.py") or ""
        has_index = any(project.has(f"{folder}/index.{kind}") for kind in ("rst", "md"))
        if has_index and any(line.startswith(("extensions", "html_theme", "project")) for line in text.splitlines()):
            return folder
    return None
