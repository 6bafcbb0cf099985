"""What only BuildKit does: caches between builds, and limits that the engine does not set."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from buildstand import DEBIAN, OWN_DOCKERFILE, Log, a_request, written
from nginxsite import eventually

from zipp.domain.errors import BuildError
from zipp.domain.ids import new_id
from zipp.domain.plan import BuildPlan
from zipp.engine.client import Engine
from zipp.engine.networks import Networks
from zipp.images.build_limits import Groups, StepLimits
from zipp.images.build_watch import StepWatch
from zipp.images.builder import DockerImages
from zipp.images.buildkit_builder import BuildkitBuilder, groups_of
from zipp.settings import Settings

Build = Callable[..., Any]

pytestmark = pytest.mark.parametrize("builder", ["buildkit"])


async def test_it_is_what_auto_means_where_its_steps_can_be_held(settings: Settings, builder: str) -> None:
    engine = Engine()
    groups, why_not = await groups_of(engine)
    await engine.close()
    assert groups is not None
    assert why_not == ""


async def test_without_root_or_from_afar_it_is_not_used(
    build: Build, build_settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    images = DockerImages(build_settings.model_copy(update={"builder": "auto"}))
    await build(f"FROM {DEBIAN}\nRUN echo by-whom\n", by=images)
    await images.close()
    assert any(line.startswith("Step 2/") for line, _ in log.lines)


async def test_steps_that_are_not_where_they_are_looked_for_end_its_use(
    build: Build, build_settings: Settings, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an engine that was given another cgroup-parent."""
    elsewhere = Groups(1, "zipp-test-elsewhere")
    monkeypatch.setattr("zipp.images.build_limits.find", lambda driver, version: elsewhere)
    images = DockerImages(build_settings.model_copy(update={"builder": "auto"}))
    try:
        await build(f"FROM {DEBIAN}\nRUN sleep 0.5; echo {new_id()}\n", by=images)
        assert not any(line.startswith("Step ") for line, _ in log.lines)
        await build(f"FROM {DEBIAN}\nRUN echo {new_id()}\n", by=images)
        assert any(line.startswith("Step 2/") for line, _ in log.lines)
    finally:
        await images.close()
        for controller in ("memory", "cpu", "pids"):
            (elsewhere.root / controller / elsewhere.parent).rmdir()


async def test_a_step_is_held_to_all_its_limits(build: Build, build_settings: Settings, log: Log) -> None:
    """The usual ones: another platform on this engine may set its own on every step meanwhile."""
    one = "memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.cfs_quota_us pids/pids.max"
    two = "memory.max memory.swap.max cpu.max pids.max"
    await build(f"FROM {DEBIAN}\nRUN sleep 0.3; cd /sys/fs/cgroup; cat {one} 2>/dev/null || cat {two}; : {new_id()}\n")
    said = [line for line, stream in log.lines if not line.startswith("[")]
    memory, quota = str(build_settings.build_memory_bytes), str(round(build_settings.build_cpus * 100_000))
    assert said in ([memory, memory, quota, "4096"], [memory, "0", f"{quota} 100000", "4096"])


async def test_a_step_is_held_again_when_its_limits_are_raised(builder: str) -> None:
    """As by a platform with higher ones that saw the step at the very same moment."""
    engine = Engine()
    found, _ = await groups_of(engine)
    await engine.close()
    assert found is not None
    groups, gib = Groups(found.version, f"zipp-test-{new_id()}"), 2**30
    controllers = ("memory", "cpu", "pids") if groups.version == 1 else ("",)
    folders = [groups.root / controller / groups.parent for controller in controllers]
    for folder in folders:
        (folder / "step").mkdir(parents=True)
    step = groups.memory / "step"
    limit = step / ("memory.limit_in_bytes" if groups.version == 1 else "memory.max")
    try:
        groups.prepare(StepLimits(4 * gib, 4))
        async with StepWatch(groups, StepLimits(gib, 1)).on():
            await eventually(lambda: limit.read_text().strip() == str(gib))
            if groups.version == 1 and (step / "memory.memsw.limit_in_bytes").exists():
                (step / "memory.memsw.limit_in_bytes").write_text(str(2 * gib))
            limit.write_text(str(2 * gib))
            await eventually(lambda: limit.read_text().strip() == str(gib))
    finally:
        for folder in folders:
            (folder / "step").rmdir()
            folder.rmdir()


