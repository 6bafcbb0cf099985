from __future__ import annotations

import pytest

from zipp.images.dockerfile_lines import run
from zipp.images.instructions import SHOWN_MAX, readable


@pytest.mark.parametrize(
    ("instruction", "shown"),
    [
        ("RUN npm ci", "RUN npm ci"),
        (run(["npm ci --omit=dev"], mounts="--mount=type=cache,id=a,target=/cache/npm"), "RUN npm ci --omit=dev"),
        (run(["npm run build", "npm prune"], first=[": > /x"], then=["exit 0"]), "RUN npm run build; npm prune"),
        (run((), then=["mkdir -p /cache", "chown 1:1 /cache"]), "RUN mkdir -p /cache chown 1:1 /cache"),
        ('RUN ["make","all"]', "RUN make all"),
        ('COPY --chown=1:1 --from=build ["/out/site/", "/"]', "COPY --from=build /out/site/ /"),
        ('RUN ["/bin/sh", "-ec", "for c; do "$c"; done", "build", "npm test", "echo "x""]', 'RUN npm test; echo "x"'),
        ("RUN [ -f x ] || exit 1", "RUN [ -f x ] || exit 1"),
        ("RUN [1, 2]", "RUN [1, 2]"),
        ("HEALTHCHECK", "HEALTHCHECK"),
    ],
)
def test_an_instruction_says_what_is_run(instruction: str, shown: str) -> None:
    assert readable(instruction) == shown


def test_a_long_one_is_cut() -> None:
    assert len(readable(f"RUN {'x' * 5000}")) == SHOWN_MAX
