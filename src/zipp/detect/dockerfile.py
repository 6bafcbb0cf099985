"""A Dockerfile at the root: its author has decided everything, except where it listens."""

from __future__ import annotations

from zipp.detect.config import Config
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

FILE = "Dockerfile"
DEFAULT_PORT = 8080


class DockerfileDetector:
    name = "dockerfile"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        text = project.text(FILE)
        if text is None:
            return None
        if not any(_words(line)[:1] == ["FROM"] for line in text.splitlines()):
            raise DetectionError(
                "The Dockerfile has no FROM line.",
                code="dockerfile_no_from",
                hint="Begin it with an image to build on, such as: FROM zipp/python:3.11",
            )
        port = config.port or exposed_port(text) or DEFAULT_PORT
        return BuildPlan(
            framework="dockerfile",
            summary=f"Dockerfile: docker build, then its own command on port {port}",
            dockerfile=FILE,
            port=port,
            read_only_root=False,  # other people's images expect to write where they like
        )


def exposed_port(text: str) -> int | None:
    """The first TCP port that the last stage with an EXPOSE names; variables and UDP are passed over."""
    found: int | None = None
    in_this_stage = False
    for line in text.splitlines():
        instruction, *arguments = _words(line) or [""]
        if instruction == "FROM":
            in_this_stage = False
        if instruction != "EXPOSE" or in_this_stage:
            continue
        ports = [port for port in map(_tcp_port, arguments) if port is not None]
        if ports:
            found, in_this_stage = ports[0], True
    return found


def _words(line: str) -> list[str]:
    instruction, *arguments = line.strip().rstrip("\\").split() or [""]
    return [instruction.upper(), *arguments]


def _tcp_port(argument: str) -> int | None:
    """'8080', '8080/tcp' and '8080-8090' -> 8080; None for '53/udp' and '$PORT'."""
    number, _, protocol = argument.strip("\"'").partition("/")
    number = number.partition("-")[0]
    if protocol.lower() not in ("", "tcp") or not (number.isascii() and number.isdigit() and len(number) <= 5):
        return None
    return int(number) if 1 <= int(number) <= 65535 else None
