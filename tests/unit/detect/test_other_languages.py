"""PHP, Go, Ruby, Java, Hugo, Jekyll, and the languages that Zipp only knows by sight."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from zipp.detect.php import allows
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan, Serve

Planned = Callable[[dict[str, object]], BuildPlan]
Refused = Callable[[dict[str, object]], DetectionError]
GO = 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":"+port("PORT"), nil) }\n'
POM = "<project><parent><artifactId>spring-boot-starter-parent</artifactId></parent>{}</project>"


def test_pages_of_php_are_served_as_they_are(planned: Planned) -> None:
    plan = planned({"index.php": "<?php", "style.css": ""})
    assert (plan.framework, plan.base, plan.start, plan.is_built) == ("php", "zipp/php:8.2", "serve-php", False)
    assert plan.env == {"DOCUMENT_ROOT": "."}


def test_composers_packages_are_a_stage_of_their_own(planned: Planned) -> None:
    plan = planned({"composer.json": {"require": {"slim/slim": "4", "php": "^8.1"}}, "public/index.php": "<?php"})
    assert (plan.builder, plan.dependency_files) == ("zipp/php:8.2-build", ("composer.json",))
    assert plan.dependencies[0].startswith("composer install --no-dev ")
    assert plan.dependency_folders == ("vendor",)
    assert plan.env == {"DOCUMENT_ROOT": "public"}


def test_laravel_is_installed_in_place(planned: Planned) -> None:
    manifest = {"require": {"laravel/framework": "11"}, "scripts": {"post-autoload-dump": ["@php artisan x"]}}
    tree = {"composer.json": manifest, "artisan": "", "public/index.php": "", "index.php": "", "package.json": {}}
    plan = planned(tree)
    assert (plan.framework, plan.env["DOCUMENT_ROOT"]) == ("laravel", "public")
    assert (plan.dependencies, plan.dependency_files, plan.read_only_root) == ((), (), False)
    assert "--no-scripts" in plan.install[0].partition("||")[2]
    assert "APP_KEY" in plan.summary


def test_a_procfile_may_name_the_document_root(planned: Planned) -> None:
    plan = planned({"composer.json": {}, "web/index.php": "", "Procfile": "web: heroku-php-apache2 web/"})
    assert (plan.start, plan.env) == ("serve-php", {"DOCUMENT_ROOT": "web"})


def test_php_beside_a_node_server_is_not_the_site(planned: Planned) -> None:
    manifest = {"scripts": {"start": "node a.js"}}
    tree = {"package.json": manifest, "a.js": "require('http').createServer(f).listen(3000)", "index.php": ""}
    assert planned(tree).framework == "node"


def test_the_lock_file_may_need_a_newer_php(planned: Planned) -> None:
    lock = json.dumps({"packages": [{"name": "a/a", "require": {"php": ">=8.3"}}, "x", {"require": []}]})
    plan = planned({"composer.json": {"require": {"a/a": "1"}}, "composer.lock": lock, "index.php": ""})
    assert plan.base == "zipp/php:8.4"


@pytest.mark.parametrize(
    ("constraint", "version", "fits"),
    [
        ("^8.1", (8, 2), True),
        (">=7.4", (8, 2), True),
        ("^8.3", (8, 2), False),
        ("^7.4 || ^8.0", (8, 4), True),
        ("^7.4|^8.4", (8, 2), False),
        ("~8.2.0", (8, 4), False),
        ("~8.1", (8, 4), True),
        ("8.2.*", (8, 2), True),
        (">= 8.0 < 8.3", (8, 4), False),
        (">=8.0,<8.3", (8, 2), True),
        ("8.0 - 8.2", (8, 2), True),
        ("*", (8, 2), True),
        ("dev-main", (8, 2), True),
    ],
)
def test_composers_ranges(constraint: str, version: tuple[int, int], fits: bool) -> None:
    assert allows(constraint, version) is fits


def test_composer_without_pages_is_refused(refused: Refused) -> None:
    assert refused({"composer.json": {"require": {}}}).code == "php_no_index"


def test_a_go_server_is_one_program(planned: Planned) -> None:
    plan = planned({"go.mod": "module example.org/me/site/v2\n", "go.sum": "", "main.go": GO})
    assert (plan.builder, plan.base, plan.start) == ("zipp/go:1.24-build", "zipp/debian:bookworm", "bin/site")
    assert (plan.install, plan.dependency_files) == (("go mod download",), ("go.mod", "go.sum"))
    assert plan.build == ("CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/site .",)
    assert plan.port == 8080


def test_gos_program_may_lie_in_cmd(planned: Planned) -> None:
    tree = {"go.mod": "module m", "cmd/server/main.go": GO, "cmd/tool/main.go": "package main", "vendor/x/x.go": ""}
    plan = planned(tree)
    assert plan.build[0].endswith(" -o bin/server ./cmd/server")
    assert (plan.install, plan.dependency_files) == ((), ()), "its packages lie in vendor/"


def test_a_go_server_with_a_port_of_its_own(planned: Planned) -> None:
    source = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":3333", nil) }'
    assert planned({"go.mod": "module m", "main.go": source}).port == 3333


def test_a_procfile_may_count_on_the_program_being_on_path(planned: Planned) -> None:
    plan = planned({"go.mod": "module a/myapp", "main.go": GO, "Procfile": "web: myapp -v"})
    assert plan.start == "bin/myapp -v"


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"main.go": GO}, "go_no_module"),
        ({"go.mod": "module m", "a.go": "package a"}, "go_no_main"),
        ({"go.mod": "module m", "main.go": 'package main\nimport "fmt"'}, "go_no_server"),
        ({"go.mod": "module m", "cmd/a/a.go": GO, "cmd/b/b.go": GO}, "go_ambiguous"),
    ],
)
def test_what_a_go_project_lacks_is_said(refused: Refused, tree: dict[str, object], code: str) -> None:
    assert refused(tree).code == code


def test_a_module_named_to_do_harm_names_no_program(planned: Planned) -> None:
    plan = planned({"go.mod": "module a/$(id)\n", "main.go": GO})
    assert plan.start == "bin/server"


def test_sinatra_with_a_config_ru(planned: Planned) -> None:
    plan = planned({"Gemfile": "gem 'sinatra'\ngem \"puma\"\n", "Gemfile.lock": "x86_64-linux", "config.ru": "run App"})
    assert (plan.framework, plan.builder, plan.base) == ("sinatra", "zipp/ruby:3.1-build", "zipp/ruby:3.1-slim")
    assert plan.start == "bundle exec puma -b tcp://0.0.0.0:$PORT"
    assert plan.dependency_files == ("Gemfile", "Gemfile.lock")
    assert plan.dependencies == ("bundle install --jobs 4 --retry 2",)
    assert plan.env["BUNDLE_PATH"] == "vendor/bundle"


def test_a_server_is_added_to_a_gemfile_without_one(planned: Planned) -> None:
    plan = planned({"Gemfile": "gem 'sinatra'\n", "app.rb": "require 'sinatra'\n"})
    assert plan.install[0] == "printf '\\ngem \"puma\"\\n' >> Gemfile"
    assert plan.start == "bundle exec ruby app.rb -o 0.0.0.0 -p $PORT"
    assert plan.dependencies == (), "the Gemfile is changed in place"


@pytest.mark.parametrize(
    ("line", "version", "repaired", "note"),
    [
        ("ruby '3.1.2'", "3.1", False, False),
        ("ruby '3.3.6'", "3.3", True, False),
        ("ruby '>= 3.0'", "3.1", False, False),
        ("ruby '2.7.8'", "3.1", True, True),
        ("ruby '3.2.1'", "3.3", True, True),
        ("# ruby '2.7'", "3.1", False, False),
    ],
)
def test_rubys_version(planned: Planned, line: str, version: str, repaired: bool, note: bool) -> None:
    plan = planned({"Gemfile": f"{line}\ngem 'rack'\ngem 'puma'\n", "config.ru": ""})
    assert plan.base == f"zipp/ruby:{version}-slim"
    assert any(command.startswith("sed ") for command in plan.install) is repaired
    assert ("is asked for" in plan.summary) is note


def test_rails(planned: Planned) -> None:
    plan = planned({"Gemfile": "gem 'rails'\ngem 'puma'\ngem 'propshaft'", "config.ru": "", "package.json": {}})
    assert (plan.framework, plan.start) == ("rails", "bundle exec rails server -b 0.0.0.0 -p $PORT")
    assert plan.build[0].endswith("rails assets:precompile")
    assert "SECRET_KEY_BASE" in plan.summary


def test_ruby_without_a_gemfile_is_refused(refused: Refused) -> None:
    assert refused({"config.ru": "run App"}).code == "ruby_no_gemfile"


def test_spring_boot(planned: Planned) -> None:
    plan = planned({"pom.xml": POM.format("<java.version>21</java.version>")})
    assert (plan.framework, plan.builder, plan.base) == ("spring-boot", "zipp/java:21-build", "zipp/java:21-slim")
    assert plan.build[0] == "mvn -B -ntp -DskipTests package"
    assert (plan.keep, plan.start) == (("app.jar",), "java -Dserver.port=$PORT -jar app.jar")


def test_a_jar_that_a_procfile_names_is_kept_where_it_is(planned: Planned) -> None:
    plan = planned({"pom.xml": POM.format(""), "Procfile": "web: java -jar target/a.jar"})
    assert (plan.start, plan.keep, len(plan.build)) == ("java -jar target/a.jar", (".",), 1)


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"pom.xml": "<project/>"}, "java_no_server"),
        ({"build.gradle": "id 'org.springframework.boot'"}, "java_no_wrapper"),
    ],
)
def test_what_a_java_project_lacks_is_said(refused: Refused, tree: dict[str, object], code: str) -> None:
    assert refused(tree).code == code


def test_hugo(planned: Planned) -> None:
    plan = planned({"hugo.toml": "theme = 'mine'\npublishDir = 'out'\n", "themes/mine/theme.toml": "", "content/": ""})
    assert (plan.framework, plan.builder, plan.serve) == ("hugo", "zipp/hugo:1-build", Serve.NGINX)
    assert (plan.output, plan.find_output) == ("out", True)
    assert plan.build == ("hugo --gc --minify --baseURL /",)


def test_a_config_toml_is_hugos_beside_its_folders_only(planned: Planned) -> None:
    assert planned({"config.toml": "", "index.html": ""}).framework == "static"
    assert planned({"config.toml": "", "content/a.md": "", "layouts/a.html": ""}).framework == "hugo"


def test_a_theme_that_did_not_come_along_is_said(refused: Refused) -> None:
    error = refused({"hugo.yaml": "theme: ananke\n", "themes/ananke/": ""})
    assert error.code == "hugo_theme_missing"
    assert "submodule" in error.hint


def test_jekyll_of_debian(planned: Planned) -> None:
    gemfile = "gem 'jekyll', '~> 4.3'\ngem 'minima'\n# gem 'github-pages'\n  gem 'jekyll-feed'\n"
    plan = planned({"_config.yml": "destination: out\n", "Gemfile": gemfile})
    assert (plan.framework, plan.builder, plan.output) == ("jekyll", "zipp/jekyll:4-build", "out")
    assert plan.build == ("jekyll build --baseurl '' --destination out",)
    assert plan.build_env["JEKYLL_NO_BUNDLER_REQUIRE"] == "true"


def test_jekyll_of_its_gemfile(planned: Planned) -> None:
    plan = planned({"_config.yml": "", "Gemfile": "gem 'jekyll'\ngem 'just-the-docs'\n"})
    assert (plan.builder, plan.dependency_files) == ("zipp/ruby:3.1-build", ("Gemfile",))
    assert plan.build == ("bundle exec jekyll build --baseurl '' --destination _site",)


def test_a_folder_named_to_do_harm_is_not_the_output(planned: Planned) -> None:
    for name in ("$(id)", "../x", "-rf", "/etc"):
        assert planned({"_config.yml": f"destination: {name}\n", "index.md": ""}).output == "_site"


@pytest.mark.parametrize(
    ("file", "language"), [("Cargo.toml", "Rust"), ("a.csproj", ".NET"), ("mix.exs", "Elixir"), ("run.sh", "shell")]
)
def test_other_languages_are_told_to_add_a_dockerfile(refused: Refused, file: str, language: str) -> None:
    error = refused({file: "x"})
    assert error.code == "unsupported_language"
    assert language in error.message
    assert "Dockerfile" in error.hint


def test_a_dockerfile_makes_any_language_a_site(planned: Planned) -> None:
    tree: dict[str, Any] = {"Cargo.toml": "x", "Dockerfile": "FROM scratch"}
    assert planned(tree).framework == "dockerfile"
