from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from dockercli import docker

from zipp.domain.errors import StartError, Unavailable
from zipp.domain.ids import new_id
from zipp.domain.plan import Limits
from zipp.engine.client import Engine
from zipp.engine.networks import interface_of
from zipp.runtime.docker import DockerRuntime
from zipp.runtime.ports import is_taken
from zipp.runtime.runtime import Container, ContainerSpec, Listener, OutputLine, PortTaken
from zipp.settings import Settings

MIB = 1024**2
PATIENCE_SECONDS = 60

SERVER = "import http.server, os; http.server.test(http.server.SimpleHTTPRequestHandler, port=int(os.environ['PORT']))"
SLEEPER = "import time; time.sleep(600)"

# What a process inside sees of its own cage.
CAGE = """
import json, os, pathlib, time
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
def writable(path):
    try:
        pathlib.Path(path, "probe").write_text("x")
    except OSError as error:
        return error.strerror
    return True
print(json.dumps({
    "effective": status["CapEff"].strip(), "bounding": status["CapBnd"].strip(),
    "no_new_privileges": status["NoNewPrivs"].strip(), "seccomp": status["Seccomp"].strip(),
    "root": writable("/"), "etc": writable("/etc"), "tmp": writable("/tmp"),
    "port": os.environ["PORT"], "greeting": os.environ["GREETING"], "parent": os.getppid(),
}), flush=True)
time.sleep(600)
"""

CALLER = """
import json, os, socket, time
def call(host, port):
    try:
        socket.create_connection((host, port), 2).close()
    except OSError as error:
        return type(error).__name__
    return "reached"
own = socket.create_server(("0.0.0.0", 8080))
gateway = next(l.split()[2] for l in open("/proc/net/route") if l.split()[1] == "00000000")
gateway = ".".join(str(b) for b in reversed(bytes.fromhex(gateway)))
answers = {"self": call("127.0.0.1", 8080)}
for name, (host, port) in json.loads(os.environ["TARGETS"]).items():
    answers[name] = call(host.replace("GATEWAY", gateway), port)
print(json.dumps(answers), flush=True)
time.sleep(600)
"""

QUOTA = """
import pathlib, time
group = pathlib.Path("/sys/fs/cgroup")
while True:
    [quota] = [each for each in (group / "cpu/cpu.cfs_quota_us", group / "cpu.max") if each.exists()]
    print(quota.read_text().split()[0], flush=True)
    time.sleep(0.05)
"""

MakeSpec = Callable[..., ContainerSpec]


@pytest.fixture
async def runtime(settings: Settings) -> AsyncIterator[DockerRuntime]:
    runtime = DockerRuntime(settings)
    await runtime.start()
    yield runtime
    for container in await runtime.list():
        await runtime.remove(container.deployment_id, grace_seconds=0)
    await runtime.close()


