"""What compilers and bundlers print about code, and the cause that is told of each."""

from __future__ import annotations

import pytest

from zipp.pipeline.diagnosis import diagnose

# (what was printed, the cause's name, what its sentence holds, what its hint holds, what its line holds)
CASES = {
    "vite-package": (
        "\x1b[31merror during build:\n"
        '\x1b[31m[vite]: Rollup failed to resolve import "axios" from "/app/src/main.js".\n'
        "This is most likely unintended because it can break your application at runtime.\n",
        "missing_dependency",
        "axios is imported in src/main.js",
        "npm install axios",
        "[vite]: Rollup",
    ),
    "vite-own-file": (
        'error during build:\nCould not resolve "./App.jsx" from "src/main.js"\nfile: /app/src/main.js\n',
        "missing_file",
        "./App.jsx, which is imported in src/main.js",
        "upper and lower case",
        "./App.jsx",
    ),
    "vite-syntax": (
        "error during build:\n[vite:build-html] [plugin vite:build-import-analysis] main.js (1:0): Failed to parse\n"
        "file: /app/main.js:12:4 (/app/index.html)\n1: const a = 1;\n",
        "syntax_error",
        "main.js, line 12",
        "main.js, line 12",
        "Failed to parse",
    ),
    "esbuild-syntax": (
        '[vite:build-html] Transform failed with 1 error:\n/app/main.ts:3:18: ERROR: Unexpected ";"\n'
        "file: /app/main.ts:3:18\n",
        "syntax_error",
        "main.ts, line 3",
        "main.ts, line 3",
        'Unexpected ";"',
    ),
    "vite-config-package": (
        "failed to load config from /app/vite.config.js\nerror during build:\nError [ERR_MODULE_NOT_FOUND]: Cannot "
        "find package '@vitejs/plugin-react' imported from /app/vite.config.js.timestamp-1795432692664-3f6.mjs\n",
        "missing_dependency",
        "@vitejs/plugin-react is imported in vite.config.js",
        "npm install @vitejs/plugin-react",
        "Cannot find package",
    ),
    "export": (
        'main.js (1:8): "q" is not exported by "a.js", imported by "main.js".\nfile: /app/main.js:1:8\n',
        "missing_export",
        "a.js exports no q",
        "import",
        "main.js (1:8)",
    ),
    "tsc-type": (
        "src/App.tsx(12,5): error TS2322: Type 'string' is not assignable to type 'number'.\n",
        "type_error",
        "src/App.tsx, line 12",
        "src/App.tsx, line 12",
        "TS2322",
    ),
    "tsc-package": (
        "src/App.ts(1,15): error TS2307: Cannot find module 'express' or its corresponding type declarations.\n"
        "src/App.ts(2,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
        "missing_dependency",
        "express is imported in src/App.ts, line 1",
        "npm install express",
        "TS2307",
    ),
    "esbuild-package": (
        '✘ [ERROR] Could not resolve "axios"\n\n    src/a.js:1:14:\n      1 │ import x from "axios";\n',
        "missing_dependency",
        "axios is imported in src/a.js, line 1",
        "npm install axios",
        "axios",
    ),
    "webpack-package": (
        "ERROR in ./src/index.js 1:0-22\nModule not found: Error: Can't resolve 'lodash/fp' in '/app/src'\n",
        "missing_dependency",
        "lodash is imported in src/index.js, line 1",
        "npm install lodash`",
        "lodash/fp",
    ),
    "next-alias": (
        "Failed to compile.\n\n./app/page.tsx\nModule not found: Can't resolve '@/lib/db'\n",
        "missing_file",
        "@/lib/db, which is imported in app/page.tsx",
        "upper and lower case",
        "@/lib/db",
    ),
    "next-type": (
        "Failed to compile.\n\n./app/page.tsx:1:36\nType error: Type 'string' is not assignable to type 'number'.\n",
        "type_error",
        "app/page.tsx, line 1",
        "app/page.tsx, line 1",
        "Type error",
    ),
    "next-syntax": (
        "./app/page.tsx\nError:   \x1b[31mx\x1b[0m Expression expected\n"
        "   ,-[\x1b[36;1;4m/app/app/page.tsx\x1b[0m:7:1]\n",
        "syntax_error",
        "app/page.tsx, line 7",
        "app/page.tsx, line 7",
        "Expression expected",
    ),
    "next-prerender": (
        'Error occurred prerendering page "/about". Read more: https://nextjs.org/docs/messages/prerender-error\n'
        "TypeError: Cannot read properties of undefined (reading 'b')\n    at e (.next/server/app/page.js:2:8779)\n",
        "prerender_failed",
        "/about",
        "force-dynamic",
        "reading 'b'",
    ),
    "next-variable": (
        'Error occurred prerendering page "/". Read more: https://nextjs.org/docs/messages/prerender-error\n'
        "Error: API_URL is not defined\n    at e (.next/server/app/page.js:2:8770)\n",
        "environment_missing",
        "API_URL",
        "API_URL",
        "API_URL is not defined",
    ),
    "next-font": (
        "getaddrinfo ENOTFOUND fonts.example.com\n\nRetrying 1/3...\nFailed to compile.\n\napp/page.tsx\n"
        "`next/font` error:\nFailed to fetch `Inter` from Google Fonts.\n",
        "network_unreachable",
        "Inter",
        "next/font/local",
        "Failed to fetch",
    ),
    "heap": (
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
        "----- Native stack trace -----\n",
        "out_of_memory",
        "Node",
        "max-old-space-size",
        "heap out of memory",
    ),
    "openssl": (
        "Error: error:0308010C:digital envelope routines::unsupported\n    at new Hash (node:internal:1:1)\n",
        "openssl_unsupported",
        "OpenSSL 3",
        "--openssl-legacy-provider",
        "0308010C",
    ),
    "go": (
        "# x\n./main.go:4:2: undefined: foo\n",
        "syntax_error",
        "main.go, line 4: undefined: foo",
        "main.go, line 4",
        "undefined: foo",
    ),
    "go-module": (
        "main.go:2:8: no required module provides package example.com/gin; to add it:\n\tgo get example.com/gin\n",
        "missing_dependency",
        "example.com/gin",
        "go mod tidy",
        "no required module",
    ),
    "java": (
        "src/main/java/A.java:2: error: illegal start of expression\n int x = ;\n         ^\n",
        "syntax_error",
        "src/main/java/A.java, line 2",
        "src/main/java/A.java, line 2",
        "illegal start",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_code_that_does_not_build_has_a_named_cause(name: str) -> None:
    printed, cause_name, sentence, hint, line = CASES[name]
    cause = diagnose(printed.splitlines(), "build")
    assert cause is not None
    assert cause.name == cause_name
    assert sentence in cause.message
    assert cause.message.endswith(".")
    assert hint in cause.hint
    assert line in cause.line
    assert "{" not in cause.message.replace('{"node"', "")
