"""Exit codes that scripts can rely on, and the one place where an error becomes a message."""

from __future__ import annotations

import functools
import tempfile
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer
from typer.exceptions import TyperException

from zipp.cli.output import complain
from zipp.domain.errors import (
    DeploymentError,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    Unavailable,
    ZippError,
)

P = ParamSpec("P")


class Exit(IntEnum):
    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    NOT_FOUND = 4
    UNREACHABLE = 5
    REFUSED = 6
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "it worked",
    Exit.FAILED: "the deployment or the check failed",
    Exit.USAGE: "the command line can't be used as it is",
    Exit.NOT_SIGNED_IN: "not signed in, or the credential is no longer valid",
    Exit.NOT_FOUND: "there is no such site or deployment, or it is not yours",
    Exit.UNREACHABLE: "the platform, or a part of it, does not answer",
    Exit.REFUSED: "the platform refused the request",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
}


class UsageMistake(InvalidInput):
    """Arguments that don't fit together."""

    default_code = "usage"


_BY_ERROR: tuple[tuple[type[ZippError], Exit], ...] = (
    (UsageMistake, Exit.USAGE),
    (DeploymentError, Exit.FAILED),
    (NotAuthenticated, Exit.NOT_SIGNED_IN),
    (NotFound, Exit.NOT_FOUND),
    (Unavailable, Exit.UNREACHABLE),
)


def exit_for(error: ZippError) -> Exit:
    return next((exit_ for kind, exit_ in _BY_ERROR if isinstance(error, kind)), Exit.REFUSED)


def guarded(verb: Callable[P, None]) -> Callable[P, None]:
    """The verb, with every error told in a sentence instead of a traceback."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):
            raise  # Typer's own
        except ZippError as error:
            complain(error.message, hint=error.hint, code=error.code)
            raise typer.Exit(exit_for(error)) from None
        except KeyboardInterrupt:
            raise typer.Exit(Exit.INTERRUPTED) from None
        except Exception as error:
            complain(f"zipp itself failed: {type(error).__name__}: {error}", hint=_kept(error), code="internal")
            raise typer.Exit(Exit.FAILED) from None

    return run


def _kept(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="zipp-", suffix=".log", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return f"This is a mistake in zipp; where it happened is in {file.name}."