@pytest.fixture
def spec(base: Callable[[str], str], free_port: Callable[[], int]) -> MakeSpec:
    image = base("zipp/python:3.11")

    def make(program: str, **changes: Any) -> ContainerSpec:
        made = ContainerSpec(
            deployment_id=new_id(),
            site="test",
            image=image,
            listen_port=8080,
            host_port=free_port(),
            env={},
            limits=Limits(memory_bytes=128 * MIB, cpus=1, pids=64),
            command=["python", "-c", program],
        )
        return replace(made, **changes)

    return make


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """What `condition` gives once it is true; fails when that takes too long."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (result := await condition()):
            await asyncio.sleep(0.05)
    return result


async def first_line(runtime: DockerRuntime, container: Container) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(runtime.output(container.deployment_id, follow=True)) as out:
        async for line in out:
            return dict(json.loads(line.text))
    raise AssertionError("it printed nothing")


async def answers(address: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        status = await reader.read(64)
        writer.close()
    except OSError:
        return False
    return b" 200 " in status


@contextmanager
def listening(address: str, port: int = 0) -> Iterator[int]:
    with socket.create_server((address, port)) as server:
        yield server.getsockname()[1]


async def test_container_answers_at_its_own_address_and_at_its_published_port(
    runtime: DockerRuntime, spec: MakeSpec
) -> None:
    wanted = spec(SERVER)
    container = await runtime.run(wanted)
    assert (container.state, container.host_port, container.listen_port) == ("running", wanted.host_port, 8080)
    await until(lambda: answers(container.address, 8080))
    assert await answers("127.0.0.1", wanted.host_port)
    assert await runtime.get(wanted.deployment_id) == container
    assert await runtime.list() == [container]


async def test_process_has_no_rights_and_writes_only_to_tmp(runtime: DockerRuntime, spec: MakeSpec) -> None:
    container = await runtime.run(spec(CAGE, env={"GREETING": "hi there", "PORT": "1"}))
    seen = await first_line(runtime, container)
    assert seen == {
        "effective": "0" * 16,
        "bounding": "0" * 16,
        "no_new_privileges": "1",
        "seccomp": "2",
        "root": "Read-only file system",
        "etc": "Read-only file system",
        "tmp": True,
        "port": "8080",
        "greeting": "hi there",
        "parent": 1,
    }


async def test_root_is_writable_when_the_plan_says_so(runtime: DockerRuntime, spec: MakeSpec) -> None:
    container = await runtime.run(spec(CAGE, env={"GREETING": ""}, read_only_root=False))
    seen = await first_line(runtime, container)
    assert (seen["root"], seen["tmp"], seen["effective"]) == (True, True, "0" * 16)


async def test_process_above_its_memory_limit_is_killed(runtime: DockerRuntime, spec: MakeSpec) -> None:
    hog = (
        "import time; print('x', flush=True); data = bytearray(b'x') * (128 << 20); print('survived'); time.sleep(600)"
    )
    wanted = spec(hog, limits=Limits(memory_bytes=64 * MIB, cpus=1, pids=64))
    await runtime.run(wanted)

    async def killed() -> Container | None:
        """Between two of its restarts: while it runs, it has no exit code."""
        container = await runtime.get(wanted.deployment_id)
        return container if container and container.oom_killed and container.exit_code is not None else None

    container = await until(killed)
    assert container.exit_code == 137
    assert "survived" not in [line.text async for line in runtime.output(wanted.deployment_id)]


async def test_processors_to_start_with_end_when_it_has_settled(runtime: DockerRuntime, spec: MakeSpec) -> None:
    wanted = spec(QUOTA, limits=Limits(memory_bytes=128 * MIB, cpus=0.25, pids=64), starting_cpus=0.75)

    async def quotas() -> list[str]:
        return [line.text async for line in runtime.output(wanted.deployment_id)]

    async def is_less() -> bool:
        return (await quotas())[-1] == "25000"

    container = await runtime.run(wanted)
    await until(quotas)
    assert set(await quotas()) == {"75000"}
    assert container.settles_to == 0.25
    for _ in range(2):
        await runtime.settle(wanted.deployment_id)
    await until(is_less)
    assert await runtime.run(wanted) == replace(container, settles_to=None), "it is left as it is"
    await runtime.remove(wanted.deployment_id)
    await runtime.settle(wanted.deployment_id)


@pytest.mark.parametrize(("cpus", "starting"), [(0.5, 10_000.0), (0.5, 0.1)])
async def test_it_starts_with_no_more_processors_than_there_are_and_no_less_than_its_own(
    runtime: DockerRuntime, spec: MakeSpec, cpus: float, starting: float
) -> None:
    limits = Limits(memory_bytes=128 * MIB, cpus=cpus, pids=64)
    container = await runtime.run(spec(SLEEPER, limits=limits, starting_cpus=starting))
    said = await asyncio.to_thread(docker, "inspect", "-f", "{{.HostConfig.NanoCpus}}", container.id)
    assert int(said) == round(max(cpus, min(starting, os.cpu_count() or 0)) * 10**9)


async def test_process_limit_holds(runtime: DockerRuntime, spec: MakeSpec) -> None:
    forks = """
import json, os, time
started = 0
for _ in range(200):
    try:
        if os.fork() == 0:
            time.sleep(600)
        started += 1
    except OSError as error:
        print(json.dumps({"started": started, "error": error.strerror}), flush=True)
        break
