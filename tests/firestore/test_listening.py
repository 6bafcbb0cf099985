"""A page may listen to what is its user's: Firestore's listeners (what its web SDK opens) under our rules."""

from __future__ import annotations

import queue
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import grpc
import httpx
import pytest
from firestoreclient import PLATFORM, load_rules, unsigned_token
from google.api_core.exceptions import PermissionDenied
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import ListenRequest, ListenResponse, StructuredQuery, Target, Value

RULES = (Path(__file__).parents[2] / "deploy/firebase/firestore.rules").read_text()
SECONDS = 60


@pytest.fixture(scope="module")
def project(firestore_emulator: str) -> str:
    """Anna and Bert are members, each with a deployment."""
    project = f"demo-listening-{secrets.token_hex(4)}"
    load_rules(firestore_emulator, project, RULES)
    for uid in ("anna", "bert"):
        written(firestore_emulator, project, f"users/{uid}", {"role": "member", "disabled": False})
        written(firestore_emulator, project, f"deployments/{uid}-1", {"id": f"{uid}-1", "owner": uid})
    return project


def written(address: str, project: str, path: str, fields: Mapping[str, str | bool]) -> None:
    """As the platform does."""
    values = {
        name: {"booleanValue" if isinstance(value, bool) else "stringValue": value} for name, value in fields.items()
    }
    mask = "&".join(f"updateMask.fieldPaths={name}" for name in fields)
    url = f"http://{address}/v1/projects/{project}/databases/(default)/documents/{path}?{mask}"
    headers = {"Authorization": f"Bearer {PLATFORM}"}
    assert httpx.patch(url, json={"fields": values}, headers=headers, timeout=SECONDS).status_code == 200


class Listener:
    """One target, as `who` asks for it: the newest deployments, of `owner` where given."""

    def __init__(self, address: str, project: str, who: str, *, owner: str | None) -> None:
        database = f"projects/{project}/databases/(default)"
        channel = grpc.insecure_channel(address)
        asked: queue.Queue[ListenRequest | None] = queue.Queue()
        asked.put(ListenRequest(database=database, add_target=self._target(database, owner)))
        self._end = lambda: (asked.put(None), channel.close())
        self._answers: Iterator[ListenResponse] = FirestoreClient(
            transport=FirestoreGrpcTransport(channel=channel)
        ).listen(
            iter(asked.get, None),
            metadata=[
                ("authorization", f"Bearer {unsigned_token(project, who, {})}"),
                ("google-cloud-resource-prefix", database),
            ],
            timeout=SECONDS,
        )

    def told_until(self, wanted: str) -> set[str]:
        """The ids of the documents that it was told of, up to that one."""
        ids: set[str] = set()
        for answer in self._answers:
            cause = answer.target_change.cause
            if cause.code == grpc.StatusCode.PERMISSION_DENIED.value[0]:
                raise PermissionDenied(cause.message)
            if answer.document_change.document.name:
                ids.add(answer.document_change.document.fields["id"].string_value)
            if wanted in ids:
                return ids
        raise AssertionError("the listener was cut off")

    def close(self) -> None:
        self._end()

    @staticmethod
    def _target(database: str, owner: str | None) -> Target:
        query = StructuredQuery(
            from_=[{"collection_id": "deployments"}],
            order_by=[{"field": {"field_path": "id"}, "direction": StructuredQuery.Direction.DESCENDING}],
            limit=20,
        )
        if owner is not None:
            query.where = StructuredQuery.Filter(
                field_filter=StructuredQuery.FieldFilter(
                    field={"field_path": "owner"},
                    op=StructuredQuery.FieldFilter.Operator.EQUAL,
                    value=Value(string_value=owner),
                )
            )
        return Target(target_id=1, query=Target.QueryTarget(parent=f"{database}/documents", structured_query=query))


def test_a_change_of_ones_own_is_told_and_that_of_another_is_not(firestore_emulator: str, project: str) -> None:
    listener = Listener(firestore_emulator, project, "anna", owner="anna")
    try:
        assert listener.told_until("anna-1") == {"anna-1"}
        written(firestore_emulator, project, "deployments/bert-2", {"id": "bert-2", "owner": "bert"})
        written(firestore_emulator, project, "deployments/anna-2", {"id": "anna-2", "owner": "anna"})
        assert listener.told_until("anna-2") <= {"anna-1", "anna-2"}
    finally:
        listener.close()


@pytest.mark.parametrize(("who", "owner"), [("anna", "bert"), ("anna", None), ("nobody", "nobody")])
def test_nobody_listens_to_what_is_not_theirs(
    firestore_emulator: str, project: str, who: str, owner: str | None
) -> None:
    listener = Listener(firestore_emulator, project, who, owner=owner)
    try:
        with pytest.raises(PermissionDenied):
            listener.told_until(f"{owner}-1")
    finally:
        listener.close()
