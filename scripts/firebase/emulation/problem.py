"""What a person is told when an emulator can't be had."""

from __future__ import annotations


class Problem(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}\n  {hint}")
        self.message = message
        self.hint = hint