time.sleep(600)
"""
    container = await runtime.run(spec(forks, limits=Limits(memory_bytes=128 * MIB, cpus=1, pids=16)))
    seen = await first_line(runtime, container)
    assert seen == {"started": 14, "error": "Resource temporarily unavailable"}  # 16 but for docker-init and python


async def test_neighbours_and_the_host_are_out_of_reach(runtime: DockerRuntime, spec: MakeSpec) -> None:
    neighbour = await runtime.run(spec(SERVER))
    await until(lambda: answers(neighbour.address, 8080))
    own_address = host_address()
    with listening("0.0.0.0") as everywhere:
        targets = {
            "neighbour": (neighbour.address, 8080),
            "neighbour's published port": ("GATEWAY", neighbour.host_port),
            "host by its gateway": ("GATEWAY", everywhere),
            "host by its own address": (own_address, everywhere),
            "metadata service": ("169.254.169.254", 80),
        }
        caller = await runtime.run(spec(CALLER, env={"TARGETS": json.dumps(targets)}))
        assert await answers_at_all(own_address, everywhere)  # so it is the container that can't
        seen = await first_line(runtime, caller)
    assert runtime.isolation_note == ""
    assert seen.pop("self") == "reached"
    assert set(seen) == set(targets)
    assert "reached" not in seen.values(), seen


async def test_containers_of_two_networks_are_out_of_reach_too(
    runtime: DockerRuntime, spec: MakeSpec, settings: Settings
) -> None:
    far = await runtime.run(spec(SERVER, host_port=settings.port_range_start + 1000))
    await until(lambda: answers(far.address, 8080))
    caller = await runtime.run(spec(CALLER, env={"TARGETS": json.dumps({"far": (far.address, 8080)})}))
    seen = await first_line(runtime, caller)
    assert seen["far"] != "reached"


def host_address() -> str:
    """The address of this machine that packets leave by; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


async def answers_at_all(address: str, port: int) -> bool:
    _, writer = await asyncio.open_connection(address, port)
    writer.close()
    return True


async def test_address_stays_when_the_engine_restarts_the_container(runtime: DockerRuntime, spec: MakeSpec) -> None:
    first = await runtime.run(spec(SERVER))
    second = await runtime.run(spec(SERVER))
    subprocess.run(["docker", "stop", "-t", "0", first.id, second.id], check=True, capture_output=True)
    subprocess.run(["docker", "start", second.id, first.id], check=True, capture_output=True)  # in another order
    for container in (first, second):
        again = await runtime.get(container.deployment_id)
        assert again is not None
        assert (again.address, again.state) == (container.address, "running")
        await until(lambda address=again.address: answers(address, 8080))


async def test_running_container_is_left_as_it_is(runtime: DockerRuntime, spec: MakeSpec) -> None:
    wanted = spec(SLEEPER)
    container = await runtime.run(wanted)
    assert await runtime.run(wanted) == container


async def test_stopped_remainder_is_replaced(runtime: DockerRuntime, spec: MakeSpec) -> None:
    wanted = spec(SLEEPER)
    container = await runtime.run(wanted)
    await runtime.stop_all()
    stopped = await runtime.get(wanted.deployment_id)
    assert stopped is not None
    assert (stopped.state, stopped.address) == ("exited", "")
    again = await runtime.run(wanted)
    assert (again.state, again.address) == ("running", container.address)
    assert again.id != container.id
    assert await runtime.list() == [again]


async def test_port_that_somebody_holds_is_told_and_nothing_is_left(runtime: DockerRuntime, spec: MakeSpec) -> None:
    wanted = spec(SLEEPER)
    with listening("127.0.0.1", wanted.host_port), pytest.raises(PortTaken):
        await runtime.run(wanted)
    assert await runtime.list() == []
    assert (await runtime.run(wanted)).state == "running"


