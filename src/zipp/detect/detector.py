"""Tree -> BuildPlan: the promise that every detector keeps."""

from __future__ import annotations

from typing import Protocol

from zipp.detect.config import Config
from zipp.detect.project import Project
from zipp.domain.plan import BuildPlan


class Detector(Protocol):
    """Recognises one family of projects.

    `name` is what `framework` in zipp.toml calls it; `runs_code` is False for files that are only handed out.
    """

    @property
    def name(self) -> str: ...

    @property
    def runs_code(self) -> bool: ...

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        """The plan for `project`; None when it is not of this family.

        Deterministic: the same tree gives the same plan. `config` is there to be asked, not to be applied: that
        happens in overrides.py. Raises DetectionError when the project is of this family but lacks something.
        """
