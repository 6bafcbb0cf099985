"""What people may name as a Git source: https, and by the operator's choice ssh or a host of the own network.

Stricter than RFC 3986 on purpose: what is accepted here reads the same to Python, to git and to curl.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from zipp.domain.errors import InvalidSource
from zipp.settings import Settings
from zipp.sources.paths import PathRefused, checked_parts, shown

_PORTS = {"https": 443, "http": 80, "ssh": 22}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?\Z")
_SCP = re.compile(r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)(?P<host>[^@:/]+):(?P<path>[^:-].*)\Z")
_AUTHORITY = re.compile(r"(?:(?P<user>[^@]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:\[\]]+)(?::(?P<port>[0-9]{1,5}))?\Z")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\Z")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
_PATH = re.compile(r"[A-Za-z0-9._~/%!$&'()*+,;=:@-]+\Z")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_MAX_LENGTH = 2048

# git-check-ref-format(1); a leading '-' would be an option, a leading '+' has a meaning in a refspec.
_REF_NEVER = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|\Z)|\A[-+./]|[./]\Z|\A@\Z")
_MAX_REF_LENGTH = 255
_MAX_DEPTH = 64
_TOKEN = re.compile(r"[\x21-\x7e]{1,1024}\Z")


@dataclass(frozen=True, slots=True)
class GitUrl:
    """`url` is what git gets; `host` is in lower case and without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    user: str | None = None

    @property
    def is_http(self) -> bool:
        return self.scheme != "ssh"

    def is_named_in(self, allowed: tuple[str, ...]) -> bool:
        """Whether ZIPP_GIT_ALLOWED_HOSTS has this host, alone or with this port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return not {self.host, host, f"{host}:{self.port}"}.isdisjoint(allowed)

    def with_suffix(self) -> GitUrl | None:
        """The address that some hosts (GitLab) redirect a page's address to; None when this is one already."""
        return None if self.url.endswith(".git") else replace(self, url=f"{self.url}.git")


def check_url(url: str, settings: Settings) -> GitUrl:
    """Take a URL apart, asking nobody. Raises InvalidSource: git_url_invalid, git_scheme_refused, git_host_refused."""
    if not url or len(url) > _MAX_LENGTH or not url.isascii() or not url.isprintable() or url.startswith("-"):
        raise _invalid(url)
    scp = _SCP.match(url) if "://" not in url else None
    if scp is not None:
        _check_ssh(url, settings)
        _check_path(url, scp["path"])
        return GitUrl(url, "ssh", _host(url, scp["host"]), _PORTS["ssh"], scp["user"])
    found = _URL.match(url)
    if found is None:
        raise _scheme_refused(url) if re.match(r"[A-Za-z0-9]+::", url) else _invalid(url)
    return _check_parts(url, found["scheme"].lower(), found["authority"], found["path"] or "/", settings)


def _check_parts(url: str, scheme: str, authority: str, path: str, settings: Settings) -> GitUrl:
    if scheme not in _PORTS:
        raise _scheme_refused(url)
    parts = _AUTHORITY.match(authority)
    if parts is None or path.strip("/") == "":
        raise _credentials(url) if scheme != "ssh" and "@" in authority else _invalid(url)
    if scheme == "ssh":
        _check_ssh(url, settings)
        if parts["user"] is not None and not _USER.match(parts["user"]):
            raise _invalid(url)
    elif parts["user"] is not None:
        raise _credentials(url)
    _check_path(url, path)
    host, port = _host(url, parts["host"]), int(parts["port"] or _PORTS[scheme])
    if not 1 <= port <= 65535:
        raise _invalid(url)
    bare = f"{scheme}://{authority.lower() if scheme != 'ssh' else authority}{path.rstrip('/')}"
    checked = GitUrl(bare, scheme, host, port, parts["user"])
    if scheme == "http" and not checked.is_named_in(settings.git_allowed_hosts):
        raise _scheme_refused(url)
    return checked


def _check_path(url: str, path: str) -> None:
    components = path.split("/")
    if not _PATH.match(path) or _ENCODED_CONTROL.search(path) or ".." in components or path.lstrip("/").startswith("-"):
        raise _invalid(url)


def _host(url: str, host: str) -> str:
    """A literal address in its one usual spelling, or a name that nobody takes for an address (0x7f.1, 2130706433)."""
    name = host.lower().removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        labels = name.removesuffix(".").split(".")
        is_name = len(name) <= 253 and all(_LABEL.match(label) for label in labels)
        if not is_name or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
            raise _invalid(url) from None
        return name


def _check_ssh(url: str, settings: Settings) -> None:
    if settings.git_ssh_key is None:
        raise _scheme_refused(url)


def check_ref(ref: str | None) -> str:
    """A branch, a tag or a full commit; HEAD when none is given. Raises InvalidSource `git_ref_invalid`."""
    if not ref:
        return "HEAD"
    if len(ref) > _MAX_REF_LENGTH or _REF_NEVER.search(ref) or not ref.isprintable():
        raise InvalidSource(
            f"{shown(ref)} is not a branch, a tag or a commit.",
            code="git_ref_invalid",
            hint="Give a branch's or a tag's name, or a commit's 40 hexadecimal digits.",
            pointer="/ref",
        )
    return ref


def check_subdirectory(path: str | None) -> str:
    """A folder in the repository, '' for its top. Raises InvalidSource `subdirectory_invalid`."""
    plain = (path or "").removeprefix("./").rstrip("/")
    if plain in ("", "."):
        return ""
    try:
        return "/".join(checked_parts(plain, max_depth=_MAX_DEPTH))
    except PathRefused as refusal:
        raise InvalidSource(
            f"The subdirectory {shown(plain)} {refusal.why}.",
            code="subdirectory_invalid",
            hint="Give the folder's path inside the repository, such as apps/web.",
            pointer="/subdirectory",
        ) from None


def check_token(token: str | None) -> str | None:
    """An access token, or `user:token`. Raises InvalidSource `git_token_invalid`; its text is never shown."""
    if token and not _TOKEN.match(token):
        raise InvalidSource(
            "The access token has characters that no token has.",
            code="git_token_invalid",
            hint="Copy the token again, without spaces or line ends.",
            pointer="/token",
        )
    return token or None


def _invalid(url: str) -> InvalidSource:
    return InvalidSource(
        f"{shown(_without_credentials(url))} is not a Git URL that can be used.",
        code="git_url_invalid",
        hint="Give an address such as https://code.example.com/owner/repository.git.",
        pointer="/url",
    )


def _credentials(url: str) -> InvalidSource:
    return InvalidSource(
        f"The Git URL {shown(_without_credentials(url))} has credentials in it.",
        code="git_url_invalid",
        hint="Take them out of the URL and give an access token in `token`: it is kept encrypted and never logged.",
        pointer="/url",
    )


def _scheme_refused(url: str) -> InvalidSource:
    return InvalidSource(
        f"The Git URL {shown(_without_credentials(url))} is not an https:// address.",
        code="git_scheme_refused",
        hint="Use https://. The operator can allow ssh by ZIPP_GIT_SSH_KEY, http by ZIPP_GIT_ALLOWED_HOSTS.",
        pointer="/url",
    )


def _without_credentials(url: str) -> str:
    """For messages: whatever could be a password goes, in whatever kind of address."""
    return re.sub(r"(//|\A)[^/]*@", r"\1", url) if "://" in url else url