async def test_refusal_whose_reason_is_gone_as_one_looks_is_no_failure(
    runtime: DockerRuntime, spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, looks = spec(SLEEPER), 0
    with socket.create_server(("127.0.0.1", wanted.host_port)) as holder:

        def let_go(host_port: int) -> bool:
            nonlocal looks
            looks += 1
            holder.close()
            return is_taken(host_port)

        monkeypatch.setattr("zipp.runtime.docker.is_taken", let_go)
        started = await runtime.run(wanted)
    assert (started.state, looks) == ("running", 1)
    assert await runtime.list() == [started]


async def test_port_of_another_container_is_taken_too(runtime: DockerRuntime, spec: MakeSpec) -> None:
    holder = await runtime.run(spec(SLEEPER))
    with pytest.raises(PortTaken):
        await runtime.run(spec(SLEEPER, host_port=holder.host_port))
    assert await runtime.list() == [holder]


async def test_missing_image_is_told(runtime: DockerRuntime, spec: MakeSpec) -> None:
    with pytest.raises(StartError) as caught:
        await runtime.run(spec(SLEEPER, image="sha256:" + "0" * 64))
    assert caught.value.code == "image_missing"
    assert await runtime.list() == []


async def test_missing_program_is_told_by_the_exit_code(runtime: DockerRuntime, spec: MakeSpec) -> None:
    wanted = spec("", command=["no-such-program"])
    await runtime.run(wanted)

    async def ended() -> Container | None:
        container = await runtime.get(wanted.deployment_id)
        return container if container and container.exit_code is not None else None

    assert (await until(ended)).exit_code == 127


async def test_mount_is_served_read_only(
    runtime: DockerRuntime, spec: MakeSpec, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("release")
    (folder / "index.html").write_text("mounted")
    program = """
import json, pathlib, time
try:
    pathlib.Path("/srv/site/new").write_text("x")
except OSError as error:
    print(json.dumps({"read": pathlib.Path("/srv/site/index.html").read_text(), "write": error.strerror}), flush=True)
time.sleep(600)
"""
    container = await runtime.run(spec(program, mounts={folder: "/srv/site"}, read_only_root=False))
    assert await first_line(runtime, container) == {"read": "mounted", "write": "Read-only file system"}


@pytest.mark.parametrize("seen_from_here", [True, False], ids=["from the host", "by a program inside"])
async def test_listeners_inside_are_found(
    runtime: DockerRuntime, spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, seen_from_here: bool
) -> None:
    monkeypatch.setattr(Engine, "is_local", seen_from_here)
    program = """
import socket, time
a = socket.create_server(("127.0.0.1", 9000)); b = socket.create_server(("0.0.0.0", 8080)); time.sleep(600)
"""
    wanted = spec(program)
    await runtime.run(wanted)
    listeners = await until(lambda: both_listeners(runtime, wanted))
    assert listeners == [Listener("0.0.0.0", 8080), Listener("127.0.0.1", 9000)]


async def both_listeners(runtime: DockerRuntime, wanted: ContainerSpec) -> list[Listener] | None:
    found = await runtime.listeners(wanted.deployment_id)
    return list(found) if found and len(found) > 1 else None


async def test_listeners_of_a_container_that_is_gone_are_unknown(runtime: DockerRuntime) -> None:
    assert await runtime.listeners(new_id()) is None


async def test_connections_are_counted_until_they_end(runtime: DockerRuntime, spec: MakeSpec) -> None:
    container = await runtime.run(spec(SERVER))
    await until(lambda: answers(container.address, 8080))
    _, writer = await asyncio.open_connection(container.address, 8080)
    assert await runtime.connections(container) >= 1
    writer.close()
    await writer.wait_closed()

    async def drained() -> bool:
        return await runtime.connections(container) == 0

    await until(drained)


async def test_output_is_resumed_after_a_moment_without_repeating(runtime: DockerRuntime, spec: MakeSpec) -> None:
    program = """
import sys, time
for number in range(5):
    print("line", number, file=sys.stderr if number == 3 else sys.stdout, flush=True)
    time.sleep(0.002)
sys.stdout.buffer.write(b"caf\\xe9\\n" + b"y" * 40000 + b"\\n"); sys.stdout.flush()
time.sleep(600)
"""
    wanted = spec(program)
    await runtime.run(wanted)

    async def everything() -> list[OutputLine] | None:
        lines = [line async for line in runtime.output(wanted.deployment_id)]
        return lines if sum(len(line.text) for line in lines) > 40_000 else None

    lines: list[OutputLine] = await until(everything)
    assert [line.text for line in lines[:6]] == [*(f"line {n}" for n in range(5)), "caf\N{REPLACEMENT CHARACTER}"]
    assert [line.stream for line in lines[:5]] == ["stdout", "stdout", "stdout", "stderr", "stdout"]
    assert "".join(line.text for line in lines[6:]) == "y" * 40_000
    rest = [line async for line in runtime.output(wanted.deployment_id, since=lines[2].time)]
    assert rest == lines[3:]
    assert [line async for line in runtime.output(wanted.deployment_id, tail=1)] == lines[-1:]


async def test_followed_output_goes_on_over_restarts_and_ends_with_the_container(
    runtime: DockerRuntime, spec: MakeSpec
) -> None:
    wanted = spec("import os, time; print(time.time_ns(), flush=True); raise SystemExit(1)")
    await runtime.run(wanted)
    lines = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in runtime.output(wanted.deployment_id, follow=True):
            lines.append(line.text)
            if len(lines) == 3:
                await runtime.remove(wanted.deployment_id, grace_seconds=0)
    assert len(lines) >= 3
    assert len(set(lines)) == len(lines)


async def test_removing_lets_the_process_end_by_itself_and_is_idempotent(
    runtime: DockerRuntime, spec: MakeSpec
) -> None:
    program = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("bye", flush=True), sys.exit(0)))
