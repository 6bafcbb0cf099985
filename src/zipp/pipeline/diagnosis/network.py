"""Hosts and services that a build or a site can't reach."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from zipp.pipeline.diagnosis.rule import Rule, Weight

SERVICES = {
    "5432": "PostgreSQL",
    "3306": "MySQL",
    "27017": "MongoDB",
    "6379": "Redis",
    "5672": "RabbitMQ",
    "9200": "Elasticsearch",
    "11211": "Memcached",
    "9092": "Kafka",
    "1433": "SQL Server",
}


def _firm(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str] | None:
    """A failed download that a tool only warns of is something that it goes on without."""
    return None if "WARN" in lines[at] and "Retrying" not in lines[at] else {}


def _service(lines: Sequence[str], at: int, values: Mapping[str, str]) -> Mapping[str, str]:
    host, port = values.get("host", ""), values.get("port", "")
    where = f"{host}:{port}" if host and port else host or "its address"
    return {"what": f"{SERVICES.get(port, 'a service')} at {where}"}


_HOST = r"(?P<host>[A-Za-z0-9_.-]{1,253})"
_NETWORK = "The host {host} could not be reached."
_NETWORK_HINT = (
    "The server must reach it while it builds: look at its network and proxy settings. Downloads that the site does "
    "not need can be turned off by the package's own variable under [env] in zipp.toml."
)
_NETWORK_AT_START = (
    "Check the name in the site's environment. Names of a compose file (as `db`) do not exist here: use an address "
    "that this server reaches."
)
_SERVICE_HINT = (
    "No database runs while a site is built: let the build do without it, or give it the address of one that this "
    "server reaches."
)
_SERVICE_AT_START = (
    "In its container, localhost is the container itself: set the variable that holds the address (as DATABASE_URL) to "
    "a service that this server reaches."
)

RULES = (
    Rule(
        "certificate_unknown",
        (
            "CERTIFICATE_VERIFY_FAILED",
            "self-signed certificate",
            "self signed certificate",
            "UNABLE_TO_GET_ISSUER_CERT",
        ),
        re.compile("CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|UNABLE_TO_GET_ISSUER_CERT"),
        "A server's certificate is not trusted.",
        "Where a company's proxy signs anew, its authority is given to builds with ZIPP_BUILD_CA_BUNDLE.",
    ),
    Rule(
        "network_unreachable",
        ("from Google Fonts",),
        re.compile(r"Failed to fetch (?:font )?[`'\"](?P<name>[^`'\"]{1,60})[`'\"] from Google Fonts"),
        "The font {name} could not be downloaded from Google Fonts.",
        "Put the font's file into the project and load it with next/font/local.",
        weight=Weight.DECIDED,
        phase="build",
    ),
    Rule(
        "network_unreachable",
        ("getaddrinfo ",),
        re.compile(rf"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) {_HOST}"),
        _NETWORK,
        _NETWORK_HINT,
        hint_at_start=_NETWORK_AT_START,
        look=_firm,
    ),
    Rule(
        "network_unreachable",
        ("could not translate host name", "ould not resolve host", "esolve '", "Could not reach host"),
        re.compile(
            rf"(?:could not translate host name \"|[Cc]ould not re(?:solve|ach) host:? |Failed to resolve '){_HOST}"
        ),
        _NETWORK,
        _NETWORK_HINT,
        hint_at_start=_NETWORK_AT_START,
        look=_firm,
    ),
    Rule(
        "network_unreachable",
        ("Failed to fetch: ", "rror sending request for url", "curl error "),
        re.compile(
            rf"(?:Failed to fetch: `?|sending request for url \(|curl error \d\d? while downloading )https?://{_HOST}"
        ),
        _NETWORK,
        _NETWORK_HINT,
        hint_at_start=_NETWORK_AT_START,
    ),
    Rule(
        "network_unreachable",
        ("ETIMEDOUT", "ECONNRESET", "ENETUNREACH", "EHOSTUNREACH", "UND_ERR_CONNECT_TIMEOUT", "ame resolution"),
        re.compile(r"ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|failure in name resolution"),
        "A host that is needed could not be reached.",
        _NETWORK_HINT,
        hint_at_start=_NETWORK_AT_START,
        weight=Weight.SYMPTOM,
        look=_firm,
    ),
    Rule(
        "service_unreachable",
        ("ECONNREFUSED",),
        re.compile(r"ECONNREFUSED (?P<host>[^\s:]{1,100}|::1):(?P<port>\d{1,5})"),
        "{what} refused the connection.",
        _SERVICE_HINT,
        hint_at_start=_SERVICE_AT_START,
        weight=Weight.SYMPTOM,
        look=_service,
    ),
    Rule(
        "service_unreachable",
        ("onnection refused",),
        re.compile(r"connection to server at \"(?P<host>[^\"]{1,100})\".{0,40}, port (?P<port>\d{1,5}) failed"),
        "{what} refused the connection.",
        _SERVICE_HINT,
        hint_at_start=_SERVICE_AT_START,
        weight=Weight.SYMPTOM,
        look=_service,
    ),
    Rule(
        "service_unreachable",
        ("reach database server at", "connect to MySQL server on", "connecting to "),
        re.compile(
            r"(?:reach database server at [`\"']{0,2}|connect to MySQL server on '|Error \d{1,4} connecting to )"
            r"(?P<host>[^\s`'\":]{1,100})(?:[`\"']?:(?P<port>\d{1,5}))?"
        ),
        "{what} could not be reached.",
        _SERVICE_HINT,
        hint_at_start=_SERVICE_AT_START,
        weight=Weight.SYMPTOM,
        look=_service,
    ),
)
