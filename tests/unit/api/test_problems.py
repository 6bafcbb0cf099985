"""Errors are problem+json, the right status, and give nothing away."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI

from zipp.api import problems
from zipp.domain import errors

EXPECTED = {
    errors.InvalidInput: 422,
    errors.InvalidArchive: 422,
    errors.InvalidSource: 422,
    errors.TooLarge: 413,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.Unavailable: 503,
    errors.StartError: 409,
}


def check(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "hint", "errors"}
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:zipp:problem:{code}")
    return dict(problem)


@pytest.mark.parametrize(("kind", "status"), EXPECTED.items())
def test_every_domain_error_has_its_status(kind: type[errors.ZippError], status: int) -> None:
    assert problems.of_error(kind("It went wrong.")).status_code == status


def test_a_rate_limit_says_when_to_come_back() -> None:
    response = problems.of_error(errors.TooMany("Too many.", retry_after_seconds=7))
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")


async def test_an_unknown_address_is_a_problem(anonymous: httpx.AsyncClient) -> None:
    check(await anonymous.get("/api/nothing"), 404, "not_found")


async def test_an_unknown_method_names_the_known_ones(anonymous: httpx.AsyncClient) -> None:
    for path, methods in {"/api/auth/login": "POST", "/api/sites/blog": "DELETE, GET, PATCH"}.items():
        response = await anonymous.put(path)
        check(response, 405, "method_not_allowed")
        assert response.headers["allow"] == methods


async def test_invalid_fields_are_pointed_at_and_not_repeated(ada: httpx.AsyncClient) -> None:
    body = {"url": 7, "env": {"A": ["secret-value"]}, "more": "secret-value"}
    problem = check(await ada.post("/api/deployments/git", json=body), 422, "invalid")
    assert {each["pointer"] for each in problem["errors"]} == {"/url", "/env/A", "/more"}
    assert "secret-value" not in str(problem)


async def test_a_pointer_is_escaped(ada: httpx.AsyncClient) -> None:
    problem = check(await ada.put("/api/sites/none/env", json={}), 404, "not_found")
    problem = check(await ada.post("/api/auth/tokens", json={"name": "x", "a/b~c": 1}), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "/a~1b~0c"


async def test_a_query_parameter_is_pointed_at(ada: httpx.AsyncClient) -> None:
    problem = check(await ada.get("/api/deployments?limit=0"), 422, "invalid")
    assert problem["errors"][0]["pointer"] == "/limit"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe", b"null", b"[]"]
)
async def test_a_body_that_is_no_object_is_refused(anonymous: httpx.AsyncClient, body: bytes) -> None:
    response = await anonymous.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    check(response, response.status_code, response.json()["code"])


async def test_a_large_body_is_refused(anonymous: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"email": "' + b"x" * 1024**2 + b'"}'
    check(await anonymous.post("/api/auth/login", content=body, headers=headers), 413, "too_large")

    async def in_pieces() -> Any:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    check(await anonymous.post("/api/auth/login", content=in_pieces(), headers=headers), 413, "too_large")


async def test_an_unforeseen_error_shows_an_id_and_nothing_else(
    ada: httpx.AsyncClient, stand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("/var/lib/zipp/secret.key is broken")

    monkeypatch.setattr(stand.records, "list_sites", broken)
    with structlog.testing.capture_logs() as logged:
        problem = check(await ada.get("/api/sites"), 500, "internal")
    assert "secret.key" not in str(problem)
    (event,) = [each for each in logged if each["event"] == "request_failed"]
    assert event["error_id"] in problem["detail"]


async def test_every_answer_has_security_headers(anonymous: httpx.AsyncClient) -> None:
    for path in ("/", "/api/health", "/api/nothing", "/api/sites", "/api/docs/style.css", "/api/openapi.json"):
        response = await anonymous.get(path, headers={"Host": "evil.example"})
        assert response.headers["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "evil.example" not in response.text + str(response.headers)


def test_the_description_documents_each_error_as_a_problem(anonymous: object) -> None:
    from zipp.api.app import openapi

    document = openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                if status >= "400" and (path, status) != ("/api/health", "503"):
                    assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
            assert {"429", "500"} <= operation["responses"].keys()
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_installing_handles_every_error_of_the_domain() -> None:
    app = FastAPI()
    problems.install(app, [])
    assert errors.ZippError in app.exception_handlers
