"""Version 1 of control groups as folders stand for it; the real ones are asked in tests/integration/images."""

from __future__ import annotations

from pathlib import Path

import pytest

from zipp.images.build_limits import Groups, StepLimits, find

GIB = 1024**3
LIMITS = StepLimits(memory_bytes=GIB, cpus=1.5, pids=100)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    files = {
        "memory": {
            "memory.limit_in_bytes": "9223372036854771712",
            "memory.memsw.limit_in_bytes": "9223372036854771712",
        },
        "cpu": {"cpu.cfs_quota_us": "-1"},
        "pids": {"pids.max": "max"},
    }
    for controller, values in files.items():
        for folder in ("docker/buildkit", "docker/buildkit/step"):
            (tmp_path / controller / folder).mkdir(parents=True, exist_ok=True)
            for name, value in values.items():
                (tmp_path / controller / folder / name).write_text(value)
    return tmp_path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    for folder in ("docker/buildkit", "docker/buildkit/step", "system.slice/system.slice:docker:step"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name in ("memory.max", "memory.swap.max", "pids.max"):
            (tmp_path / folder / name).write_text("max\n")
        (tmp_path / folder / "cpu.max").write_text("max\n")
    (tmp_path / "system.slice/ssh.service").mkdir()
    for folder in ("", "docker", "docker/buildkit"):
        (tmp_path / folder / "cgroup.subtree_control").write_text("")
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}


def test_version_1_holds_a_step_without_swap(one: Path) -> None:
    groups = find("cgroupfs", "1", one)
    assert groups is not None
    assert list(groups.steps()) == ["step"]
    groups.limit("step", LIMITS)
    assert texts(one / "memory/docker/buildkit/step") == {
        "memory.limit_in_bytes": str(GIB),
        "memory.memsw.limit_in_bytes": str(GIB),
    }
    assert texts(one / "cpu/docker/buildkit/step") == {"cpu.cfs_quota_us": "150000"}
    assert texts(one / "pids/docker/buildkit/step") == {"pids.max": "100"}


def test_version_2_holds_a_step_without_swap(two: Path) -> None:
    groups = find("cgroupfs", "2", two)
    assert groups is not None
    groups.limit("step", LIMITS)
    assert texts(two / "docker/buildkit/step") == {
        "memory.max": str(GIB),
        "memory.swap.max": "0",
        "cpu.max": "150000 100000",
        "pids.max": "100",
    }


def test_what_holds_all_steps_is_only_ever_raised(one: Path) -> None:
    groups = Groups(1, "docker/buildkit", root=one)
    whole = one / "memory/docker/buildkit/memory.limit_in_bytes"
    groups.prepare(LIMITS.times(4))
    assert whole.read_text() == str(4 * GIB)
    groups.prepare(LIMITS)
    assert whole.read_text() == str(4 * GIB)
    groups.prepare(LIMITS.times(5))
    assert whole.read_text() == str(5 * GIB)


def test_of_two_platforms_limits_on_a_step_the_lower_one_holds(one: Path) -> None:
    groups = Groups(1, "docker/buildkit", root=one)
    groups.limit("step", StepLimits(2 * GIB, 1.0, 200))
    groups.limit("step", LIMITS)
    groups.limit("step", StepLimits(2 * GIB, 1.0, 200))
    assert (one / "memory/docker/buildkit/step/memory.limit_in_bytes").read_text() == str(GIB)
    assert (one / "cpu/docker/buildkit/step/cpu.cfs_quota_us").read_text() == "100000"
    assert (one / "pids/docker/buildkit/step/pids.max").read_text() == "100"


def test_swap_that_another_platform_allowed_meanwhile_is_taken_back(one: Path) -> None:
    groups, together = Groups(1, "docker/buildkit", root=one), "memory/docker/buildkit/step/memory.memsw.limit_in_bytes"
    groups.limit("step", LIMITS)
    (one / together).write_text(str(4 * GIB))
    groups.limit("step", LIMITS)
    assert (one / together).read_text() == str(GIB)


def test_version_2_gives_the_controllers_down(two: Path) -> None:
    Groups(2, "docker/buildkit", root=two).prepare(LIMITS)
    for folder in ("", "docker", "docker/buildkit"):
        assert (two / folder / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    assert (two / "docker/buildkit/memory.max").read_text() == str(GIB)


def test_with_systemd_the_steps_are_found_among_services_that_are_left_alone(two: Path) -> None:
    groups = find("systemd", "2", two)
    assert groups is not None
    assert list(groups.steps()) == ["system.slice:docker:step"]
    groups.prepare(LIMITS)
    assert not (two / "system.slice/memory.max").exists()


@pytest.mark.parametrize(("driver", "version"), [("systemd", "1"), ("cgroupfs", "2")])
def test_a_place_that_is_not_known_is_none(one: Path, driver: str, version: str) -> None:
    assert find(driver, version, one) is None


def test_files_that_the_kernel_does_not_have_are_never_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Groups(1, "docker/buildkit", root=tmp_path).prepare(LIMITS)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_step_that_is_over_is_told(one: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Groups(1, "docker/buildkit", root=one).limit("gone", LIMITS)


def test_kills_are_counted_by_the_kernels_own_names(one: Path, two: Path) -> None:
    (one / "memory/docker/buildkit/step/memory.oom_control").write_text("under_oom 0\noom_kill 2\n")
    assert Groups(1, "docker/buildkit", root=one).kills("step") == 2
    (two / "docker/buildkit/memory.events").write_text("low 0\noom 3\noom_kill 1\n")
    assert Groups(2, "docker/buildkit", root=two).kills() == 1
    assert Groups(2, "docker/buildkit", root=two).kills("gone") == 0