print("ready", flush=True)
time.sleep(600)
"""
    wanted = spec(program)
    await runtime.run(wanted)
    lines = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in runtime.output(wanted.deployment_id, follow=True):
            lines.append(line.text)
            if line.text == "ready":
                removal = asyncio.create_task(runtime.remove(wanted.deployment_id, grace_seconds=30))
        await removal
    assert lines == ["ready", "bye"]
    assert await runtime.get(wanted.deployment_id) is None
    await runtime.remove(wanted.deployment_id)


async def test_teardown_leaves_no_container_network_or_rule(settings: Settings, spec: MakeSpec) -> None:
    own = settings.model_copy(update={"instance": f"{settings.instance}-gone"})
    runtime = DockerRuntime(own)
    await runtime.start()
    await runtime.run(spec(SLEEPER))
    bridge = interface_of(f"{own.instance}-sites-0")
    assert bridge in firewall()
    await runtime.teardown()
    await runtime.teardown()
    assert await runtime.list() == []
    networks = subprocess.run(
        ["docker", "network", "ls", "-q", "-f", f"label=zipp.instance={own.instance}"], capture_output=True, check=True
    )
    assert networks.stdout == b""
    assert bridge not in firewall()
    await runtime.close()


def firewall() -> str:
    return subprocess.run(["iptables", "-w", "-S"], capture_output=True, check=True, text=True).stdout


async def test_start_twice_sets_each_rule_once(runtime: DockerRuntime, settings: Settings) -> None:
    await runtime.start()
    bridge = interface_of(f"{settings.instance}-sites-0")
    assert firewall().count(f"-A INPUT -i {bridge} ") == 1


async def test_network_that_was_removed_behind_our_back_is_made_anew(
    settings: Settings, spec: MakeSpec, instance: str
) -> None:
    own = settings.model_copy(update={"instance": f"{instance}-again"})
    runtime = DockerRuntime(own)
    await runtime.start()
    subprocess.run(["docker", "network", "rm", f"{own.instance}-sites-0"], check=True, capture_output=True)
    wanted = spec(SLEEPER)
    try:
        assert (await runtime.run(wanted)).state == "running"
    finally:
        await runtime.teardown()
        await runtime.close()


async def test_engine_that_does_not_answer_is_told(settings: Settings) -> None:
    runtime = DockerRuntime(settings.model_copy(update={"docker_host": "unix:///nonexistent/docker.sock"}))
    with pytest.raises(Unavailable) as caught:
        await runtime.ping()
    assert caught.value.code == "engine_unreachable"
    assert caught.value.hint
    with pytest.raises(Unavailable):
        await runtime.start()
    await runtime.close()
