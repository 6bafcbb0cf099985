"""Which manager installs a Node project's packages, in which version, and with what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zipp.detect.node.packages import Packages, packages
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError

Installed = Callable[..., Packages]
EXPRESS: dict[str, Any] = {"dependencies": {"express": "^5"}, "devDependencies": {"vite": "7"}}
NPM_LOCK = json.dumps({"lockfileVersion": 3, "packages": {"": EXPRESS}})
YARN_1 = '# yarn lockfile v1\n\nexpress@^5:\n  version "5.1.0"\n\nvite@7:\n  version "7.0.0"\n'
BERRY = '__metadata:\n  version: {}\n  cacheKey: 10\n\n"express@npm:^5":\n  version: 5.1.0\n\n"vite@npm:7":\n'


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    def install(manifest: dict[str, Any], **files: str) -> Packages:
        for name, content in {**files, "package.json": json.dumps(manifest)}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return packages(Project(tmp_path), manifest)

    return install


def test_a_lock_file_of_npm(installed: Installed) -> None:
    found = installed(EXPRESS, **{"package-lock.json": NPM_LOCK, ".npmrc": "x=y"})
    assert (found.manager, found.tools, found.caches) == ("npm", (), ("npm",))
    assert found.dependency_files == ("package.json", "package-lock.json", ".npmrc")
    assert found.install[0].startswith("npm ci --include=dev ")
    assert found.production[0].startswith("npm ci --omit=dev ")
    assert found.prune[0].startswith("npm prune --omit=dev ")
    assert (found.run("build"), found.execute("vite build")) == ("npm run build", "npx vite build")


@pytest.mark.parametrize(
    ("version", "tool"),
    [("5.4", "pnpm@7.33.7"), ("'6.0'", "pnpm@8.15.9"), ("'9.0'", "pnpm@9.15.9"), ("'12.0'", "pnpm@12.21.0")],
)
def test_pnpms_version_is_one_that_reads_the_lock_file(installed: Installed, version: str, tool: str) -> None:
    found = installed(EXPRESS, **{"pnpm-lock.yaml": f"lockfileVersion: {version}\n"})
    assert (found.manager, found.tools) == ("pnpm", (f"npm install -g {tool}",))
    assert found.install[0].startswith("pnpm install --prod=false --frozen-lockfile || ")
    assert found.execute("vite") == "pnpm exec vite"


@pytest.mark.parametrize(
    ("field", "tool"),
    [
        ("pnpm@10.1.0", "pnpm@10.1.0"),
        ("pnpm@9.5.0+sha512.abc", "pnpm@9.5.0"),
        ("pnpm@8.1.0", "pnpm@8.15.9"),
        ("pnpm@6.0.0", "pnpm@7.33.7"),
        ("pnpm@latest", "pnpm@9.15.9"),
        ("pnpm@9.0.0; id", "pnpm@9.15.9"),
        ("pnpm@$(id)", "pnpm@9.15.9"),
    ],
)
def test_package_manager_names_the_version_and_nothing_else(installed: Installed, field: str, tool: str) -> None:
    found = installed({**EXPRESS, "packageManager": field}, **{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"})
    assert found.tools == (f"npm install -g {tool}",)


def test_settings_that_pnpm_9_would_not_read_need_pnpm_10(installed: Installed) -> None:
    files = {
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "pnpm-workspace.yaml": "onlyBuiltDependencies:\n  - esbuild\n",
    }
    found = installed(EXPRESS, **files)
    assert found.tools == ("npm install -g pnpm@10.34.9",)
    assert found.dependency_files == ("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml")


def test_yarn_1(installed: Installed) -> None:
    found = installed(EXPRESS, **{"yarn.lock": YARN_1})
    assert (found.manager, found.tools) == ("yarn", ("npm install -g yarn@1.22.22",))
    assert found.install[0].startswith(
        "yarn install --production=false --ignore-engines --non-interactive --frozen-lock"
    )


@pytest.mark.parametrize(("version", "tool"), [(6, "3.8.7"), (8, "4.12.0"), (10, "4.18.1")])
def test_a_later_yarn_keeps_the_lock_file_as_it_is(installed: Installed, version: int, tool: str) -> None:
    found = installed(EXPRESS, **{"yarn.lock": BERRY.format(version)})
    assert (found.manager, found.tools) == ("yarn-berry", (f"npm install -g @yarnpkg/cli-dist@~{tool}",))
    assert found.env["YARN_NODE_LINKER"] == "node-modules"
    assert bool(found.production) == (version > 6), "Yarn 3 can't leave development packages out"
    assert found.run("build") == "yarn run build"


def test_yarns_version_is_that_of_the_release_beside_the_source(installed: Installed) -> None:
    files = {
        "yarn.lock": BERRY.format(8),
        ".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.2.2.cjs\n",
        ".yarn/releases/yarn-4.2.2.cjs": "x",
        ".yarn/patches/a.patch": "x",
    }
    found = installed(EXPRESS, **files)
    assert found.tools == ("npm install -g @yarnpkg/cli-dist@~4.2.2",)
    assert {".yarnrc.yml", ".yarn/patches/a.patch"} <= set(found.dependency_files)


@pytest.mark.parametrize("lock", ["bun.lock", "bun.lockb"])
def test_bun(installed: Installed, lock: str) -> None:
    found = installed(EXPRESS, **{lock: "{}"})
    assert (found.manager, found.tools) == ("bun", ("npm install -g bun@1.4.5",))
    assert found.install[0].startswith("bun install --frozen-lockfile || ")


def test_without_a_lock_file_versions_are_chosen(installed: Installed) -> None:
    found = installed(EXPRESS)
    assert found.install[0].startswith("npm install --include=dev ")
    assert installed(EXPRESS, **{"pnpm-workspace.yaml": "overrides: {}\n"}).manager == "pnpm"


def test_of_several_lock_files_the_first_that_fits_decides_and_that_is_said(installed: Installed) -> None:
    found = installed(EXPRESS, **{"package-lock.json": NPM_LOCK, "yarn.lock": "# yarn lockfile v1\n\nleft-pad@1:\n"})
    assert found.manager == "npm"
    assert found.notes == ("package-lock.json decides and yarn.lock is left aside: remove what is not in use",)
    assert installed(EXPRESS, **{"package-lock.json": NPM_LOCK, "yarn.lock": YARN_1}).manager == "yarn"


def test_package_manager_decides_among_lock_files(installed: Installed) -> None:
    files = {"package-lock.json": NPM_LOCK, "yarn.lock": YARN_1}
    assert installed({**EXPRESS, "packageManager": "npm@10.0.0"}, **files).manager == "npm"


def test_a_lock_file_out_of_step_is_said_and_not_run_into(installed: Installed) -> None:
    found = installed({**EXPRESS, "devDependencies": {"vite": "8"}}, **{"package-lock.json": NPM_LOCK})
    assert found.install[0].startswith("npm install ")
    assert "package-lock.json does not match package.json" in found.notes[0]


def test_conflicts_that_only_npm_finds_have_their_way_out(installed: Installed) -> None:
    install = installed(EXPRESS, **{"package-lock.json": NPM_LOCK}).install[0]
    assert "code EUSAGE" in install
    assert "code ERESOLVE" in install
    assert install.count("(exit $code)") == 2, "another failure keeps its code"
    assert install.endswith("--legacy-peer-deps; }")


def test_without_packages_nothing_is_installed(installed: Installed) -> None:
    found = installed({"scripts": {"start": "node a.js"}})
    assert (found.install, found.production, found.prune, found.caches) == ((), (), (), ())


def test_with_development_packages_only_production_needs_none(installed: Installed) -> None:
    assert installed({"devDependencies": {"vite": "7"}}).production == ("mkdir -p node_modules",)


@pytest.mark.parametrize(
    "manifest",
    [
        {**EXPRESS, "workspaces": ["packages/*"]},
        {**EXPRESS, "scripts": {"postinstall": "node setup.js"}},
        {**EXPRESS, "scripts": {"prepare": "husky && node setup.js"}},
        {**EXPRESS, "scripts": {"prepare": "husky $(node setup.js)"}},
        {"dependencies": {"a": "file:./a"}},
        {"dependencies": {"a": "link:../a"}},
    ],
)
def test_an_install_that_may_need_the_source_gets_it(installed: Installed, manifest: dict[str, Any]) -> None:
    found = installed(manifest)
    assert (found.dependency_files, found.production) == ((), ())
    assert found.install


@pytest.mark.parametrize("script", ["husky", "husky install", "npx only-allow pnpm", "is-ci || husky", "nuxt prepare"])
def test_scripts_that_no_build_needs_are_left_out(installed: Installed, script: str) -> None:
    found = installed({**EXPRESS, "scripts": {"prepare": script}})
    assert found.install[0] == found.production[0] == "npm pkg delete scripts.prepare"
    assert found.dependency_files == ("package.json",)


def test_patches_come_along(installed: Installed) -> None:
    manifest = {"dependencies": {"a": "1", "patch-package": "8"}, "scripts": {"postinstall": "patch-package"}}
    found = installed(manifest, **{"patches/a+1.0.0.patch": "x"})
    assert found.dependency_files == ("package.json", "patches/a+1.0.0.patch")
    assert found.production


def test_prisma_is_installed_in_place_with_its_schema(installed: Installed) -> None:
    manifest = {"dependencies": {"@prisma/client": "6"}, "prisma": {"schema": "db/schema.prisma"}}
    found = installed(manifest, **{"db/schema.prisma": "x", "prisma/a.prisma": "x", "prisma/seed.ts": "x"})
    assert found.dependency_files == ("package.json", "db/schema.prisma", "prisma/a.prisma")
    assert found.production == ()
    assert found.prune


def test_a_part_of_a_workspace_alone_is_refused(installed: Installed) -> None:
    with pytest.raises(DetectionError) as raised:
        installed({"dependencies": {"@acme/ui": "workspace:*"}})
    assert raised.value.code == "node_workspace_member"


def test_scripts_may_call_another_manager(installed: Installed) -> None:
    found = installed({**EXPRESS, "scripts": {"build": "yarn clean && vite build"}}, **{"package-lock.json": NPM_LOCK})
    assert (found.manager, found.tools) == ("npm", ("npm install -g yarn@1.22.22",))


@pytest.mark.parametrize(
    ("manifest", "legacy"),
    [
        ({"dependencies": {"react-scripts": "4.0.3"}}, True),
        ({"dependencies": {"react-scripts": "^5.0.1"}}, False),
        ({"devDependencies": {"webpack": "~4.46"}}, True),
        ({"devDependencies": {"@vue/cli-service": "^4.5.0"}}, True),
        ({"dependencies": {"next": "latest"}}, False),
    ],
)
def test_webpack_4_gets_the_hashes_that_it_needs(installed: Installed, manifest: dict[str, Any], legacy: bool) -> None:
    assert (installed(manifest).env.get("NODE_OPTIONS") == "--openssl-legacy-provider") is legacy


def test_webpack_4_is_found_in_the_lock_file_too(installed: Installed) -> None:
    lock = '# yarn lockfile v1\n\n"webpack@^4.4.1":\n  version "4.47.0"\n'
    assert "NODE_OPTIONS" in installed(EXPRESS, **{"yarn.lock": lock}).env


def test_native_packages_that_another_system_left_out_are_added(installed: Installed) -> None:
    rollup = {"optionalDependencies": {"@rollup/rollup-linux-x64-gnu": "4.1.0", "@rollup/rollup-darwin-arm64": "4.1.0"}}
    lock = {"packages": {"": EXPRESS, "node_modules/rollup": rollup, "node_modules/@rollup/rollup-darwin-arm64": {}}}
    found = installed(EXPRESS, **{"package-lock.json": json.dumps(lock)})
    assert found.install[-1].endswith(" @rollup/rollup-linux-x64-gnu@4.1.0")
    lock["packages"]["node_modules/@rollup/rollup-linux-x64-gnu"] = {}
    assert len(installed(EXPRESS, **{"package-lock.json": json.dumps(lock)}).install) == 1


def test_what_is_no_package_and_no_version_never_gets_into_a_command(installed: Installed) -> None:
    names = {"x; id; linux-x64": "1.0.0", "a-linux-x64": "1.0.0; id", "$(id)-linux-x64": "1.0.0"}
    lock = {"packages": {"": EXPRESS, "node_modules/a": {"optionalDependencies": names}}}
    found = installed(EXPRESS, **{"package-lock.json": json.dumps(lock)})
    assert "id" not in " ".join(found.install).split()
    assert len(found.install) == 1


def test_a_stray_mirror_in_yarns_lock_file_is_taken_out(installed: Installed) -> None:
    hosts = ("registry.example", "registry.example", "mirror-1.example")
    lines = [f'a{n}@1:\n  version "1.0.0"\n  resolved "https://{host}/a/-/a-1.tgz#1"\n' for n, host in enumerate(hosts)]
    lock = "# yarn lockfile v1\n\n" + "\n".join(lines)
    found = installed(EXPRESS, **{"yarn.lock": lock})
    assert found.install[0] == (
        "sed -i -E '\\#^  resolved \"https?://(mirror-1\\.example)(:[0-9]+)?/.*/-/#d' yarn.lock"
    )
    private = installed(EXPRESS, **{"yarn.lock": lock, ".npmrc": "@acme:registry=https://mirror-1.example"})
    assert private.install[0].startswith("yarn install ")


def test_npm_takes_every_package_from_the_registry_that_is_set(installed: Installed) -> None:
    files = {"package-lock.json": NPM_LOCK}
    assert installed(EXPRESS, **files).env["npm_config_replace_registry_host"] == "always"
    private = installed(EXPRESS, **files, **{".npmrc": "@acme:registry=https://npm.acme.example"})
    assert "npm_config_replace_registry_host" not in private.env
