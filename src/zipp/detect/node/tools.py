"""What the programs of package.json's scripts do: make files, hand them out, watch while somebody develops, serve."""

from __future__ import annotations

from enum import StrEnum

from zipp.detect.node.scripts import Step


class Does(StrEnum):
    BUILD = "build"  # writes files and ends
    DEVELOP = "develop"  # a server for the one who writes the code: slow, and often bound to localhost
    FILES = "files"  # hands out what a build made: nginx does that
    ENDS = "ends"
    SERVE = "serve"


# By program: what stands after it when it builds, and when it hands files out; anything else is a development server.
_DEVELOPMENT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "vite": (("build", "optimize"), ("preview",)),
    "react-scripts": (("build",), ()),
    "react-app-rewired": (("build",), ()),
    "craco": (("build",), ()),
    "ng": (("build", "run", "b"), ()),
    "vue-cli-service": (("build",), ()),
    "astro": (("build", "check", "sync"), ("preview",)),
    "gatsby": (("build", "clean"), ("serve",)),
    "docusaurus": (("build", "clear"), ("serve",)),
    "ember": (("build", "b"), ()),
    "parcel": (("build",), ()),
    "vitepress": (("build",), ("serve", "preview")),
    "vuepress": (("build",), ("serve",)),
    "storybook": (("build",), ()),
    "gridsome": (("build",), ()),
    "preact": (("build",), ()),
    "hexo": (("generate", "g", "clean"), ("server", "s")),
    "svelte-kit": (("build", "sync", "package"), ("preview",)),
    "umi": (("build", "setup"), ()),
    "max": (("build", "setup"), ()),
    "rsbuild": (("build",), ("preview",)),
    "farm": (("build",), ("preview",)),
    "wmr": (("build",), ("serve",)),
    "snowpack": (("build",), ()),
    "sanity": (("build",), ()),
    "stencil": (("build",), ()),
    "polymer": (("build",), ()),
    "elm-app": (("build",), ()),
    "poi": (("--prod", "build"), ()),
    "remix": (("build", "vite:build"), ()),
    "react-router": (("build", "typegen"), ()),
    "expo": (("export", "prebuild"), ()),
    "sapper": (("export", "build"), ()),
    "docusaurus-start": ((), ()),
    "wrangler": (("deploy", "types"), ()),
    "netlify": (("build",), ()),
    "vercel": (("build",), ()),
}
# By program: what stands after it when it develops and when it serves; anything else builds.
_BOTH: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "next": (("dev", ""), ("start",)),
    "nuxt": (("dev", ""), ("start", "preview")),
    "nuxi": (("dev", ""), ("start", "preview")),
    "vinxi": (("dev", ""), ("start", "serve")),
    "solid-start": (("dev", ""), ("start",)),
    "nitro": (("dev",), ("preview",)),
    "nitropack": (("dev",), ("preview",)),
    "rw": (("dev",), ("serve",)),
    "blitz": (("dev",), ("start",)),
    "nest": ((), ("start",)),
}
_WATCHES = frozenset({"-w", "--watch", "--serve", "serve", "watch", "server", "s"})
_BUILDERS = frozenset(
    {
        *("webpack", "webpack-cli", "rspack", "rollup", "esbuild", "tsc", "tsup", "tsdown", "swc", "babel", "unbuild"),
        *(
            "eleventy",
            "@11ty/eleventy",
            "gulp",
            "grunt",
            "brunch",
            "mix",
            "sass",
            "node-sass",
            "postcss",
            "tailwindcss",
        ),
        *(
            "vue-tsc",
            "svelte-check",
            "tsc-alias",
            "ncc",
            "pkgroll",
            "build-storybook",
            "metalsmith",
            "browserify",
            "lessc",
            "docusaurus-build",
        ),
    }
)
_FILE_SERVERS = frozenset(
    {
        *(
            "serve",
            "http-server",
            "http-server-spa",
            "sirv",
            "live-server",
            "lite-server",
            "browser-sync",
            "static-server",
        ),
        *("ws", "superstatic", "spa-http-server", "local-web-server", "servor", "reload", "light-server"),
    }
)
_DEVELOPERS = frozenset(
    {
        "webpack-dev-server",
        "start-storybook",
        "react-native",
        "electron",
        "electron-forge",
        "budo",
        "wds",
        "web-dev-server",
    }
)
_ENDS = frozenset(
    {
        *(
            "echo",
            "exit",
            "true",
            "false",
            "printf",
            "cd",
            "mkdir",
            "cp",
            "mv",
            "rm",
            "touch",
            "cat",
            "ls",
            "sleep",
            "open",
        ),
        *(
            "rimraf",
            "del-cli",
            "cpx",
            "copyfiles",
            "mkdirp",
            "shx",
            "husky",
            "patch-package",
            "node-gyp",
            "git",
            "chmod",
        ),
        *(
            "jest",
            "vitest",
            "mocha",
            "ava",
            "tap",
            "eslint",
            "prettier",
            "standard",
            "xo",
            "biome",
            "test",
            "export",
            "set",
        ),
        *("prisma", "drizzle-kit", "knex", "sequelize", "typeorm", "graphql-codegen", "kill-port", "wait-on"),
    }
)
# They make pages and nothing else: by program, what stands after it then; nothing where it has no other use.
_PAGE_MAKERS = {
    **dict.fromkeys(("sanity", "gridsome", "elm-app", "wmr", "farm", "poi"), "build"),
    **dict.fromkeys(("expo", "sapper"), "export"),
    **dict.fromkeys(("docusaurus-build", "brunch", "metalsmith", "eleventy", "@11ty/eleventy"), ""),
}
_ORCHESTRATORS = frozenset({"concurrently", "npm-run-all", "run-p", "run-s", "turbo", "nx", "lerna", "wireit", "lage"})


def makes_pages(step: Step) -> bool:
    """A single-page app's bundler may as well make one file of a server: those are told by what they bundle."""
    action = _PAGE_MAKERS.get(step.program)
    return action is not None and action in ("", step.action)


def what_it_does(step: Step) -> Does:
    """Of an unknown program: serve."""
    program, action = step.program, step.action
    if program in _DEVELOPMENT:
        builds, hands_out = _DEVELOPMENT[program]
        if action in builds or (program == "poi" and "--prod" in step.arguments):
            return Does.DEVELOP if {"-w", "--watch"} & set(step.arguments) else Does.BUILD
        return Does.FILES if action in hands_out else Does.DEVELOP
    if program in _BOTH:
        develops, serves = _BOTH[program]
        return Does.SERVE if action in serves else Does.DEVELOP if action in develops else Does.BUILD
    if program in _BUILDERS:
        return Does.DEVELOP if _WATCHES & set(step.arguments) else Does.BUILD
    if program in _FILE_SERVERS:
        return Does.FILES
    if program in _DEVELOPERS:
        return Does.DEVELOP
    if program in _ORCHESTRATORS:
        told = " ".join(step.arguments)
        return Does.DEVELOP if any(word in told for word in ("dev", "watch", "serve")) else Does.BUILD
    return Does.ENDS if program in _ENDS else Does.SERVE
