from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from zipp.domain.deployment import (
    STATUS_DURING,
    TRANSITIONS,
    UNDER_WAY,
    Deployment,
    Failure,
    GitSource,
    Status,
    Step,
    ZipSource,
    entered,
    moved,
)
from zipp.domain.errors import Conflict
from zipp.domain.ids import new_id

START = datetime(2026, 1, 1, tzinfo=UTC)
ALLOWED = {
    ("PENDING", "CLONING"),
    ("PENDING", "FAILED"),
    ("CLONING", "BUILDING"),
    ("CLONING", "FAILED"),
    ("BUILDING", "RUNNING"),
    ("BUILDING", "FAILED"),
    ("RUNNING", "STOPPED"),
    ("STOPPED", "RUNNING"),
}


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def a_deployment(status: Status = Status.PENDING) -> Deployment:
    source = ZipSource(filename="shop.zip", size=12, sha256="ab" * 32)
    return Deployment(id=new_id(), site="shop", owner="anna", source=source, status=status, created_at=START)


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_status_follows_another_only_where_the_lifecycle_has_an_arrow(before: Status, after: Status) -> None:
    deployment = a_deployment(before)
    if (before, after) in ALLOWED:
        assert moved(deployment, after, at=at(1)).status is after
    else:
        with pytest.raises(Conflict) as caught:
            moved(deployment, after, at=at(1))
        assert caught.value.code == "invalid_transition"


def test_every_status_is_in_the_table_and_every_step_has_one_under_way() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert set(STATUS_DURING) == set(Step)
    assert set(STATUS_DURING.values()) < UNDER_WAY
    assert {status for status in Status if Status.FAILED in TRANSITIONS[status]} == UNDER_WAY


def test_moving_leaves_the_given_deployment_as_it_was() -> None:
    deployment = a_deployment()
    moved(deployment, Status.CLONING, at=at(1))
    assert deployment.status is Status.PENDING
    assert deployment.started_at is None


def test_times_tell_when_work_began_and_ended() -> None:
    deployment = moved(a_deployment(), Status.CLONING, at=at(1))
    deployment = entered(deployment, Step.FETCH, at=at(1))
    deployment = moved(deployment, Status.BUILDING, at=at(3))
    deployment = entered(deployment, Step.BUILD, at=at(4))
    assert (deployment.started_at, deployment.finished_at) == (at(1), None)
    deployment = moved(deployment, Status.RUNNING, at=at(9))
    assert (deployment.started_at, deployment.finished_at) == (at(1), at(9))
    stages = [(stage.name, stage.started_at, stage.finished_at) for stage in deployment.stages]
    assert stages == [("fetch", at(1), at(4)), ("build", at(4), at(9))]


def test_failure_carries_its_reason_and_closes_its_stage() -> None:
    failure = Failure(code="clone_failed", message="The repository does not answer.", stage="fetch")
    deployment = entered(moved(a_deployment(), Status.CLONING, at=at(1)), Step.FETCH, at=at(1))
    deployment = moved(deployment, Status.FAILED, at=at(5), error=failure)
    assert (deployment.error, deployment.finished_at, deployment.stages[-1].finished_at) == (failure, at(5), at(5))


def test_stop_and_rollback_do_not_change_how_long_the_deployment_took() -> None:
    deployment = moved(a_deployment(Status.BUILDING), Status.RUNNING, at=at(9))
    stopped = moved(deployment, Status.STOPPED, at=at(50))
    back = moved(stopped, Status.RUNNING, at=at(90))
    assert (stopped.finished_at, back.finished_at) == (at(9), at(9))


def test_step_run_again_after_a_crash_keeps_its_first_start() -> None:
    first = entered(a_deployment(), Step.FETCH, at=at(1))
    assert entered(first, Step.FETCH, at=at(7)) == first
    second = entered(first, Step.DETECT, at=at(8))
    assert entered(second, Step.FETCH, at=at(9)) == second
    assert second.stage == "detect"


def test_no_stage_before_the_first_step() -> None:
    assert a_deployment().stage is None


@pytest.mark.parametrize(
    "source",
    [
        ZipSource(filename="ä.zip", size=0, sha256="00" * 32),
        GitSource(url="https://git.example/x.git", ref="main", commit="0" * 40, subdirectory="web"),
    ],
)
def test_deployment_survives_being_written_as_json(source: ZipSource | GitSource) -> None:
    deployment = entered(a_deployment().model_copy(update={"source": source}), Step.FETCH, at=at(1))
    assert Deployment.model_validate_json(deployment.model_dump_json()) == deployment
