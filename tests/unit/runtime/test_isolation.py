from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from zipp.domain.plan import Limits
from zipp.runtime.isolation import create_options
from zipp.runtime.runtime import ContainerSpec

SPEC = ContainerSpec(
    deployment_id="0199",
    site="shop",
    image="sha256:abc",
    listen_port=8080,
    host_port=3001,
    env={"GREETING": "hi", "PORT": "1"},
    limits=Limits(memory_bytes=256 * 1024**2, cpus=0.5, pids=64),
    mounts={Path("/data/releases/1"): "/srv/site"},
)


def options(spec: ContainerSpec = SPEC) -> dict[str, object]:
    return create_options(spec, instance="zipp", network="zipp-sites-0", address="10.213.0.2")


def test_create_options_are_exactly_these() -> None:
    assert options() == {
        "Image": "sha256:abc",
        "Env": ["GREETING=hi", "PORT=8080"],
        "Labels": {
            "zipp.instance": "zipp",
            "zipp.deployment": "0199",
            "zipp.site": "shop",
            "zipp.listen_port": "8080",
            "zipp.host_port": "3001",
            "zipp.cpus": "0.5",
        },
        "ExposedPorts": {"8080/tcp": {}},
        "StopTimeout": 10,
        "HostConfig": {
            "NetworkMode": "zipp-sites-0",
            "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "3001"}]},
            "NanoCpus": 500_000_000,
            "Memory": 268_435_456,
            "MemorySwap": 268_435_456,
            "PidsLimit": 64,
            "CapDrop": ["ALL"],
            "SecurityOpt": ["no-new-privileges"],
            "Privileged": False,
            "IpcMode": "private",
            "ReadonlyRootfs": True,
            "Tmpfs": {"/tmp": "rw,exec,nosuid,nodev,size=67108864,mode=1777"},
            "Mounts": [{"Type": "bind", "Source": "/data/releases/1", "Target": "/srv/site", "ReadOnly": True}],
            "Init": True,
            "RestartPolicy": {"Name": "unless-stopped"},
            "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
        },
        "NetworkingConfig": {"EndpointsConfig": {"zipp-sites-0": {"IPAMConfig": {"IPv4Address": "10.213.0.2"}}}},
    }


def test_command_replaces_the_images_own_only_when_given() -> None:
    assert "Cmd" not in options()
    assert options(replace(SPEC, command=("serve", "--all")))["Cmd"] == ["serve", "--all"]


def test_writable_root_keeps_the_images_own_tmp() -> None:
    host_config = options(replace(SPEC, read_only_root=False))["HostConfig"]
    assert isinstance(host_config, dict)
    assert host_config["ReadonlyRootfs"] is False
    assert host_config["Tmpfs"] == {}
