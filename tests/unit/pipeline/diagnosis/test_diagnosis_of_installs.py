"""What tools print that can't install a project or find its commands, and the cause that is told of each."""

from __future__ import annotations

import pytest

from zipp.pipeline.diagnosis import diagnose

NPM_OUT_OF_STEP = """\
npm error code EUSAGE
npm error
npm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.
npm error
npm error Missing: left-pad@1.3.0 from lock file
npm error
npm error Clean install a project
npm error A complete log of this run can be found in: /tmp/.npm/_logs/2026-11-23T11_16_25_124Z-debug-0.log
"""  # noqa: E501

# (what was printed, the cause's name, what its sentence holds, what its hint holds, what its line holds)
CASES = {
    "npm-out-of-step": (NPM_OUT_OF_STEP, "lockfile_out_of_step", "package-lock.json", "npm install", "left-pad@1.3.0"),
    "npm-9-out-of-step": (
        NPM_OUT_OF_STEP.replace("npm error", "npm ERR!"),
        "lockfile_out_of_step",
        "package-lock.json",
        "npm install",
        "left-pad@1.3.0",
    ),
    "npm-no-lockfile": (
        "npm error code EUSAGE\nnpm error\n"
        "npm error The `npm ci` command can only install with an existing package-lock.json or\n"
        "npm error npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or\n",
        "lockfile_out_of_step",
        "needs a package-lock.json",
        "npm install",
        "existing package-lock.json",
    ),
    "pnpm-out-of-step": (
        ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date\n',
        "lockfile_out_of_step",
        "pnpm-lock.yaml",
        "pnpm install",
        "OUTDATED",
    ),
    "yarn-out-of-step": (
        "error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.\n",
        "lockfile_out_of_step",
        "yarn.lock",
        "yarn install",
        "needs to be updated",
    ),
    "yarn-4-out-of-step": (
        '➤ YN0028: │ +    left-pad: "npm:1.3.0"\n'
        "➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.\n"
        "➤ YN0000: · Failed with errors in 0s 63ms\n",
        "lockfile_out_of_step",
        "yarn.lock",
        "yarn install",
        "would have been modified",
    ),
    "bun-out-of-step": (
        "error: lockfile had changes, but lockfile is frozen\n",
        "lockfile_out_of_step",
        "bun.lock",
        "bun install",
        "frozen",
    ),
    "uv-out-of-step": (
        "Resolved 3 packages in 103ms\n"
        "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.\n",
        "lockfile_out_of_step",
        "uv.lock",
        "uv lock",
        "needs to be updated",
    ),
    "npm-peers": (
        "npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error\n"
        "npm error Found: react@19.0.0\nnpm error Could not resolve dependency:\n"
        'npm error peer react@"^18.2.0" from react-dom@18.2.0\n',
        "dependency_conflict",
        "react-dom@18.2.0 wants react",
        "legacy-peer-deps",
        "peer react",
    ),
    "uv-conflict": (
        "error: No solution found when resolving dependencies\n"
        "  cause: Because flask==3.0.0 depends on werkzeug>=3.0.0 and you require flask==3.0.0, we can conclude\n",
        "dependency_conflict",
        "contradict",
        "requirements.txt",
        "werkzeug>=3.0.0",
    ),
    "npm-unknown-package": (
        "npm error code E404\nnpm error 404 Not Found - GET https://registry.example/no-such-package\nnpm error 404\n"
        "npm error 404  The requested resource 'no-such-package@1.0.0' could not be found or you do not have\n",
        "package_not_found",
        "no-such-package@1.0.0",
        "package.json",
        "no-such-package@1.0.0",
    ),
    "npm-unknown-version": (
        "npm error code ETARGET\nnpm error notarget No matching version found for ms@99.0.0.\n",
        "package_not_found",
        "ms@99.0.0.",
        "package.json",
        "ms@99.0.0",
    ),
    "pip-unknown-package": (
        "ERROR: Could not find a version that satisfies the requirement no-such-package (from versions: none)\n"
        "ERROR: No matching distribution found for no-such-package\n",
        "package_not_found",
        "no-such-package",
        "requirements.txt",
        "No matching distribution",
    ),
    "npm-engine": (
        'npm error code EBADENGINE\nnpm error engine Unsupported engine\nnpm error notsup Required: {"node":">=99"}\n',
        "engine_unsupported",
        '{"node":">=99"}',
        ".nvmrc",
        "Required",
    ),
    "uv-python": (
        "error: No interpreter found for Python >=3.13 in managed installations or search path\n",
        "engine_unsupported",
        "Python >=3.13",
        ".python-version",
        "No interpreter",
    ),
    "npm-no-script": (
        'npm error Missing script: "build"\nnpm error\nnpm error To see a list of scripts, run:\n',
        "missing_script",
        "named build",
        '"build"',
        "Missing script",
    ),
    "yarn-no-script": ('error Command "build" not found.\n', "missing_script", "named build", '"build"', "build"),
    "no-command": (
        "\n> build\n> vite build\n\nsh: 1: vite: not found\n",
        "command_missing",
        "vite",
        "npm install vite",
        "sh: 1: vite",
    ),
    "package-json": (
        "npm error code EJSONPARSE\nnpm error JSON.parse Invalid package.json: JSONParseError: Expected double-quoted "
        "property name in JSON at position 55 (line 5 column 3)\nnpm error JSON.parse Failed to parse JSON data.\n",
        "syntax_error",
        "package.json",
        "comma",
        "line 5 column 3",
    ),
    "download": (
        "> postinstall\n> node get.js\n\nnode:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\n"
        "Error: getaddrinfo ENOTFOUND downloads.example.invalid\nnpm error code 1\n",
        "network_unreachable",
        "downloads.example.invalid",
        "network",
        "getaddrinfo",
    ),
    "pg-config": (
        "         Error: pg_config executable not found.\n\n         pg_config is required to build psycopg2\n",
        "missing_system_package",
        "psycopg2",
        "psycopg2-binary",
        "pg_config",
    ),
    "compiler": (
        "      error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory\n      [end of output]\n",
        "missing_system_package",
        "no compiler",
        "Dockerfile",
        "x86_64-linux-gnu-gcc",
    ),
    "header": (
        "q.c:1:10: fatal error: libxml/xpath.h: No such file or directory\ncompilation terminated.\n",
        "missing_system_package",
        "libxml/xpath.h",
        "Dockerfile",
        "fatal error",
    ),
    "requirements": (
        "ERROR: Invalid requirement: 'flask=>1' (from line 1 of requirements.txt)\n",
        "requirements_invalid",
        "flask=>1",
        "one package a line",
        "line 1",
    ),
    "static-root": (
        "    raise ImproperlyConfigured(\n"
        "django.core.exceptions.ImproperlyConfigured: You're using the staticfiles app "
        "without having set the STATIC_ROOT setting to a filesystem path.\n",
        "setting_missing",
        "STATIC_ROOT",
        'BASE_DIR / "staticfiles"',
        "STATIC_ROOT",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_failed_install_has_a_named_cause(name: str) -> None:
    printed, cause_name, sentence, hint, line = CASES[name]
    cause = diagnose(printed.splitlines(), "build")
    assert cause is not None
    assert cause.name == cause_name
    assert sentence in cause.message
    assert cause.message.endswith(".")
    assert hint in cause.hint
    assert line in cause.line
    assert "{" not in cause.message.replace('{"node"', "")


def test_first_cause_is_told_and_not_its_consequences() -> None:
    printed = [
        "src/App.tsx(12,5): error TS2322: Type 'string' is not assignable to type 'number'.",
        "src/Other.tsx(1,5): error TS2322: Type 'string' is not assignable to type 'number'.",
        "npm error Lifecycle script `build` failed with error:",
        "Error: connect ECONNREFUSED 127.0.0.1:5432",
    ]
    cause = diagnose(printed, "build")
    assert cause is not None
    assert "src/App.tsx" in cause.message


def test_only_the_failed_step_of_a_build_is_read() -> None:
    printed = ["Step 3/9 : RUN npm ci", *NPM_OUT_OF_STEP.splitlines(), "Step 4/9 : RUN npm run build", "boom"]
    assert diagnose(printed, "build") is None


def test_step_that_others_interrupt_is_read_whole() -> None:
    install, build = "[dependencies 3/3] RUN npm ci --omit=dev", "[build 4/5] RUN npm run build"
    printed = [build, "sh: 1: vite: not found", install, "[1/4] Resolving", *NPM_OUT_OF_STEP.splitlines(), build, "bye"]
    cause = diagnose(printed, "build")
    assert cause is not None
    assert cause.name == "command_missing"


def test_lockfile_that_an_install_mended_is_no_cause() -> None:
    printed = [*NPM_OUT_OF_STEP.splitlines(), "", "added 120 packages in 3s", "sh: 1: vite: not found"]
    cause = diagnose(printed, "build")
    assert cause is not None
    assert cause.name == "command_missing"


def test_tool_s_own_reason_comes_before_what_stands_above_it() -> None:
    printed = ["Error: connect ECONNREFUSED 127.0.0.1:6379", *NPM_OUT_OF_STEP.splitlines()]
    cause = diagnose(printed, "build")
    assert cause is not None
    assert cause.name == "lockfile_out_of_step"
