"""A real Git server on loopback: git's own `git http-backend` behind a small threaded HTTP(S) server.

server = GitServer(folder)
server.start()
commit = server.create_repo("pages", {"index.html": "hello"})
server.url_for("pages")             # http://127.0.0.1:PORT/pages.git
server.stop()
"""

from __future__ import annotations

import base64
import datetime
import gzip
import ipaddress
import os
import ssl
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Content = str | bytes


@dataclass(frozen=True)
class Link:
    """In place of a file's content: a symbolic link."""

    target: str


@dataclass(frozen=True)
class Executable:
    content: str


@dataclass
class Behaviour:
    """What the server does besides serving. Changed by tests while it runs."""

    token: str | None = None  # demand Basic credentials with this password
    stall: bool = False  # accept, then never answer
    redirect_to: str | None = None  # answer 301 to this address, the path and query behind it
    redirect_without_suffix: bool = False  # answer 301 where the path lacks .git, as GitLab does
    status: int | None = None  # answer this and nothing else
    noise: bytes = b""  # answer the references with this


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class GitServer:
    """Bare repositories below `root`, served at `<base>/<name>.git`. `requests` has what was asked, in order."""

    root: Path
    tls: bool = False
    behaviour: Behaviour = field(default_factory=Behaviour)
    requests: list[Request] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.released = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._make_certificate())
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def base(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        return self.root / "server.pem"

    def url_for(self, name: str) -> str:
        return f"{self.base}/{name}.git"

    def create_repo(self, name: str, files: Mapping[str, Content | Link | Executable], *, branch: str = "main") -> str:
        """A new repository with one commit; returns that commit."""
        repository = self.root / f"{name}.git"
        self.git(None, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(repository))
        return self.commit(name, files, branch=branch)

    def commit(self, name: str, files: Mapping[str, Content | Link | Executable], *, branch: str = "main") -> str:
        """A commit with exactly these files on `branch`, made when it is new; returns the commit."""
        return self.commit_tree(name, self._tree(name, files), branch=branch)

    def commit_tree(self, name: str, tree: str, *, branch: str = "main") -> str:
        tip = self.git(name, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", check=False)
        parents = ["-p", tip] if tip else []
        commit = self.git(name, "commit-tree", tree, "-m", "a commit", *parents)
        self.git(name, "update-ref", f"refs/heads/{branch}", commit)
        return commit

    def tag(self, name: str, tag: str, commit: str) -> None:
        self.git(name, "tag", "--annotate", "--message", "a tag", tag, commit)

    def blob(self, name: str, content: bytes) -> str:
        return self.git(name, "hash-object", "-w", "--stdin", stdin=content)

    def make_tree(self, name: str, entries: list[tuple[str, str, str]]) -> str:
        """A tree of (mode, object, name), unchecked."""
        lines = (f"{mode} {_kind(mode)} {sha}\t{entry}\0".encode() for mode, sha, entry in entries)
        return self.git(name, "mktree", "-z", "--missing", stdin=b"".join(lines))

    def git(self, name: str | None, *arguments: str, stdin: bytes = b"", check: bool = True) -> str:
        """Run git in a repository; its output, stripped."""
        where = [] if name is None else [f"--git-dir={self.root / f'{name}.git'}"]
        done = subprocess.run(["git", *where, *arguments], input=stdin, capture_output=True, env=_ENV, check=False)
        if check and done.returncode:
            raise AssertionError(f"git {arguments}: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def _tree(self, name: str, files: Mapping[str, Content | Link | Executable]) -> str:
        """Through an index of its own, as git add would."""
        lines = bytearray()
        for path, content in files.items():
            mode, data = _mode_and_bytes(content)
            lines += f"{mode} {self.blob(name, data)}\t{path}\0".encode()
        index = {**_ENV, "GIT_INDEX_FILE": str(self.root / f"{name}.index")}
        git = ["git", f"--git-dir={self.root / f'{name}.git'}"]
        subprocess.run([*git, "read-tree", "--empty"], env=index, check=True)
        subprocess.run([*git, "update-index", "-z", "--index-info"], input=bytes(lines), env=index, check=True)
        return subprocess.run([*git, "write-tree"], env=index, check=True, capture_output=True).stdout.decode().strip()

    def _make_certificate(self) -> Path:
        """A self-signed certificate for 127.0.0.1 and code.example, with its key, in one file."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "code.example")])
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("code.example")]
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.ca_file.write_bytes(private + certificate.public_bytes(pem))
        return self.ca_file


_ENV = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{f"GIT_{who}_{what}": f"tester{'@example.com' * (what == 'EMAIL')}"
       for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}  # fmt: skip


def _mode_and_bytes(content: Content | Link | Executable) -> tuple[str, bytes]:
    if isinstance(content, Link):
        return "120000", content.target.encode()
    if isinstance(content, Executable):
        return "100755", content.content.encode()
    return "100644", content.encode() if isinstance(content, str) else content


def _kind(mode: str) -> str:
    return {"040000": "tree", "160000": "commit"}.get(mode, "blob")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: GitServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up (killed, cancelled, no trust in the certificate) is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        owner, behaviour = self.server.owner, self.server.owner.behaviour
        owner.requests.append(Request(self.command, self.path, dict(self.headers)))
        owner.asked.set()
        body = self._body()
        path, _, query = self.path.partition("?")
        if behaviour.stall:
            owner.released.wait()
        elif behaviour.redirect_to is not None:
            self._answer(301, {"Location": behaviour.redirect_to + self.path})
        elif behaviour.redirect_without_suffix and ".git/" not in path:
            self._answer(301, {"Location": f"{owner.base}{self.path.replace('/info/refs', '.git/info/refs')}"})
        elif behaviour.status is not None:
            self._answer(behaviour.status, {})
        elif behaviour.noise:
            self._answer(200, {"Content-Type": "application/x-git-upload-pack-advertisement"}, behaviour.noise)
        elif not self._may_enter(behaviour.token):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._backend(path, query, body)

    do_POST = do_GET

    def _may_enter(self, token: str | None) -> bool:
        if token is None:
            return True
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        return scheme == "Basic" and base64.b64decode(credentials).decode().partition(":")[2] == token

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = bytearray()
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = bytearray(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else bytes(body)

    def _backend(self, path: str, query: str, body: bytes) -> None:
        env = {
            **_ENV,
            "GIT_PROJECT_ROOT": str(self.server.owner.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        self._answer(int(headers.pop("Status", "200").split()[0]), headers, content)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Tests are quiet."""
