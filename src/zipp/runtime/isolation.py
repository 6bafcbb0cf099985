"""A container's limits, as the engine's create call takes them: a pure function, so that tests can read it whole."""

from __future__ import annotations

from typing import Any

from zipp.runtime.runtime import ContainerSpec

TMP_BYTES = 64 * 1024**2
STOP_SECONDS = 10


def create_options(spec: ContainerSpec, *, instance: str, network: str, address: str) -> dict[str, Any]:
    """Docker Engine API, ContainerCreate. What is not named here is the engine's default, seccomp profile included."""
    options: dict[str, Any] = {
        "Image": spec.image,
        "Env": [f"{name}={value}" for name, value in {**spec.env, "PORT": str(spec.listen_port)}.items()],
        "Labels": labels(spec, instance),
        "ExposedPorts": {_port(spec): {}},
        "StopTimeout": STOP_SECONDS,
        "HostConfig": _host_config(spec, network),
        "NetworkingConfig": {"EndpointsConfig": {network: {"IPAMConfig": {"IPv4Address": address}}}},
    }
    if spec.command is not None:
        options["Cmd"] = list(spec.command)
    return options


def labels(spec: ContainerSpec, instance: str) -> dict[str, str]:
    return {
        "zipp.instance": instance,
        "zipp.deployment": spec.deployment_id,
        "zipp.site": spec.site,
        "zipp.listen_port": str(spec.listen_port),
        "zipp.host_port": str(spec.host_port),
        "zipp.cpus": str(spec.limits.cpus),
    }


def _host_config(spec: ContainerSpec, network: str) -> dict[str, Any]:
    memory = spec.limits.memory_bytes
    return {
        "NetworkMode": network,
        "PortBindings": {_port(spec): [{"HostIp": "127.0.0.1", "HostPort": str(spec.host_port)}]},
        "NanoCpus": nano_cpus(max(spec.limits.cpus, spec.starting_cpus)),
        "Memory": memory,
        "MemorySwap": memory,  # equal to Memory: no swap
        "PidsLimit": spec.limits.pids,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "Privileged": False,
        "IpcMode": "private",
        "ReadonlyRootfs": spec.read_only_root,
        # counts towards Memory; programs unpack code there and run it, so not noexec
        "Tmpfs": {"/tmp": f"rw,exec,nosuid,nodev,size={TMP_BYTES},mode=1777"} if spec.read_only_root else {},  # noqa: S108
        "Mounts": [
            {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": True}
            for source, target in spec.mounts.items()
        ],
        "Init": True,  # reaps orphans, and passes SIGTERM on to programs that don't expect to be process 1
        "RestartPolicy": {"Name": "unless-stopped"},  # the engine waits longer after each crash, up to a minute
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
    }


def nano_cpus(cpus: float) -> int:
    return round(cpus * 1_000_000_000)


def _port(spec: ContainerSpec) -> str:
    return f"{spec.listen_port}/tcp"
