from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.domain.plan import OR_ELSE, BuildPlan, Serve
from zipp.images.dockerfile import HEADER, render
from zipp.images.dockerfile_lines import run
from zipp.images.instructions import readable

NPM = "--mount=type=cache,id=zipp-{}-npm,target=/tmp/cache/npm,uid=10001,gid=10001,sharing=shared"

EXPRESS = BuildPlan(
    framework="express",
    summary="Express app",
    builder="zipp/node:22-build",
    base="zipp/node:22-slim",
    caches=("npm",),
    dependency_files=("package.json", "package-lock.json"),
    dependencies=("npm ci --omit=dev",),
    dependency_folders=("node_modules",),
    start="node server.js",
    port=3000,
    env={"NODE_ENV": "production"},
)
NEST = EXPRESS.model_copy(
    update={"install": ("npm ci --include=dev",), "build": ("npm run build",), "build_env": {"CI": "1"}}
)
IN_PLACE = NEST.model_copy(update={"dependencies": (), "dependency_files": ()})
FLASK = BuildPlan(
    framework="flask",
    summary="Flask app",
    builder="zipp/python:3.11-build",
    base="zipp/python:3.11-slim",
    caches=("uv",),
    dependency_files=("requirements.txt", "requirements/base.txt", "constraints.txt"),
    dependencies=("uv pip install -r requirements.txt gunicorn",),
    dependency_folders=("/opt/venv",),
    start="gunicorn --bind 0.0.0.0:$PORT 'shop:create_app()'",
    port=8000,
)
VITE = BuildPlan(
    framework="vite",
    summary="Vite app",
    serve=Serve.NGINX,
    builder="zipp/node:22-build",
    caches=("npm",),
    dependency_files=("package.json",),
    install=("npm install",),
    build=("npm run build",),
    output="dist",
    find_output=True,
)
ALL = [EXPRESS, NEST, IN_PLACE, FLASK, VITE]


