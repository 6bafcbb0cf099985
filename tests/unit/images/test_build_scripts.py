"""The scripts as a build's shell runs them, with a folder of the test's in the place of /out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from zipp.images.build_scripts import NOTHING_BUILT, OUT, begin, collect, keep, lay_out


class Build:
    def __init__(self, folder: Path) -> None:
        self.app, self.out = folder / "app", folder / "out"
        self.app.mkdir()
        self.out.mkdir()

    def source(self, *names: str) -> None:
        for name in names:
            (self.app / name).parent.mkdir(parents=True, exist_ok=True)
            (self.app / name).write_text(f"source {name}")

    def run(self, *lines: str) -> subprocess.CompletedProcess[str]:
        script = "\n".join(lines).replace(OUT, str(self.out))
        return subprocess.run(
            ["/bin/sh", "-ec", script], cwd=self.app, capture_output=True, text=True, timeout=20, check=False
        )

    def collected(
        self,
        command: str,
        output: str = "dist",
        *,
        find: bool = True,
        in_place: bool = False,
        fallback: str = "",
        left: Collection[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        after = collect(output, find=find, in_place=in_place, fallback=fallback, left=left)
        return self.run(*begin(), command, *after)

    @property
    def site(self) -> set[str]:
        top = self.out / "site"
        return {str(path.relative_to(top)) for path in top.rglob("*") if not path.is_dir() or not os.listdir(path)}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def made(*names: str) -> str:
    return "; ".join(f"mkdir -p \"$(dirname '{name}')\"; echo made > '{name}'" for name in names)


# collect -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("find", [True, False])
def test_the_output_is_moved_whole(build: Build, find: bool) -> None:
    result = build.collected(
        made("dist/index.html", "dist/a b/c.js", "dist/.well-known/x", "other/index.html"), find=find
    )
    assert (result.returncode, result.stdout) == (0, "")
    assert build.site == {"index.html", "a b/c.js", ".well-known/x"}
    assert not (build.app / "dist").exists()


def test_a_page_that_was_there_does_not_win_over_one_that_was_built(build: Build) -> None:
    build.source("dist/index.html", "index.html")
    result = build.collected(made("build/web/index.html"))
    assert "the site was built in ./build/web" in result.stdout
    assert (build.out / "site" / "index.html").read_text() == "made\n"


def test_a_build_may_only_add_to_a_page_that_was_there(build: Build) -> None:
    build.source("public/index.html")
    assert build.collected(made("public/style.css"), "public").returncode == 0
    assert build.site == {"index.html", "style.css"}


def test_a_page_that_was_copied_with_its_times_counts_as_built(build: Build) -> None:
    build.source("static/index.html")
    os.utime(build.app / "static/index.html", (1, 1))
    assert build.collected("mkdir out; cp -p static/index.html out/").returncode == 0
    assert build.site == {"index.html"}


def test_the_shallowest_page_is_taken_and_none_of_a_package(build: Build) -> None:
    pages = ("b/c/index.html", "z/index.html", "node_modules/index.html", "coverage/index.html", ".cache/index.html")
    build.collected(made(*pages, "kept/index.html"), left=("kept",))
    assert not (build.app / "z").exists()


def test_without_a_search_only_the_output_counts(build: Build) -> None:
    result = build.collected(made("build/index.html"), find=False)
    assert result.returncode == NOTHING_BUILT


@pytest.mark.parametrize("find", [True, False])
def test_that_nothing_was_built_is_told(build: Build, find: bool) -> None:
    build.source("index.html", "src/index.html")
    result = build.collected("mkdir dist; touch dist/main.js", find=find)
    assert (result.returncode, result.stderr) == (NOTHING_BUILT, "zipp: no index.html was built in dist\n")
    assert not (build.out / "site").exists()


@pytest.mark.parametrize("command", [made("css/out.css"), made("dist/out.css", "node_modules/x/index.html")])
def test_a_build_that_only_adds_to_the_projects_own_page_is_the_project(build: Build, command: str) -> None:
    build.source("index.html", "node_modules/a/b.js", ".well-known/x")
    result = build.collected(command, in_place=True)
    assert (result.returncode, result.stdout) == (0, "zipp: the site was built in .\n")
    assert build.site >= {"index.html", ".well-known/x"}
    assert not any(name.startswith("node_modules") for name in build.site)
    assert any(name.endswith("/out.css") for name in build.site)


def test_packages_that_a_page_refers_to_are_handed_out_with_it(build: Build) -> None:
    build.source("node_modules/a/b.js")
    (build.app / "index.html").write_text('<script src="./node_modules/a/b.js"></script>')
    assert build.collected(made("css/out.css"), in_place=True).returncode == 0
    assert build.site == {"index.html", "css/out.css", "node_modules/a/b.js"}


def test_a_page_that_was_built_comes_before_the_projects_own(build: Build) -> None:
    build.source("index.html")
    build.collected(made("build/web/index.html"), in_place=True)
    assert (build.out / "site" / "index.html").read_text() == "made\n"


def test_a_fallback_page_stands_for_a_first_page(build: Build) -> None:
    assert build.collected(made("dist/200.html"), fallback="200.html").returncode == 0
    assert build.site == {"200.html"}


@pytest.mark.parametrize("output", [".", "dist"])
def test_a_site_at_the_top_leaves_packages_and_history_behind(build: Build, output: str) -> None:
    build.source("node_modules/a/index.html", ".hidden/x", "about.html")
    result = build.collected(made("index.html"), output, left=("node_modules",))
    assert result.returncode == 0
    assert build.site == {"index.html", "about.html", ".hidden/x"}


def test_an_output_that_is_kept_for_the_next_build_is_copied(build: Build) -> None:
    build.collected(made("dist/index.html"), left=("dist/cache",))
    assert (build.app / "dist" / "index.html").exists()
    assert build.site == {"index.html"}


def test_a_failed_build_is_not_collected(build: Build) -> None:
    assert build.collected(f"{made('dist/index.html')}; exit 3").returncode == 3
    assert build.site == set()


@pytest.mark.parametrize("output", ["a b", "it's", "$HOME", "`id`", "x;y"])
def test_any_name_of_an_output_is_one_word(build: Build, output: str) -> None:
    build.source(f"{output}/index.html")
    assert build.collected("true", output).returncode == 0
    assert build.site == {"index.html"}


# lay_out -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("left", "site"),
    [
        ((), {"a.js", ".env.example", "..x", "-f", "node_modules/m/i.js", "vendor/b/x", "vendor/c/x", "deep/d/e/f"}),
        (("node_modules",), {"a.js", ".env.example", "..x", "-f", "vendor/b/x", "vendor/c/x", "deep/d/e/f"}),
        (
            ("node_modules", "node_modules/m", "vendor/b"),
            {"a.js", ".env.example", "..x", "-f", "vendor/c/x", "deep/d/e/f"},
        ),
        (("node_modules", "vendor", "deep/d/e", "none/x"), {"a.js", ".env.example", "..x", "-f"}),
    ],
)
def test_everything_but_what_is_left_is_laid_out(build: Build, left: Sequence[str], site: set[str]) -> None:
    names = ("a.js", ".env.example", "..x", "-f", "node_modules/m/i.js", "vendor/b/x", "vendor/c/x", "deep/d/e/f")
    build.source(*names)
    result = build.run(*lay_out(left))
    assert (result.returncode, result.stderr) == (0, "")
    assert build.site == site
    assert all((build.app / path).exists() for path in left if path != "none/x")


def test_links_are_laid_out_as_links(build: Build) -> None:
    (build.app / "broken").symlink_to("nowhere")
    (build.app / "up").symlink_to("..")
    build.run(*lay_out(()))
    assert os.readlink(build.out / "site" / "broken") == "nowhere"
    assert os.readlink(build.out / "site" / "up") == ".."


def test_names_are_no_patterns(build: Build) -> None:
    build.source("a*/x", "ab/x", "[id]/x", "i/x")
    build.run(*lay_out(("a*", "[id]")))
    assert build.site == {"ab/x", "i/x"}


# keep ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("entries", "mounted", "site", "stays"),
    [
        (("dist",), (), {"dist/x", "dist/in/.y"}, {"it's here/z", "app.jar"}),
        (("dist/",), (), {"x", "in/.y"}, {"it's here/z", "app.jar"}),
        (("app.jar", "dist/in"), (), {"app.jar", "dist/in/.y"}, {"it's here/z", "dist/x"}),
        (("app.jar", "dist/", "it's here/"), (), {"app.jar", "x", "in/.y", "z"}, {"it's here/z"}),
        (("dist",), ("dist/in",), {"dist/x", "dist/in/.y"}, {"it's here/z", "app.jar", "dist/x", "dist/in/.y"}),
    ],
)
def test_only_what_is_kept_is_laid_out(
    build: Build, entries: Sequence[str], mounted: Sequence[str], site: set[str], stays: set[str]
) -> None:
    build.source("dist/x", "dist/in/.y", "it's here/z", "app.jar")
    result = build.run(*keep(entries, mounted=mounted))
    assert (result.returncode, result.stderr) == (0, "")
    assert build.site == site
    assert {str(path.relative_to(build.app)) for path in build.app.rglob("*") if path.is_file()} == stays


def test_what_the_build_did_not_make_is_named(build: Build) -> None:
    build.source("dist/x")
    result = build.run(*keep(("dist", "it's here")))
    assert (result.returncode, result.stderr) == (NOTHING_BUILT, "zipp: the build did not make it's here\n")
    assert build.site == set()
