"""Ruby: Rails, and whatever Rack serves by a config.ru, Sinatra among it."""

from __future__ import annotations

import re
import shlex

from zipp.detect.config import Config
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.detect.ruby_gems import ENV, FOLDER, GEMFILE, Gems, gems_of
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

PORT = 3000
_SERVERS = ("puma", "falcon", "thin", "unicorn", "webrick", "iodine", "passenger")
_FRAMEWORKS = {
    "rails": "Rails",
    "sinatra": "Sinatra",
    "hanami": "Hanami",
    "roda": "Roda",
    "grape": "Grape",
    "rack": "Rack",
}
_APP_FILES = ("app.rb", "main.rb", "server.rb", "web.rb", "application.rb", "hello.rb")
_SINATRA = re.compile(r"^[ \t]{0,8}require[ (]{1,3}['\"]sinatra['\"]", re.MULTILINE)
_RAILS = {"RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1", "RAILS_SERVE_STATIC_FILES": "1"}


class RubyDetector:
    name = "ruby"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        gems = gems_of(project)
        if gems is None:
            if project.has("config.ru"):
                raise _no_gemfile()
            return None
        framework = next((name for name in _FRAMEWORKS if name in gems.asked), "")
        if not (framework or project.has("config.ru")):
            return None  # tools of another kind of project: Jekyll, CocoaPods, fastlane
        given = given_start(project, config)
        if not given and not any(server in gems.all for server in _SERVERS):
            gems = gems_of(project, added="puma") or gems
        start = given or _start(project, gems, framework)
        if start is None:
            raise _no_app(framework)
        return _plan(gems, framework, start)


def _plan(gems: Gems, framework: str, start: str) -> BuildPlan:
    label = _FRAMEWORKS.get(framework, "Rack")
    is_rails = framework == "rails"
    assets = is_rails and bool({"sprockets-rails", "propshaft", "sprockets", "vite_rails"} & gems.all)
    build = (
        ("SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=for-the-build bundle exec rails assets:precompile",) if assets else ()
    )
    notes = [*gems.notes, *(["set SECRET_KEY_BASE or RAILS_MASTER_KEY as the site's environment"] if is_rails else [])]
    done = "bundle install, rails assets:precompile" if assets else "bundle install"
    return BuildPlan(
        framework=framework or "rack",
        summary="; ".join([f"{label} app: {done}, then {start.splitlines()[0][:80]} on $PORT", *notes]),
        builder=f"zipp/ruby:{gems.version}-build",
        base=f"zipp/ruby:{gems.version}-slim",
        caches=("bundle",),
        dependency_files=gems.files,
        dependencies=() if gems.in_place else gems.install,
        dependency_folders=(FOLDER,),
        install=gems.install if gems.in_place else (),
        build=build,
        start=start,
        port=PORT,
        env={**ENV, "RACK_ENV": "production", "APP_ENV": "production", **(_RAILS if is_rails else {})},
        read_only_root=False,  # Rails and its databases write beside the code
    )


def _start(project: Project, gems: Gems, framework: str) -> str | None:
    if framework == "rails":
        return "bundle exec rails server -b 0.0.0.0 -p $PORT"
    if project.has("config.ru"):
        if {"puma"} & gems.all or not set(_SERVERS) & gems.all:
            return "bundle exec puma -b tcp://0.0.0.0:$PORT"
        return "bundle exec rackup -o 0.0.0.0 -p $PORT"
    file = next((name for name in _APP_FILES if _SINATRA.search(project.text(name) or "")), None)
    return f"bundle exec ruby {shlex.quote(file)} -o 0.0.0.0 -p $PORT" if file else None


def _no_gemfile() -> DetectionError:
    return DetectionError(
        "config.ru is here, but no Gemfile, so that nobody knows which gems it needs.",
        code="ruby_no_gemfile",
        hint="Add one with its gems: bundle init && bundle add rack puma",
    )


def _no_app(framework: str) -> DetectionError:
    return DetectionError(
        f"The {GEMFILE} asks for {_FRAMEWORKS.get(framework, 'Rack')}, but there is no config.ru and no app.rb.",
        code="ruby_no_app",
        hint='Add a config.ru (require "./app"; run Sinatra::Application), or a Procfile: web: bundle exec puma',
    )
