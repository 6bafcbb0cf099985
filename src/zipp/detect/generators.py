"""Sites that a generator makes which is neither Node nor Python: Hugo and Jekyll."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from zipp.detect.config import Config
from zipp.detect.project import Project, relative
from zipp.detect.ruby_gems import ENV, Gems, gems_of
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

PORT = 8080
_HUGO_CONFIGS = tuple(f"hugo.{suffix}" for suffix in ("toml", "yaml", "yml", "json"))
_SHARED_CONFIGS = tuple(f"config.{suffix}" for suffix in ("toml", "yaml", "yml", "json"))
_HUGO_FOLDERS = ("content", "layouts", "themes", "archetypes")
_SETTING = r"^[\"']?{name}[\"']?[ \t]{{0,8}}[:=][ \t]{{0,8}}[\"']?([^\"'\s#,\]\[]{{1,200}})"
_THEME = re.compile(_SETTING.format(name="theme"), re.MULTILINE)
_PUBLISH = re.compile(_SETTING.format(name="publishDir"), re.MULTILINE | re.IGNORECASE)
_DESTINATION = re.compile(_SETTING.format(name="destination"), re.MULTILINE)

# What Debian's packages of Jekyll and its plugins bring; Gemfiles name the last ones for Windows.
_DEBIANS = frozenset(
    {
        *("jekyll", "minima", "jekyll-feed", "jekyll-include-cache", "jekyll-paginate", "jekyll-redirect-from"),
        *("jekyll-relative-links", "jekyll-remote-theme", "jekyll-seo-tag", "jekyll-sitemap", "jekyll-toc"),
        *("jekyll-titles-from-headings", "webrick", "kramdown-parser-gfm", "kramdown", "rouge", "liquid"),
        *("tzinfo", "tzinfo-data", "wdm", "http_parser.rb", "rake"),
    }
)
_JEKYLL_SIGNS = ("_posts", "_layouts", "_includes", "_data", "_sass", "_pages", "_drafts")
_DEBIANS_BUILD = "jekyll build --baseurl '' --destination "


class HugoDetector:
    name = "hugo"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        file = _hugo_config(project)
        if file is None or _has_build_of_its_own(project):
            return None
        text = "" if file == "" else project.text(file) or ""
        _check_theme(project, text)
        output = _folder(_PUBLISH, text, "public")
        # Where the site will be is not known to its source: addresses without a host are right everywhere.
        return BuildPlan(
            framework="hugo",
            summary=f"Hugo site: hugo --gc --minify, serving {output}/",
            serve=Serve.NGINX,
            builder="zipp/hugo:1-build",
            caches=("hugo",),
            build=("hugo --gc --minify --baseURL /",),
            build_env={"HUGO_ENVIRONMENT": "production"},
            output=output,
            find_output=True,
            port=PORT,
        )


class JekyllDetector:
    name = "jekyll"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        gems = gems_of(project)
        if not _is_jekyll(project, gems) or _has_build_of_its_own(project):
            return None
        output = _folder(_DESTINATION, project.text("_config.yml") or "", "_site")
        shared = BuildPlan(
            framework="jekyll",
            summary=f"Jekyll site: jekyll build, serving {output}/",
            serve=Serve.NGINX,
            output=output,
            find_output=True,
            build_env={"JEKYLL_ENV": "production"},
            port=PORT,
        )
        if gems is None or gems.asked <= _DEBIANS:
            return shared.model_copy(
                update={
                    "builder": "zipp/jekyll:4-build",
                    "build": (_DEBIANS_BUILD + output,),
                    # Debian's release is what is here, whichever the Gemfile's lock asks for.
                    "build_env": {**shared.build_env, "JEKYLL_NO_BUNDLER_REQUIRE": "true"},
                }
            )
        return shared.model_copy(
            update={
                "summary": f"Jekyll site: bundle install, bundle exec jekyll build, serving {output}/",
                "builder": f"zipp/ruby:{gems.version}-build",
                "caches": ("bundle",),
                "dependency_files": gems.files,
                "install": gems.install,
                "build": (f"bundle exec {_DEBIANS_BUILD}{output}",),
                "build_env": {**shared.build_env, **ENV, "BUNDLE_WITHOUT": "", "LANG": "C.UTF-8"},
            }
        )


def _hugo_config(project: Project) -> str | None:
    """The file, or '' for a folder of them; config.toml is Hugo's only beside Hugo's folders."""
    file = next((name for name in _HUGO_CONFIGS if project.has(name)), None)
    if file is not None:
        return file
    if not project.has_folder("content") or not any(project.has_folder(name) for name in _HUGO_FOLDERS[1:]):
        return None
    if project.has_folder("config/_default"):
        return ""
    return next((name for name in _SHARED_CONFIGS if project.has(name)), None)


def _check_theme(project: Project, text: str) -> None:
    """A theme that is a Git submodule is an empty folder in a ZIP, and Hugo then makes a site of empty pages."""
    found = _THEME.search(text)
    theme = relative(found[1]) if found else None
    if theme in (None, ".") or "." in str(theme).partition("/")[0]:
        return  # none, or a module by its address
    folder = str(PurePosixPath("themes", str(theme)))
    if not (project.files(folder) or project.folders(folder)):
        raise DetectionError(
            f"The site's theme is {str(theme)[:60]!r}, but themes/{str(theme)[:60]}/ is empty or missing.",
            code="hugo_theme_missing",
            hint="Fetch it (git submodule update --init) and put its files into the ZIP, or deploy from Git.",
        )


def _is_jekyll(project: Project, gems: Gems | None) -> bool:
    if not project.has("_config.yml"):
        return False
    named = gems is not None and bool({"jekyll", "github-pages"} & gems.asked)
    return named or any(project.has_folder(name) for name in _JEKYLL_SIGNS) or project.has("index.md")


def _has_build_of_its_own(project: Project) -> bool:
    """A package.json whose build calls the generator, or does more than that."""
    scripts = (project.json("package.json") or {}).get("scripts")
    return isinstance(scripts, dict) and isinstance(scripts.get("build"), str)


def _folder(setting: re.Pattern[str], text: str, default: str) -> str:
    """What the configuration names, when it is a plain folder inside the project."""
    found = setting.search(text)
    folder = relative(found[1]) if found else None
    plain = folder and folder != "." and re.fullmatch(r"[A-Za-z0-9._/-]{1,200}", folder) and not folder.startswith("-")
    return str(folder) if plain else default
