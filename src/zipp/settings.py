"""The only reader of the environment. Every variable is `ZIPP_` plus the field's name in capitals; only those that
Google's own libraries read too, to find an emulator, are named as there.

The reference page docs/reference/settings.md is generated from this file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from zipp.domain.plan import Limits

GIB = 1024**3
MIB = 1024**2
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~%+/-]{0,1000})?")


def _default_data_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/zipp")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zipp"


class Settings(BaseSettings):
    """Sizes in bytes, durations in seconds. A value that can't be used stops the start and names the variable."""

    model_config = SettingsConfigDict(
        env_prefix="ZIPP_", frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Everything that Zipp keeps: records, archives, releases, logs, keys, nginx's prefix.",
    )
    instance: str = Field(
        default="zipp",
        pattern=r"^[a-z0-9][a-z0-9-]{0,30}$",
        description="Labels this platform's containers, images and networks; two platforms on a machine need two.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the API listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port that the API listens on.")
    public_url: str | None = Field(
        default=None, description="Where people reach the API, when not http://localhost:<ZIPP_PORT>."
    )
    web_dir: Path | None = Field(
        default=None,
        description="The built dashboard; default: web/out of the repository, else the one in the package.",
    )

    backend: Literal["embedded", "firebase"] = Field(
        default="embedded",
        description="Where accounts, records and files live: embedded: on this machine; firebase: in Firebase Auth, "
        "Firestore and Firebase Storage. The next three choose each part alone.",
    )
    identity: Literal["local", "firebase"] | None = Field(
        default=None, description="Who proves accounts; default: as ZIPP_BACKEND says."
    )
    records: Literal["sqlite", "firestore"] | None = Field(
        default=None, description="Where users, sites and deployments are recorded; default: as ZIPP_BACKEND says."
    )
    storage: Literal["local", "firebase"] | None = Field(
        default=None, description="Where archives and finished logs are kept; default: as ZIPP_BACKEND says."
    )
    firebase_project: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="The Firebase project's id; needed as soon as a part lives there.",
    )
    firebase_credentials: Path | None = Field(
        default=None,
        description="A service account's key file; default: GOOGLE_APPLICATION_CREDENTIALS, then what the machine has "
        "(Application Default Credentials).",
    )
    firebase_database: str = Field(default="(default)", description="The Firestore database's id.")
    firebase_bucket: str | None = Field(
        default=None, description="The Storage bucket; default: <project>.firebasestorage.app."
    )
    firebase_api_key: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
        description="The web app's API key, with which the page signs people in (not a secret); needed with Firebase "
        "Auth.",
    )
    firebase_auth_domain: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9.-]{1,253}$",
        description="Where Firebase's sign-in pages are; default: <project>.firebaseapp.com.",
    )
    environment: Literal["production", "development"] = Field(
        default="production", description="development: emulators may take the place of Firebase's services."
    )
    auth_emulator: str | None = Field(
        default=None,
        validation_alias="FIREBASE_AUTH_EMULATOR_HOST",
        pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$",
        description="An Auth emulator (host:port), in development only: emulators accept forged tokens.",
    )
    firestore_emulator: str | None = Field(
        default=None,
        validation_alias="FIRESTORE_EMULATOR_HOST",
        pattern=r"^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$",
        description="A Firestore emulator (host:port), in development only.",
    )
    storage_emulator: str | None = Field(
        default=None,
        validation_alias="STORAGE_EMULATOR_HOST",
        pattern=r"^https?://[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$",
        description="A Storage emulator (http://host:port), in development only.",
    )

    base_domain: str = Field(
        default="zipp.localhost",
        pattern=r"^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$",
        description="Sites answer at <site>.<base domain>.",
    )
    http_host: str = Field(default="0.0.0.0", description="The address that nginx listens on.")  # noqa: S104
    http_port: int = Field(default=8080, ge=1, le=65535, description="The port that nginx listens on.")
    nginx_binary: str = Field(default="nginx", description="The nginx program: a path, or a name on PATH.")
    nginx_user: str | None = Field(
        default=None, description="The account of nginx's workers when Zipp runs as root; default www-data."
    )
    site_max_body_bytes: int = Field(
        default=100 * MIB, ge=1024, description="The largest request body that a site's visitors may send."
    )

    docker_host: str | None = Field(
        default=None, description="The engine's address (unix:///… or tcp://…); default: DOCKER_HOST, then the socket."
    )
    port_range_start: int = Field(default=3001, ge=1024, le=32000, description="The first port given to a container.")
    port_range_end: int = Field(
        default=7999, ge=1024, le=32767, description="The last one (below the ephemeral range, which starts at 32768)."
    )
    site_memory_bytes: int = Field(default=512 * MIB, ge=16 * MIB, description="A container's memory limit.")
    site_cpus: float = Field(default=1.0, ge=0.05, le=256, description="A container's CPU limit, in cores.")
    site_pids: int = Field(default=256, ge=8, le=65536, description="A container's limit of processes and threads.")

    build_memory_bytes: int = Field(default=4 * GIB, ge=64 * MIB, description="A build's memory limit.")
    build_cpus: float = Field(
        default=2.0, ge=0.1, le=256, description="CPU limit of a build, and of a site's start, in cores."
    )
    build_timeout_seconds: int = Field(default=900, ge=1, description="A build that takes longer fails.")
    builder: Literal["auto", "buildkit", "classic"] = Field(
        default="auto",
        description="auto: BuildKit where its builds can be held to their limits (as root, on this machine's engine), "
        "else the engine's classic builder; buildkit: always, limits or not.",
    )
    build_cache_max_bytes: int = Field(
        default=10 * GIB, ge=0, description="What BuildKit may keep for later builds; what was used last stays."
    )
    build_concurrency: int = Field(default=2, ge=1, le=64, description="How many deployments are worked on at once.")
    build_ca_bundle: Path | None = Field(
        default=None,
        description="Certificates that builds trust, for closed networks; default: the host's bundle where it has one.",
    )
    base_registry: str = Field(
        default="",
        pattern=r"^(?:[a-z0-9][a-z0-9.-]{0,252}(?::[0-9]{1,5})?(?:/[a-z0-9][a-z0-9._-]{0,127}){0,8})?$",
        description="Where official images (debian, python) are pulled from, as registry.example:5000/library; empty: "
        "the engine's default registry; none: never pulled, Debian's archive is used.",
    )
    apt_mirror: str | None = Field(
        default=None, description="The Debian archive that base images are made from, and install from, as http(s)://…"
    )
    npm_registry: str | None = Field(default=None, description="The npm registry of builds and base images.")
    pypi_index: str | None = Field(
        default=None, description="The Python package index (…/simple) of builds and base images."
    )
    start_timeout_seconds: int = Field(default=60, ge=1, description="How long a container may take to answer.")
    drain_timeout_seconds: int = Field(
        default=30, ge=0, description="How long an old container may finish its requests before it is stopped."
    )
    keep_releases: int = Field(
        default=5, ge=1, le=100, description="Deployments a site keeps for rollback; older images and releases go."
    )

    upload_max_bytes: int = Field(default=512 * MIB, ge=1024, description="The largest archive that is accepted.")
    source_max_bytes: int = Field(default=2 * GIB, ge=1024, description="The largest source once extracted or cloned.")
    source_max_files: int = Field(default=50_000, ge=1, description="The most files and folders in a source.")
    git_timeout_seconds: int = Field(default=120, ge=1, description="How long a clone may take.")
    git_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private or loopback hosts that Git URLs may name (host or host:port, comma separated).",
    )
    git_ssh_key: Path | None = Field(
        default=None, description="A private key for ssh:// Git URLs; without it ssh is refused."
    )

    signup: Literal["open", "invite", "closed"] = Field(
        default="closed",
        description="Who may sign up once the first account exists: open: anybody; invite and closed: only with an "
        "admin's invite (invite says so on the sign-in page, closed says nothing of signing up).",
    )
    admin_email: str | None = Field(
        default=None,
        description="With ZIPP_ADMIN_PASSWORD: the first account, at the first start. With Firebase, and no password: "
        "whose account with this verified address is the first admin's, without a set-up link.",
    )
    admin_password: SecretStr | None = Field(default=None, description="See ZIPP_ADMIN_EMAIL; at least 10 characters.")
    session_seconds: int = Field(default=14 * 86400, ge=60, description="How long a session lasts.")
    login_attempts_per_minute: int = Field(
        default=10, ge=1, description="Sign-in attempts per client address and minute."
    )
    api_requests_per_minute: int = Field(default=1200, ge=1, description="Requests per client address and minute.")
    secret_key: SecretStr | None = Field(
        default=None,
        description="Encrypts environment values at rest (44 characters, urlsafe base64 of 32 bytes); "
        "default: made at the first start and kept in <data dir>/secret.key.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="The operator's log.")
    audit_days: int = Field(
        default=180, ge=1, le=36500, description="How long it is kept who changed what, and from which address."
    )
    log_lines_per_deployment: int = Field(
        default=100_000, ge=1000, description="Runtime lines kept per deployment; the oldest go first."
    )

    @field_validator("git_allowed_hosts", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return (
            tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("apt_mirror", "npm_registry", "pypi_index")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        """Every site can read it in its environment, so that it can't hold a password."""
        if value is not None and not _PLAIN_ADDRESS.fullmatch(value):
            raise ValueError("must be http(s)://host[:port][/path], without a name, a password or a query")
        return value

    @model_validator(mode="after")
    def _firebase_is_whole(self) -> Self:
        parts = {"firebase", "firestore"} & {self.identity_kind, self.records_kind, self.storage_kind}
        if not parts:
            return self
        if self.firebase_project is None:
            raise ValueError("ZIPP_FIREBASE_PROJECT must name the Firebase project")
        if self.identity_kind == "firebase" and self.firebase_api_key is None:
            raise ValueError("ZIPP_FIREBASE_API_KEY is needed to sign people in (Project settings, Your apps)")
        emulators = (self.auth_emulator, self.firestore_emulator, self.storage_emulator)
        if self.environment == "production" and any(emulators):
            raise ValueError(
                "FIREBASE_AUTH_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST and STORAGE_EMULATOR_HOST must not be set: "
                "emulators accept forged tokens (ZIPP_ENVIRONMENT=development allows them)"
            )
        return self

    @property
    def identity_kind(self) -> Literal["local", "firebase"]:
        return self.identity or ("firebase" if self.backend == "firebase" else "local")

    @property
    def records_kind(self) -> Literal["sqlite", "firestore"]:
        return self.records or ("firestore" if self.backend == "firebase" else "sqlite")

    @property
    def storage_kind(self) -> Literal["local", "firebase"]:
        return self.storage or ("firebase" if self.backend == "firebase" else "local")

    @property
    def limits(self) -> Limits:
        return Limits(memory_bytes=self.site_memory_bytes, cpus=self.site_cpus, pids=self.site_pids)

    def site_host(self, site: str) -> str:
        return f"{site}.{self.base_domain}"

    def site_url(self, site: str) -> str:
        port = "" if self.http_port == 80 else f":{self.http_port}"
        return f"http://{self.site_host(site)}{port}"

    @property
    def api_url(self) -> str:
        return self.public_url or f"http://localhost:{self.port}"
