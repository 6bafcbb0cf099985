from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipp.images.dockerfile_words import arguments_of, bases_of, instructions


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("FROM zipp/node:22", ("zipp/node:22",)),
        ("from zipp/node", ("zipp/node",)),
        ("FROM debian:12\nFROM scratch", ()),
        (
            "FROM zipp/node:22 AS build\nRUN x\nFROM zipp/debian:bookworm\nCOPY --from=build /a /b",
            ("zipp/node:22", "zipp/debian:bookworm"),
        ),
        ("FROM zipp/node:22 as Build\nFROM build\nFROM BUILD AS x", ("zipp/node:22",)),
        ("FROM zipp/node:22\nFROM zipp/node:22", ("zipp/node:22",)),
        ("FROM --platform=linux/amd64 zipp/python:3.11", ("zipp/python:3.11",)),
        ("ARG V=22\nFROM zipp/node:${V}", ("zipp/node:22",)),
        ("ARG V=22\nFROM zipp/node:$V", ("zipp/node:22",)),
        ('ARG IMAGE="zipp/node:20"\nFROM $IMAGE', ("zipp/node:20",)),
        ("ARG A=1 V=24\nFROM zipp/node:$V", ("zipp/node:24",)),
        ("ARG V\nFROM zipp/node:${V:-18}", ("zipp/node:18",)),
        ("FROM zipp/node:${V-18}", ("zipp/node:18",)),
        ("ARG V=20\nFROM zipp/node:22${V:+}", ("zipp/node:22",)),
        ("FROM zipp/node:22\nARG V=18\nFROM zipp/node:${V:-20}", ("zipp/node:22", "zipp/node:20")),
        ("FROM \\\n  # a comment\n\n  zipp/node:22 \\\n  AS x", ("zipp/node:22",)),
        ("# FROM zipp/node:18\nFROM a\nRUN echo \\\n  FROM zipp/x", ()),
        ("FROM a\nCOPY --from=zipp/static:1 /x /y", ("zipp/static:1",)),
        ("FROM a\nRUN --mount=type=bind,from=zipp/static:1,target=/x ls /x", ("zipp/static:1",)),
        ('FROM a\nRUN --mount="from=zipp/static:1" ls', ("zipp/static:1",)),
        ("FROM a AS s\nRUN --mount=from=s,target=/x ls", ()),
        ("FROM a\nRUN <<END\nFROM zipp/x\nEND\nFROM zipp/node:22", ("zipp/node:22",)),
        ("FROM", ()),
        ("FROM zipp/node:22 \\", ("zipp/node:22",)),
        ("", ()),
    ],
)
def test_the_bases_of_a_dockerfile_are_those_it_builds_on_or_copies_from(text: str, bases: tuple[str, ...]) -> None:
    assert bases_of(text) == bases


@given(st.text(alphabet="FROM ARG=zip/:$n{}-+AS\\\n#\t", max_size=200))
def test_whatever_the_dockerfile_its_bases_are_ours(text: str) -> None:
    assert all(base.startswith("zipp/") for base in bases_of(text))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FROM a\nARG ONE\nARG TWO=2 THREE", {"ONE", "TWO", "THREE"}),
        ("ARG V=1\nFROM a:$V\nARG V\nARG W", {"W"}),
        ("FROM a\n# ARG X\nRUN echo ARG Y\nARG \\\n  Z", {"Z"}),
        ("FROM a\nRUN <<END\nARG X\nEND\nARG Y", {"Y"}),
        ("ARG V", set()),
        ("", set()),
    ],
)
def test_arguments_are_those_that_stages_take_and_no_image_is_chosen_by(text: str, names: set[str]) -> None:
    assert arguments_of(text) == names


def test_an_instruction_knows_its_lines() -> None:
    text = "FROM a\n\nRUN x \\\n # comment\n y\nCOPY <<'ONE' <<-TWO /\nFROM b\nONE\nFROM c\n\tTWO\nFROM d"
    assert [(found.name, found.first, found.last) for found in instructions(text)] == [
        ("FROM", 0, 0),
        ("RUN", 2, 4),
        ("COPY", 5, 9),
        ("FROM", 10, 10),
    ]


def test_what_looks_like_a_heredoc_without_an_end_is_none() -> None:
    assert [found.name for found in instructions("RUN a <<END\nFROM b")] == ["RUN", "FROM"]


@pytest.mark.parametrize("piece", ["RUN <<A\n", "<<A ", "RUN x \\\n", "ARG A=$A${A:-", "A\n", "--mount=from=,"])
def test_a_large_dockerfile_is_read_in_time(piece: str) -> None:
    text = "RUN " + piece * (1024**2 // len(piece))
    began = time.monotonic()
    bases_of(text)
    arguments_of(text)
    assert time.monotonic() - began < 10