def stages(text: str) -> dict[str, list[str]]:
    """The lines of each stage after its FROM; the last one's name is "site"."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines()[1:]:
        if line.startswith("FROM "):
            lines = found.setdefault(line.partition(" AS ")[2] or "site", [line])
        else:
            lines.append(line)
    return found


def changed(plan: BuildPlan, **changes: Any) -> BuildPlan:
    return plan.model_copy(update=changes)


def test_a_server_that_needs_no_build_becomes_this_dockerfile() -> None:
    assert render(EXPRESS, buildkit=True, scope="o1").splitlines() == [
        HEADER,
        "FROM zipp/node:22-build AS builder",
        "WORKDIR /app",
        "USER 10001:10001",
        'ENV HOME="/tmp" npm_config_cache="/tmp/cache/npm"',
        "FROM builder AS dependencies",
        'COPY --chown=10001:10001 ["package.json", "package-lock.json", "./"]',
        f'RUN {NPM.format("o1")} ["/bin/sh", "-ec", "for c; do printf \'$ %s\\\\n\' \\"${{c%% || \\\\{{ code=*}}\\"; '
        '/bin/sh -ec \\"$c\\"; done\\nmkdir -p node_modules", "build", "npm ci --omit=dev"]',
        "FROM zipp/node:22-slim",
        "WORKDIR /app",
        "USER 10001:10001",
        'COPY --from=dependencies --chown=10001:10001 ["/app/node_modules", "/app/node_modules"]',
        'ENV HOME="/tmp" NODE_ENV="production" PORT="3000"',
        'ENV PATH="/app/node_modules/.bin:$PATH"',
        'CMD ["/bin/sh", "-c", "exec node server.js"]',
        'COPY --chown=10001:10001 [".", "./"]',
    ]


def test_commands_are_shown_without_what_is_only_tried_when_they_fail() -> None:
    commands = ["false" + OR_ELSE + "$?; echo second; }", "echo a || { echo b; }"]
    line = run(commands).removeprefix("RUN ")
    printed = subprocess.run(json.loads(line), capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == ["$ false", "second", "$ echo a || { echo b; }", "a"]
    assert readable(f"RUN {line}") == "RUN false; echo a || { echo b; }"


def test_a_python_app_has_its_environment_made_once_and_copied() -> None:
    found = stages(render(FLASK, buildkit=True))
    assert found["builder"][2:] == [
        "USER 10001:10001",
        'ENV HOME="/tmp" PIP_PYTHON="/opt/venv/bin/python" UV_CACHE_DIR="/tmp/cache/uv" VIRTUAL_ENV="/opt/venv"',
        'ENV PATH="/opt/venv/bin:$PATH"',
    ]
    assert found["dependencies"][1:3] == [
        'COPY --chown=10001:10001 ["requirements.txt", "constraints.txt", "./"]',
        'COPY --chown=10001:10001 ["requirements/base.txt", "./requirements/"]',
    ]
    assert found["site"][3:] == [
        'COPY --from=dependencies --chown=10001:10001 ["/opt/venv", "/opt/venv"]',
        'ENV HOME="/tmp" PORT="8000" VIRTUAL_ENV="/opt/venv"',
        'ENV PATH="/opt/venv/bin:$PATH"',
        'CMD ["/bin/sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT \'shop:create_app()\'"]',
        'COPY --chown=10001:10001 [".", "./"]',
    ]


def test_a_build_without_an_installation_of_its_own_goes_on_from_the_dependencies() -> None:
    found = stages(render(changed(FLASK, build=("python manage.py collectstatic",)), buildkit=True))
    assert found["build"][0] == "FROM dependencies AS build"
    assert found["build"][1] == 'COPY --chown=10001:10001 [".", "./"]'
    assert '"python manage.py collectstatic"' in found["build"][-1]
    assert found["site"][-1] == 'COPY --from=build --chown=10001:10001 ["/tmp/out/site/", "./"]'


def test_a_build_that_goes_on_from_dependencies_made_of_the_source_has_it_already() -> None:
    found = stages(render(changed(FLASK, dependency_files=(), build=("true",)), buildkit=True))
    assert [line.split()[0] for line in found["build"]] == ["FROM", "RUN"]


def test_what_is_only_for_building_comes_from_a_stage_of_its_own() -> None:
    found = stages(render(NEST, buildkit=True))
    assert found["build"][:3] == [
        "FROM builder AS build",
        'ENV CI="1"',
        'COPY --chown=10001:10001 ["package.json", "package-lock.json", "./"]',
    ]
    assert found["build"][3].endswith('["/bin/sh", "-ec", "npm ci --include=dev"]')
    assert found["build"][4:7] == [
        'COPY --chown=10001:10001 [".", "./"]',
        'ENV NODE_ENV="production"',
        'ENV PATH="/app/node_modules/.bin:$PATH"',
    ]
    assert "npm ci --omit=dev" not in str(found["build"])


def test_dependencies_have_a_layer_of_their_own_below_everything_that_changes_more_often() -> None:
    for plan in (NEST, IN_PLACE):
        site = stages(render(plan, buildkit=True))["site"]
        stage = "dependencies" if plan.dependencies else "build"
        copies = [line for line in site if line.startswith("COPY ")]
        assert copies == [
            f'COPY --from={stage} --chown=10001:10001 ["/app/node_modules", "/app/node_modules"]',
            'COPY --from=build --chown=10001:10001 ["/tmp/out/site/", "./"]',
        ]
        assert site[-1] == copies[-1]


@pytest.mark.parametrize("keep", [("server/",), ("dist", "package.json"), ("dist", "node_modules"), ("dist", ".")])
def test_what_a_build_keeps_is_copied_from_a_place_of_its_own(keep: tuple[str, ...]) -> None:
    found = stages(render(changed(NEST, keep=keep), buildkit=True))
    site = found["site"]
    assert site[site.index('CMD ["/bin/sh", "-c", "exec node server.js"]') + 1 :] == [
        'COPY --from=build --chown=10001:10001 ["/tmp/out/site/", "./"]'
    ]
    assert "/tmp/out/site" in found["build"][-1]
    assert "./node_modules" not in found["build"][-1]


def test_an_installation_that_reads_the_whole_source_comes_after_it() -> None:
    lines = stages(render(IN_PLACE, buildkit=False))["build"]
    assert lines[2] == 'COPY --chown=10001:10001 [".", "./"]'
    assert "npm ci" in lines[3]
    assert "dependencies" not in stages(render(IN_PLACE, buildkit=False))


def test_files_that_a_build_makes_are_all_that_is_in_their_image() -> None:
    found = stages(render(VITE, buildkit=True))
    assert found["site"] == [
        "FROM scratch",
        'COPY --from=build --chown=10001:10001 ["/tmp/out/site/", "/"]',
    ]
    assert "exit 66" in found["build"][-1]


def test_a_server_that_needs_nothing_has_one_stage() -> None:
    plan = changed(EXPRESS, dependencies=(), builder="", caches=())
    assert list(stages(render(plan, buildkit=True))) == ["site"]
    assert "--from" not in render(plan, buildkit=True)


def test_tools_are_installed_as_root_before_anything_of_the_site_is_there() -> None:
    lines = stages(render(changed(NEST, tools=("npm install -g pnpm@9",)), buildkit=True))["builder"]
    place = next(number for number, line in enumerate(lines) if "pnpm@9" in line)
    assert place < lines.index("USER 10001:10001")
    assert not any(line.startswith("COPY") for line in lines)


def test_what_runs_before_the_start_is_part_of_the_command() -> None:
    text = render(changed(EXPRESS, before_start="npm run migrate"), buildkit=True)
    assert '"npm run migrate", "exec node server.js"]' in text


# builders and caches -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("plan", ALL)
def test_the_classic_builder_gets_the_same_stages_without_mounts(plan: BuildPlan) -> None:
    classic, buildkit = (stages(render(plan, buildkit=kind)) for kind in (False, True))
    assert "--mount" not in str(classic)
    assert {name: [line.split()[0] for line in lines] for name, lines in classic.items()} == {
        name: [line.split()[0] for line in lines] for name, lines in buildkit.items()
    }
    assert classic["site"] == buildkit["site"]


def test_the_classic_builder_keeps_no_downloads_in_a_layer() -> None:
    assert "rm -rf /tmp/cache/npm" in stages(render(EXPRESS, buildkit=False))["dependencies"][-1]
    assert "rm -rf" not in render(EXPRESS, buildkit=True)


def test_downloads_that_the_build_reads_are_not_emptied_before_it() -> None:
    plan = changed(VITE, caches=("go",), install=("go mod download",))
    assert "rm -rf /tmp/cache" not in render(plan, buildkit=False)


def test_what_a_build_keeps_for_the_next_is_mounted_for_the_build_only_and_never_kept_in_an_image() -> None:
    plan = changed(NEST, build_caches=(".next/cache",))
    found = stages(render(plan, buildkit=True, scope="o1", site_scope="s1"))
    mount = "id=zipp-s1-.next_cache,target=/app/.next/cache,uid=10001,gid=10001,sharing=private"
    assert [mount in line for line in found["build"]].count(True) == 1
    assert mount in found["build"][-1]
    assert found["build"][1] == 'RUN ["/bin/sh", "-ec", "mkdir -p .next"]'  # by the user, not by the builder as root
    for kind in (True, False):
        assert "in cache) ;;" in stages(render(plan, buildkit=kind))["build"][-1]


@pytest.mark.parametrize("folder", ["a b", "a,target=/etc", "../up", "/abs", "a\nb", '"', ""])
def test_a_cache_that_a_mount_can_not_name_is_done_without(folder: str) -> None:
    assert render(changed(NEST, build_caches=(folder,)), buildkit=True) == render(NEST, buildkit=True)


def test_owners_and_sites_do_not_share_what_others_may_have_written() -> None:
    texts = {render(changed(NEST, build_caches=("x",)), buildkit=True, scope=o, site_scope=o) for o in ("a", "b")}
    assert len(texts) == 2
    with pytest.raises(ValueError, match="scope"):
        render(NEST, buildkit=True, scope="a,target=/")


def test_nothing_of_one_site_stands_before_its_source() -> None:
    one = render(NEST, buildkit=True, scope="o", site_scope="s1", environment=("API_KEY",))
    other = changed(NEST, start="node b.js", env={"A": "1"}, build=("npm run other",), port=1, build_caches=("x",))
    two = render(other, buildkit=True, scope="o", site_scope="s2", environment=("OTHER",))
    for name in ("builder", "dependencies"):
        assert stages(one)[name] == stages(two)[name]
    assert stages(one)["build"][:3] == stages(two)["build"][:3]
    copies = [line for line in stages(one)["site"] if line.startswith("COPY")]
    assert stages(one)["site"][: stages(one)["site"].index(copies[0]) + 1] == stages(two)["site"][:4]


# the site's environment ----------------------------------------------------------------------------------------------
def test_the_build_alone_may_read_the_sites_environment() -> None:
    found = stages(render(NEST, buildkit=True, environment=("DATABASE_URL", "API_KEY")))
    assert found["build"][-3:-1] == ["ARG API_KEY", "ARG DATABASE_URL"]
    assert "ARG" not in str([found["builder"], found["dependencies"], found["site"]])


@pytest.mark.parametrize("name", ["NPM_TOKEN", "npm_config_registry", "NODE_AUTH_TOKEN", "UV_INDEX_X", "GOPRIVATE"])
def test_what_package_managers_read_is_there_when_they_run(name: str) -> None:
    found = stages(render(NEST, buildkit=True, environment=(name,)))
    assert f"ARG {name}" in found["dependencies"]
    assert found["build"].count(f"ARG {name}") == 1
    assert found["build"].index(f"ARG {name}") < found["build"].index('COPY --chown=10001:10001 [".", "./"]')
    goes_on = stages(render(changed(NEST, install=()), buildkit=True, environment=(name,)))
    assert goes_on["build"][-2] == f"ARG {name}"  # an argument ends with its stage


@pytest.mark.parametrize("name", ["GOOGLE_API_KEY", "DATABASE_URL", "NODE_ENV", "PIPELINE"])
def test_other_variables_do_not_make_the_dependencies_anew(name: str) -> None:
    assert f"ARG {name}" not in stages(render(NEST, buildkit=True, environment=(name,)))["dependencies"]


def test_what_the_detector_sets_for_a_build_stands_from_the_first_installation_on() -> None:
    found = stages(render(changed(NEST, build_env={"HUSKY": "0"}), buildkit=True))
    assert found["dependencies"][1] == found["build"][1] == 'ENV HUSKY="0"'
    assert "HUSKY" not in str(found["site"])


def test_what_people_set_waits_for_the_build_unless_package_managers_read_it() -> None:
    theirs = {"NPM_CONFIG_LEGACY_PEER_DEPS": "true", "A": "1"}
    plan = changed(NEST, env=theirs, build_env={**theirs, "HUSKY": "0"})
    assert stages(render(plan, buildkit=True))["dependencies"][1] == (
        'ENV HUSKY="0" NPM_CONFIG_LEGACY_PEER_DEPS="true"'
    )


def test_the_sites_environment_has_the_last_word_over_the_plans() -> None:
    found = stages(render(NEST, buildkit=True, environment=("CI", "NODE_ENV")))
    assert not any(line.startswith(("ENV CI", "ENV NODE_ENV")) for line in found["build"])
    assert 'ENV HOME="/tmp" NODE_ENV="production" PORT="3000"' in found["site"]


@pytest.mark.parametrize("name", ["BUILDKIT_SYNTAX", "BUILDKIT_INLINE_CACHE", "PATH", "HOME", "SOURCE_DATE_EPOCH"])
def test_what_would_turn_the_builder_itself_is_no_argument(name: str) -> None:
    assert render(NEST, buildkit=True, environment=(name,)) == render(NEST, buildkit=True)


@pytest.mark.parametrize("name", ["A B", "A\nRUN id", "A=1", "1A", "", "É"])
def test_what_is_no_name_of_a_variable_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a variable"):
        render(NEST, buildkit=True, environment=(name,))
    with pytest.raises(ValueError, match="no name of a variable"):
        render(changed(NEST, env={name: ""}), buildkit=True)


# text of other people's ----------------------------------------------------------------------------------------------
INJECTIONS = [
    'x"]\nUSER root\nRUN ["id',
    "x\nRUN id",
    "x\r\nRUN id",
    "x \\",
    "x\u2028RUN id",
    "x\x85RUN id",
    "\ud800",
    "'; id; '",
]


@pytest.mark.parametrize("command", INJECTIONS)
@pytest.mark.parametrize("plan", ALL)
def test_no_command_can_add_an_instruction(command: str, plan: BuildPlan) -> None:
    fields = ("tools", "dependencies", "install", "build")
    given: dict[str, Any] = {field: (command,) for field in fields if getattr(plan, field)}
    given |= {"start": command, "before_start": command} if plan.start else {}
    text, usual = render(changed(plan, **given), buildkit=True), render(plan, buildkit=True)
    assert [line.split(" ")[0] for line in text.splitlines()] == [line.split(" ")[0] for line in usual.splitlines()]


@given(st.text(max_size=80), st.booleans())
def test_whatever_the_commands_they_arrive_unchanged_as_arguments(command: str, buildkit: bool) -> None:
    lines = stages(render(changed(NEST, build=(command, "true"), build_caches=()), buildkit=buildkit))["build"]
    argv = json.loads(lines[-1][lines[-1].index("[") :])
    assert argv[0:2] == ["/bin/sh", "-ec"]
    assert argv[3:] == ["build", command, "true"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("app/[id]/x.json", '["app/[[]id]/x.json", "./app/[id]/"]'),
        ("$HOME/x", '["\\\\$HOME/x", "./\\\\$HOME/"]'),
        ("a*?.json", '["a[*][?].json", "./"]'),
        ("a b\n\"c'", '["a b\\n\\\\\\"c\\\\\'", "./"]'),
        ("back\\slash", '["back\\\\\\\\\\\\\\\\slash", "./"]'),
    ],
)
def test_names_of_files_mean_themselves(file: str, words: str) -> None:
    text = render(changed(EXPRESS, dependency_files=(file,)), buildkit=True)
    assert f"COPY --chown=10001:10001 {words}" in text.splitlines()


def test_values_of_variables_are_taken_as_they_are() -> None:
    plan = changed(EXPRESS, env={"A": 'say "hi" \\ $HOME', "B": "c:\\x\\", "C": ""})
    assert r'ENV A="say \"hi\" \\ \$HOME" B="c:\\x\\" C="" HOME="/tmp" PORT="3000"' in render(plan, buildkit=True)


def test_a_value_of_several_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="several lines"):
        render(changed(EXPRESS, env={"A": "x\nRUN id"}), buildkit=True)


@pytest.mark.parametrize("image", ["", "a b", "a\nRUN id", "-x", "$X"])
def test_what_is_no_name_of_an_image_is_refused(image: str) -> None:
    for field in ("builder", "base"):
        with pytest.raises(ValueError, match="no name of an image"):
            render(changed(EXPRESS, **{field: image}), buildkit=True)


@pytest.mark.parametrize(
    "plan",
    [
        BuildPlan(framework="static", summary="", output=".", serve=Serve.NGINX),
        BuildPlan(framework="docker", summary="", dockerfile="Dockerfile"),
    ],
)
def test_no_dockerfile_is_made_for_files_as_they_are_or_one_that_is_there(plan: BuildPlan) -> None:
    with pytest.raises(ValueError, match="no Dockerfile"):
        render(plan, buildkit=True)