async def test_downloads_are_kept_between_builds_and_apart_from_other_owners(
    images: DockerImages, log: Log, tmp_path: Path, base: Callable[[str], str]
) -> None:
    base(DEBIAN)
    plan = BuildPlan(
        framework="node", summary="", builder=DEBIAN, base=DEBIAN, caches=("npm",), dependency_files=("package.txt",),
        dependencies=("ls $npm_config_cache; touch $npm_config_cache/downloaded-by-$(cat package.txt)", "mkdir kept"),
        dependency_folders=("kept",), start="true",
    )  # fmt: skip
    owner, other = new_id(), new_id()
    for number, who in enumerate((owner, owner, other)):
        tree = written(tmp_path / str(number), {"package.txt": f"{owner}-{number}"})
        await images.build(a_request(tree, plan, owner=who), log.write)
    found = [line for line, _ in log.lines if line.startswith("downloaded-by-")]
    assert found == [f"downloaded-by-{owner}-0"]


async def test_syntax_image_that_can_not_be_fetched_is_done_without(build: Build, log: Log) -> None:
    image = await build(f"# syntax=zipp.invalid/no/such:1\nFROM {DEBIAN}\nRUN echo {new_id()}\n")
    assert image.startswith("sha256:")
    assert any("syntax" in line for line, stream in log.lines if stream == "zipp")


async def test_nobody_is_asked_for_a_syntax_image_of_ours(build: Build, log: Log) -> None:
    await build(f"# escape=\\\n# syntax=zipp/frontend:1\nFROM {DEBIAN}\nRUN echo {new_id()}\n")
    assert not any(stream == "zipp" for _, stream in log.lines)


async def test_context_may_begin_with_any_name(build: Build) -> None:
    await build(f"FROM {DEBIAN}\nCOPY . /app\nRUN test -f /app/0é.txt\n", {"0é.txt": "x", f"0{'l' * 120}": "y"})


async def test_two_builds_at_once_are_told_apart_when_one_is_killed(
    small: Settings, log: Log, tmp_path: Path, base: Callable[[str], str]
) -> None:
    base(DEBIAN)
    images = DockerImages(small)

    async def failed(name: str, command: str) -> str:
        tree = written(tmp_path / name, {"Dockerfile": f"FROM {DEBIAN}\nRUN {command}; : {new_id()}\n"})
        with pytest.raises(BuildError) as caught:
            await images.build(a_request(tree, OWN_DOCKERFILE), log.write)
        return caught.value.code

    try:  # the second one's only step is long over when the first one's is killed
        codes = await asyncio.gather(
            failed("greedy", "sleep 3; dd if=/dev/zero of=/dev/null bs=2000M count=1 || exit 3"),
            failed("modest", "exit 4"),
        )
    finally:
        await images.close()
    assert codes == ["build_out_of_memory", "build_failed"]


async def test_default_bridge_is_closed_while_the_platform_runs(
    build: Build, build_settings: Settings, instance: str
) -> None:
    images = DockerImages(build_settings)
    await build(f"FROM {DEBIAN}\nRUN echo {new_id()}\n", by=images)
    assert f'"zipp:{instance}"' in rules_of("docker0")
    await images.close()
    assert f'"zipp:{instance}"' not in rules_of("docker0")


async def test_its_cache_is_pruned_to_what_may_be_kept(settings: Settings, builder: str) -> None:
    """Asked for more than there can be, so that no other suite loses its cache."""
    generous = settings.model_copy(update={"build_cache_max_bytes": 2**50})
    engine = Engine()
    await BuildkitBuilder(generous, engine, Networks(engine, settings.instance)).prune()
    await engine.close()


def rules_of(interface: str) -> str:
    said = subprocess.run(["iptables", "-w", "-S"], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in said.splitlines() if interface in line)
