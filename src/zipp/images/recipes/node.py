"""Node comes as the npm package that carries the binary: from the registry that sites' own packages come from."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.images.recipes.debian import BOOKWORM, debian, toolchain
from zipp.images.recipes.recipe import Recipe, apt

# The newest npm that each runs: `npm view npm@11 engines`.
NPM = {14: 9, 16: 9, 18: 10, 20: 10, 22: 11, 24: 11, 26: 11}

_BASE = debian(BOOKWORM)
_OPENSSL = {"x64": "linux-x86_64", "arm64": "linux-aarch64"}


def node_recipes(machine: str) -> Iterator[Recipe]:
    for major, npm_major in NPM.items():
        node = f"node-linux-{machine}@{major}"
        yield _slim(major, node)
        yield _with_npm(major, node, f"npm@{npm_major}", _OPENSSL.get(machine, machine))
        yield _build(major, "npm_config_nodedir" if npm_major < 11 else "npm_package_config_node_gyp_nodedir")


def _slim(major: int, node: str) -> Recipe:
    return Recipe(
        f"zipp/node:{major}-slim",
        f"FROM {_BASE} AS unpacked\n"
        "ADD node.tgz /node/\n"
        "RUN mkdir -p /out/bin && mv /node/package/bin/node /out/bin/ && chown root:root /out/bin/node"
        " && chmod 755 /out/bin/node\n"
        f"FROM {_BASE}\n"
        f"RUN {apt('libstdc++6', 'libatomic1')}\n"
        "COPY --from=unpacked /out/ /usr/local/\n"
        "RUN node --version\n",
        parents=(_BASE,),
        npm={"node": node},
    )


def _with_npm(major: int, node: str, npm: str, openssl: str) -> Recipe:
    """Node's headers lie beside it, for packages that compile: Node's own site, where they would be downloaded from,
    is out of reach in a closed network. Of OpenSSL's fifty machines they need one.
    """
    slim = f"zipp/node:{major}-slim"
    return Recipe(
        f"zipp/node:{major}",
        f"FROM {_BASE} AS unpacked\n"
        "ADD node.tgz /node/\n"
        "ADD npm.tgz /npm/\n"
        "RUN mkdir -p /out/bin /out/lib/node_modules"
        " && mv /node/package/include /out/ && mv /npm/package /out/lib/node_modules/npm"
        f" && find /out/include/node/openssl/archs -mindepth 1 -maxdepth 1 ! -name {openssl} -exec rm -r {{}} +"
        " && chmod -R go+rX /out && chown -R root:root /out"
        " && ln -s ../lib/node_modules/npm/bin/npm-cli.js /out/bin/npm"
        " && ln -s ../lib/node_modules/npm/bin/npx-cli.js /out/bin/npx"
        " && chmod 755 /out/lib/node_modules/npm/bin/*-cli.js\n"
        f"FROM {slim}\n"
        "COPY --from=unpacked /out/ /usr/local/\n"
        "ENV npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false\n"
        "RUN npm --version\n",
        parents=(_BASE, slim),
        npm={"node": node, "npm": npm},
    )


def _build(major: int, headers: str) -> Recipe:
    """Beneath it lies the toolchain, which is large and thereby the same layer for every version. `headers` is how
    node-gyp hears where they are: npm 11 complains about the name that older ones know.
    """
    tools, node = toolchain(BOOKWORM), f"zipp/node:{major}"
    return Recipe(
        f"zipp/node:{major}-build",
        f"FROM {tools}\n"
        f"COPY --from={node} /usr/local/ /usr/local/\n"
        "ENV npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false"
        f" {headers}=/usr/local\n"
        "RUN node --version && npm --version\n",
        parents=(tools, node),
    )
