"""What sites print that end while they start, or answer with errors, and the cause that is told of each."""

from __future__ import annotations

import pytest

from zipp.pipeline.diagnosis import diagnose

CASES = {
    "node-package": (
        "node:internal/modules/cjs/loader:1433\n  throw err;\n  ^\n\nError: Cannot find module 'express'\n"
        "Require stack:\n- /app/src/server.js\n    at Function._resolveFilename (node:internal/modules/cjs/loader:1)\n",
        "missing_dependency",
        "express is imported in src/server.js",
        "devDependencies",
        "Cannot find module",
    ),
    "node-module-package": (
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/kit' imported from /app/server.js\n",
        "missing_dependency",
        "@scope/kit is imported in server.js",
        "npm install @scope/kit",
        "@scope/kit",
    ),
    "node-entry": (
        "Error: Cannot find module '/app/dist/main.js'\n    at Function._resolveFilename (node:internal:1:1)\n",
        "missing_file",
        "dist/main.js",
        "build command",
        "/app/dist/main.js",
    ),
    "node-syntax": (
        "/app/server.js:3\n  return 1\n         ^\n\nSyntaxError: Unexpected number\n    at wrapSafe\n",
        "syntax_error",
        "server.js, line 3: Unexpected number",
        "server.js, line 3",
        "SyntaxError",
    ),
    "node-json": (
        "    throw err;\n    ^\n\n"
        "SyntaxError: /app/config.json: Expected double-quoted property name in JSON at position 8\n",
        "syntax_error",
        "config.json: Expected",
        "config.json",
        "/app/config.json",
    ),
    "node-import": (
        "/app/server.js:1\nimport x from 'fs';\n^^^^^^\n\nSyntaxError: Cannot use import statement outside a module\n",
        "wrong_module_type",
        "server.js, line 1",
        '"type": "module"',
        "import statement",
    ),
    "node-variable": (
        '/app/s.js:1\nif(!process.env.DATABASE_URL) throw new Error("DATABASE_URL is not set")\n     ^\n\n'
        "Error: DATABASE_URL is not set\n    at Object.<anonymous> (/app/s.js:1:37)\n",
        "environment_missing",
        "DATABASE_URL",
        "zipp env SITE DATABASE_URL=",
        "Error: DATABASE_URL is not set",
    ),
    "prisma-variable": (
        "error: Environment variable not found: DATABASE_URL.\n  -->  schema.prisma:3\n",
        "environment_missing",
        "DATABASE_URL",
        "zipp env SITE",
        "not found",
    ),
    "zod-variable": (
        'ZodError: [\n  {\n    "code": "invalid_type",\n    "received": "undefined",\n    "path": [\n'
        '      "DATABASE_URL"\n    ],\n    "message": "Required"\n  }\n]\n',
        "environment_missing",
        "DATABASE_URL",
        "zipp env SITE",
        "DATABASE_URL",
    ),
    "envalid-variable": (
        " Missing environment variables:\n    DATABASE_URL: undefined\n",
        "environment_missing",
        "DATABASE_URL",
        "zipp env SITE",
        "DATABASE_URL",
    ),
    "node-refused": (
        "Error: connect ECONNREFUSED 127.0.0.1:5432\n    at TCPConnectWrap.afterConnect (node:net:1638:16)\n",
        "service_unreachable",
        "PostgreSQL at 127.0.0.1:5432",
        "the container itself",
        "ECONNREFUSED",
    ),
    "node-compose-name": (
        "Error: getaddrinfo ENOTFOUND db\n  errno: -3008,\n",
        "network_unreachable",
        "db",
        "compose",
        "getaddrinfo",
    ),
    "node-port": (
        "Error: listen EADDRINUSE: address already in use :::3000\n",
        "port_in_use",
        "twice",
        "second `listen`",
        "EADDRINUSE",
    ),
    "node-port-80": (
        "Error: listen EACCES: permission denied 0.0.0.0:80\n",
        "port_forbidden",
        "port 80",
        "PORT",
        "EACCES",
    ),
    "node-read-only": (
        "Error: EROFS: read-only file system, mkdir '/app/data'\n    at Object.mkdirSync (node:fs:1370:26)\n",
        "read_only",
        "write data",
        "read_only = false",
        "EROFS",
    ),
    "shell-read-only": (
        "mkdir: cannot create directory '/app/x': Read-only file system\n",
        "read_only",
        "a file",
        "read_only = false",
        "mkdir",
    ),
    "next-not-built": (
        "[Error: Could not find a production build in the '.next' directory. Try building your app with 'next build'\n",
        "build_missing",
        "nothing was built",
        "next build",
        "production build",
    ),
    "php": (
        'PHP Parse error:  syntax error, unexpected token ";" in /app/index.php on line 2\n',
        "syntax_error",
        "index.php, line 2",
        "index.php, line 2",
        "Parse error",
    ),
    "ruby": (
        "<internal:/usr/lib/ruby/kernel_require.rb>:85:in `require': cannot load such file -- sinatra\n",
        "missing_dependency",
        "sinatra",
        "Gemfile",
        "sinatra",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_site_s_last_words_have_a_named_cause(name: str) -> None:
    printed, cause_name, sentence, hint, line = CASES[name]
    cause = diagnose(printed.splitlines(), "start")
    assert cause is not None
    assert cause.name == cause_name
    assert sentence in cause.message
    assert cause.message.endswith(".")
    assert hint in cause.hint
    assert line in cause.line


@pytest.mark.parametrize(
    "printed",
    [
        "KeyError: 'SECRET_TOKEN'",  # any dictionary's
        "ReferenceError: API_URL is not defined",  # a name of the code
        "(node:1) Warning: MY_OPTION is not set, using the default",
        "Error [ERR_HTTP_HEADERS_SENT]: Cannot set headers after they are sent",
        "    throw new Error('SOME_NAME is not set')",  # code that Node shows, not an error
        "Server listening on http://0.0.0.0:3000",
        "ModuleNotFoundError",
        "",
    ],
)
def test_what_only_looks_like_a_cause_is_none(printed: str) -> None:
    assert diagnose([printed], "start") is None


def test_secret_that_the_log_hides_stays_hidden() -> None:
    cause = diagnose(["Error: connect ECONNREFUSED ••••:5432"], "start")
    assert cause is not None
    assert "••••" in cause.message
