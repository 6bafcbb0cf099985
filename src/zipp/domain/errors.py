"""Every error that a person may be told about, as one tree.

    ZippError                     carries code, message, hint; never an HTTP status
    ├── InvalidInput              the caller's request can't be used as it is          (api: 422, 413 ...)
    │   ├── InvalidArchive        a ZIP that is refused
    │   └── InvalidSource         a Git URL or reference that is refused
    ├── NotFound                  absent, or not the caller's to see                   (api: 404)
    ├── Conflict                  the record changed, or a name is taken               (api: 409)
    ├── NotAuthenticated          no, expired or revoked credentials                   (api: 401)
    ├── NotAllowed                known, but may not                                   (api: 403)
    ├── TooMany                   a rate limit                                         (api: 429)
    ├── Unavailable               a part of the platform does not answer               (api: 503)
    │   └── Unreachable           ... which is elsewhere: work waits until it is back
    └── DeploymentError           why a deployment FAILED; its stage is in the record
        ├── SourceError           fetch: archive, clone, network
        ├── DetectionError        no plan for this source
        ├── BuildError            the image could not be built
        └── StartError            it was built but does not run or answer

Implementations translate their vendor's errors at their edge, by type or code, never by message text.
Codes are stable: people's scripts read them.
"""

from __future__ import annotations


class ZippError(Exception):
    """An error that can be shown: `code` is stable, `message` one plain sentence, `hint` what to do next."""

    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class InvalidInput(ZippError):
    """`pointer` is the JSON pointer of the offending field, where there is one."""

    default_code = "invalid"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", pointer: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.pointer = pointer


class InvalidArchive(InvalidInput):
    default_code = "archive_invalid"


class InvalidSource(InvalidInput):
    default_code = "source_invalid"


class TooLarge(InvalidInput):
    default_code = "too_large"


class NotFound(ZippError):
    default_code = "not_found"


class Conflict(ZippError):
    default_code = "conflict"


class NotAuthenticated(ZippError):
    default_code = "not_authenticated"


class NotAllowed(ZippError):
    default_code = "not_allowed"


class TooMany(ZippError):
    default_code = "rate_limited"

    def __init__(self, message: str, *, retry_after_seconds: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(ZippError):
    default_code = "unavailable"


class Unreachable(Unavailable):
    default_code = "unreachable"


class DeploymentError(ZippError):
    """`line` is the line of the deployment's log that tells the cause, where one does."""

    default_code = "deployment_failed"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", line: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.line = line


class SourceError(DeploymentError):
    default_code = "source_failed"


class DetectionError(DeploymentError):
    default_code = "detection_failed"


class BuildError(DeploymentError):
    default_code = "build_failed"


class StartError(DeploymentError):
    default_code = "start_failed"
