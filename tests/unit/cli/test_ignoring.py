from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from zipp.cli.packing import listed

FILES = (
    "index.html",
    "debug.log",
    "keep.log",
    "build/out.js",
    "build/keep.txt",
    "docs/build/page.html",
    "docs/notes.md",
    "docs/draft.md",
    "src/app.py",
    "src/cache/a.bin",
    "src/cache/keep/b.bin",
    "src/cache/keep/c.txt",
    "src/generated/x.py",
    "src/generated/deep/y.py",
    "src/generated/deep/z.txt",
    "a b/space name.txt",
    "a b/#hash",
    "data/2024/raw.csv",
    "data/2025/raw.csv",
    "data/readme.md",
    ".env",
    ".well-known/security.txt",
)

# .gitignore files by folder; what git says about each tree is the truth that ours is held to.
CASES: dict[str, dict[str, str]] = {
    "nothing": {},
    "suffixes and a negation": {"": "*.log\n!keep.log\n"},
    "a folder anywhere": {"": "build/\n"},
    "a folder at the top only": {"": "/build/\n"},
    "a file brought back from a folder that is out stays out": {"": "build/\n!build/keep.txt\n"},
    "all but one inside": {"": "build/*\n!build/keep.txt\n"},
    "double star after, and one brought back": {"": "src/generated/**\n!src/generated/x.py\n"},
    "double star, folders and a kind brought back": {
        "": "src/generated/**\n!src/generated/**/\n!src/generated/**/*.txt\n"
    },
    "double star before": {"": "**/cache/\n"},
    "double star between": {"": "data/**/raw.csv\n"},
    "nested rules add": {"": "*.log\n", "docs": "draft.md\n"},
    "nested rules bring back": {"": "*.md\n", "docs": "!notes.md\n"},
    "a nested rule is anchored where it stands": {"docs": "/build/\n", "src": "/cache/*\n!/cache/keep/\n"},
    "a nested file's last rule wins over the top's": {"": "!draft.md\n", "docs": "draft.md\n"},
    "comments, blanks and escapes": {"": "# build/\n\n\\#hash\nspace\\ name.txt\n"},
    "trailing blanks don't count": {"": "*.log   \n"},
    "character classes and question marks": {"": "data/202[45]/\nkee?.log\n"},
    "dot files": {"": ".*\n!.well-known/\n"},
    "everything but": {"": "/*\n!/index.html\n!/src/\n"},
    "carriage returns": {"": "*.log\r\nbuild/\r\n"},
}


def _tree(top: Path, rules: dict[str, str]) -> None:
    for name in FILES:
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    for folder, text in rules.items():
        (top / folder / ".gitignore").write_bytes(text.encode())


def _as_git_sees_it(top: Path) -> set[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(top), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q", str(top)], check=True, env=environment)
    answer = subprocess.run(
        ["git", "-C", str(top), "ls-files", "-z", "--others", "--exclude-standard"],
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    )
    return set(answer.stdout.split("\0")) - {""}


@pytest.mark.parametrize("case", CASES)
def test_a_folder_is_packed_as_git_would_add_it(case: str, tmp_path: Path) -> None:
    _tree(tmp_path, CASES[case])

    assert {entry.path for entry in listed(tmp_path).entries} == _as_git_sees_it(tmp_path)


def test_zipignore_leaves_out_more_and_can_bring_back(tmp_path: Path) -> None:
    _tree(tmp_path, {"": "build/\n*.log\n"})
    (tmp_path / ".zipignore").write_text("never read: a slip of the pen\n")
    (tmp_path / ".zippignore").write_text("!build/\ndocs/\n.zip*\n")

    packed = {entry.path for entry in listed(tmp_path).entries}

    assert "build/out.js" in packed
    assert "debug.log" not in packed
    assert not any(path.startswith("docs/") for path in packed)


@pytest.mark.parametrize("name", [".git", "node_modules", ".venv", "__pycache__"])
def test_what_is_made_anew_stays_out_whatever_the_rules_say(name: str, tmp_path: Path) -> None:
    (tmp_path / "app" / name).mkdir(parents=True)
    (tmp_path / "app" / name / "file").write_text("x")
    (tmp_path / "index.html").write_text("x")
    (tmp_path / ".zippignore").write_text(f"!{name}/\n!**/{name}/**\n")

    assert {entry.path for entry in listed(tmp_path).entries} == {"index.html", ".zippignore"}


def test_rules_of_the_folders_above_do_not_reach_in(tmp_path: Path) -> None:
    """`zipp deploy dist` deploys what was built, although the repository ignores dist/."""
    (tmp_path / ".gitignore").write_text("dist/\n*.html\n")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("x")

    assert [entry.path for entry in listed(tmp_path / "dist").entries] == ["index.html"]
