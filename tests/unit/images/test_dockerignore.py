from __future__ import annotations

import pytest

from zipp.images.dockerignore import DockerIgnore


@pytest.mark.parametrize(
    ("text", "path", "excluded"),
    [
        ("secret.txt", "secret.txt", True),
        ("secret.txt", "deep/secret.txt", False),  # patterns begin at the context's root
        ("/secret.txt", "secret.txt", True),
        ("**/secret.txt", "secret.txt", True),
        ("**/secret.txt", "a/b/secret.txt", True),
        ("*.log", "noise.log", True),
        ("*.log", "a/noise.log", False),
        ("*/*.log", "a/noise.log", True),
        ("logs", "logs/deep/file", True),
        ("logs/", "logs/deep/file", True),
        ("logs", "logs.txt", False),
        ("a/**", "a/b/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/c", "a/c", True),
        ("fil?.txt", "file.txt", True),
        ("fil?.txt", "fil/.txt", False),
        ("[ab].txt", "b.txt", True),
        ("[ab].txt", "c.txt", False),
        ("\\*.txt", "*.txt", True),
        ("\\*.txt", "a.txt", False),
        ("*\n!keep", "keep", False),
        ("*\n!keep", "keep/below", False),
        ("*\n!keep\nkeep/not", "keep/not", True),
        ("!keep\n*", "keep", True),
        ("# comment\n\n  \n", "# comment", False),
        (".", "anything", False),
        ("[", "[", True),
        ("a.c", "abc", False),
    ],
)
def test_pattern_decides(text: str, path: str, excluded: bool) -> None:
    assert DockerIgnore(text).excluded(path) is excluded


def test_only_an_exception_makes_excluded_folders_worth_a_look() -> None:
    assert not DockerIgnore("node_modules").brings_back
    assert DockerIgnore("*\n!src").brings_back
