"""next/font/google downloads fonts while it builds: a network without a way to Google would end every such build."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.detect.frameworks import content_of
from zipp.detect.project import Project

_IMPORT = ("next/font/google", "@next/font/google")
_STEMS = ("layout", "_app", "fonts", "font")
_SUFFIXES = ("tsx", "jsx", "ts", "js")
_FOLDERS = ("app", "pages", "lib", "styles", "utils", "config", "fonts", "components", "ui")
_MAX_FOLDERS = 40

# Next.js takes the answers of Google's servers from a file that this variable names; its own tests do that. The
# addresses stand in the log of the build that failed. `local` makes visitors' browsers use a font of their own.
_ANSWERS = r"""
const log = require("fs").readFileSync(process.argv[1], "utf8");
const answers = {};
for (const [url] of log.matchAll(/https:\/\/fonts\.googleapis\.com\/css2?\?[^\s"'`<>)]{1,500}/g)) {
  const family = (new URL(url).searchParams.get("family") || "").split(":")[0].replace(/[^A-Za-z0-9 ]/g, "");
  answers[url] = `@font-face{font-family:"${family}";font-style:normal;font-weight:400;src:local("Arial")}`;
}
console.log("module.exports = " + JSON.stringify(answers));
""".strip()


def uses_google_fonts(project: Project) -> bool:
    return any(text in content_of(project, file) for file in _likely(project) for text in _IMPORT)


def with_or_without_google(build: str) -> str:
    """The build; when it failed for want of the fonts, once more with fonts that visitors have. Said in the log."""
    return (
        f"# {build}\n"
        "log=$(mktemp)\n"
        'attempt() { { "$@" 2>&1 && echo 0 >$log.code || echo $? >$log.code; } | tee -a $log; }\n'
        f"attempt {build}\n"
        'if [ "$(cat $log.code)" != 0 ] && grep -q "fonts[.]googleapis[.]com" $log; then\n'
        "echo \"Zipp: Google's fonts can't be reached from here: once more, with fonts that visitors have.\"\n"
        f"node -e '{_quoted(_ANSWERS)}' $log >$log.cjs\n"
        "export NEXT_FONT_GOOGLE_MOCKED_RESPONSES=$log.cjs\n"
        f"attempt {build}\n"
        "fi\n"
        "exit $(cat $log.code)"
    )


def _quoted(script: str) -> str:
    return script.replace("'", "'\\''")


def _likely(project: Project) -> Iterator[str]:
    """Where fonts are chosen: layouts, the folders below `app` that have one, and files named after them."""
    for source in ("", "src/"):
        folders = [f"{source}{name}" for name in _FOLDERS]
        folders += [f"{source}app/{name}" for name in project.folders(f"{source}app")[:_MAX_FOLDERS]]
        for folder in (source.rstrip("/"), *folders):
            for file in (f"{folder}/{stem}.{suffix}".lstrip("/") for stem in _STEMS for suffix in _SUFFIXES):
                if project.has(file):
                    yield file
