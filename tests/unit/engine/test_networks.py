from __future__ import annotations

from ipaddress import IPv4Network
from itertools import islice

from zipp.engine.firewall import rules, shared_rules
from zipp.engine.networks import candidates, host_routes, interface_of

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t0000D50A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""


def test_interface_name_fits_linux_and_is_always_the_same() -> None:
    name = interface_of("an-instance-with-a-long-name-sites-3")
    assert len(name) == 15
    assert name == interface_of("an-instance-with-a-long-name-sites-3")
    assert name != interface_of("an-instance-with-a-long-name-sites-4")


def test_candidates_overlap_nothing_that_is_taken() -> None:
    taken = [IPv4Network("10.213.0.0/16"), IPv4Network("10.220.4.0/30")]
    found = list(candidates("zipp-sites-0", taken))
    assert len(found) == 37 * 64 - 1
    assert not any(subnet.overlaps(other) for subnet in found for other in taken)
    assert all(subnet.prefixlen == 22 for subnet in found)


def test_two_names_begin_at_different_places() -> None:
    assert list(islice(candidates("a-sites-0", []), 1)) != list(islice(candidates("b-sites-0", []), 1))


def test_hosts_routes_are_read_without_the_default() -> None:
    assert host_routes(ROUTES) == [IPv4Network("192.0.2.0/24"), IPv4Network("10.213.0.0/16")]


def test_firewall_names_the_bridge_and_the_instance_in_every_rule() -> None:
    for chain, *match in rules("zp-0123456789ab", "shop"):
        assert chain in ("INPUT", "DOCKER-USER")
        assert "zp-0123456789ab" in match
        assert "zipp:shop" in match
        assert match[-1] in ("REJECT", "DROP")


def test_nobody_elses_container_on_a_shared_bridge_is_cut_off_from_its_callers() -> None:
    for chain, *match in shared_rules("docker0", "shop"):
        assert chain in ("INPUT", "DOCKER-USER")
        assert match[match.index("-i") + 1] == "docker0"
        assert "!" not in match[: match.index("-i")]
        assert "zipp:shop" in match
