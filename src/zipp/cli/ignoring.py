"""What of a folder is left out: .gitignore and .zippignore, in every folder of it, as git reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from zipp.domain.errors import InvalidInput

# Made anew by a build, or history: never part of a deployment, whatever the rules say.
ALWAYS_OUT = frozenset({".git", "node_modules", ".venv", "__pycache__"})
# Read in this order, and the last rule that matches decides: .zippignore can bring back what .gitignore leaves out.
RULE_FILES = (".gitignore", ".zippignore")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force in one folder: those of each folder from the top down to it, by its path ('' is the top)."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def entering(self, top: Path, path: str) -> Rules:
        """The rules inside the folder `path` of `top`. Raises InvalidInput `ignore_file_unreadable`."""
        lines = [line for name in RULE_FILES for line in _lines(top / path / name)]
        return Rules((*self.specs, (path, _spec(lines)))) if lines else self

    def leave_out(self, path: str, *, is_folder: bool) -> bool:
        """A folder that is left out is not entered: no rule inside it can bring a file back (gitignore(5))."""
        name = path.rsplit("/", 1)[-1]
        if name in ALWAYS_OUT:
            return True
        for folder, spec in reversed(self.specs):
            inside = path.removeprefix(f"{folder}/") if folder else path
            verdict = spec.check_file(f"{inside}/" if is_folder else inside).include
            if verdict is not None:
                return verdict
        return False


def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text("utf-8", "surrogateescape").splitlines() if file.is_file() else ()
    except OSError as error:
        raise InvalidInput(
            f"{file} can't be read: {error.strerror}.", code="ignore_file_unreadable", hint="Mend its permissions."
        ) from error


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    # "foo/**" means all inside foo, not foo itself: pathspec takes both, and "!foo/keep" would come too late.
    return GitIgnoreSpec.from_lines(f"{line.rstrip()}/*" if line.rstrip().endswith("/**") else line for line in lines)
