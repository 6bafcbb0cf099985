"""Why git failed. It tells only by text and by 128; so here, and nowhere else, text is read: git's own, in the C
locale, without what the other side made it print."""

from __future__ import annotations

import re

from zipp.domain.errors import SourceError
from zipp.sources.git_process import GitFailed

# The first that matches counts. Seen with git 2.39 over a server that does each of these (test_git_sources.py).
_SIGNS = (
    ("git_redirected", r"returned error: 30[1-8]|unable to update url base from redirection"),
    ("git_auth_required", r"could not read (Username|Password)|Authentication failed|returned error: 40[13]"),
    ("git_auth_required", r"Permission denied \(|Host key verification failed"),
    ("git_not_found", r"repository '.*' not found|returned error: 404|does not appear to be a git repository"),
    ("git_ref_missing", r"couldn't find remote ref|not our ref|unadvertised object|unknown revision|Needed a single"),
    ("git_too_large", r"died of signal 25|File too large|[Oo]ut of memory"),
    ("git_network", r"Could not resolve|Failed to connect|Connection (refused|reset|timed out)|Couldn't connect"),
    ("git_network", r"returned error: (429|5\d\d)|TLS|SSL|certificate|early EOF|hung up|RPC failed|timed out"),
)
_SIGXFSZ = -25

_TEXTS = {
    "git_redirected": (
        "The Git URL leads on to another address, which is not followed.",
        "Open the repository in a browser and give the address that it has there.",
    ),
    "git_auth_required": (
        "The repository is private, or it does not exist.",
        "Check the URL; for a private repository give an access token that may read it.",
    ),
    "git_not_found": (
        "There is no repository at the Git URL.",
        "Check the URL's spelling; for a private repository give an access token that may read it.",
    ),
    "git_ref_missing": (
        "The repository has no such branch, tag or commit.",
        "Check the reference and that it was pushed; a commit needs all of its 40 digits.",
    ),
    "git_too_large": (
        "The repository is larger than a source may be.",
        "Take large files out of it, or raise ZIPP_SOURCE_MAX_BYTES.",
    ),
    "git_network": (
        "The Git host could not be reached, or broke off.",
        "Try again; the log has what git said.",
    ),
    "git_timeout": (
        "Cloning took too long.",
        "Try again; for a large repository raise ZIPP_GIT_TIMEOUT_SECONDS.",
    ),
    "git_failed": (
        "The repository could not be cloned.",
        "The log has what git said.",
    ),
}


def failure(code: str) -> SourceError:
    message, hint = _TEXTS[code]
    return SourceError(message, code=code, hint=hint)


def explained(failed: GitFailed) -> SourceError:
    if failed.exit_code == _SIGXFSZ:
        return failure("git_too_large")
    own = "\n".join(line for line in failed.stderr.splitlines() if not line.startswith("remote:"))
    return failure(next((code for code, sign in _SIGNS if re.search(sign, own)), "git_failed"))
