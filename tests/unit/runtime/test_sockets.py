from __future__ import annotations

from zipp.runtime.runtime import Listener
from zipp.runtime.sockets import connections, listeners

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n"


def row(number: int, local: str, remote: str, state: str) -> str:
    return f"   {number}: {local} {remote} {state} {REST}"


def test_listeners_of_both_families_are_found() -> None:
    table = (
        HEADING
        + row(0, "00000000:1F90", "00000000:0000", "0A")
        + row(1, "0100007F:2328", "00000000:0000", "0A")
        + row(2, "0200D50A:1F90", "0100D50A:C001", "01")
        + HEADING.replace("local_address", "local_address                        ")
        + row(0, "00000000000000000000000000000000:0BB8", "00000000000000000000000000000000:0000", "0A")
        + row(1, "00000000000000000000000001000000:0BB9", "00000000000000000000000000000000:0000", "0A")
        + row(2, "B80D0120000000000000000001000000:0BBA", "00000000000000000000000000000000:0000", "0A")
    )
    assert listeners(table) == [
        Listener("::", 3000),
        Listener("::1", 3001),
        Listener("2001:db8::1", 3002),
        Listener("0.0.0.0", 8080),
        Listener("127.0.0.1", 9000),
    ]


def test_dockers_own_name_server_is_no_listener_of_the_site() -> None:
    assert listeners(HEADING + row(0, "0B00007F:9C40", "00000000:0000", "0A")) == []


def test_only_established_connections_to_that_address_and_port_count() -> None:
    table = (
        HEADING
        + row(0, "0100D50A:C001", "0200D50A:1F90", "01")  # 10.213.0.1 -> 10.213.0.2:8080
        + row(1, "0100D50A:C002", "0200D50A:1F90", "06")  # TIME_WAIT
        + row(2, "0100D50A:C003", "0300D50A:1F90", "01")  # another container
        + row(3, "0100D50A:C004", "0200D50A:1F91", "01")  # another port
        + row(4, "0200D50A:1F90", "0100D50A:C001", "01")  # the other end
        + row(5, "0000000000000000FFFF00000100D50A:C005", "0000000000000000FFFF00000200D50A:1F90", "01")
    )
    assert connections(table, "10.213.0.2", 8080) == 2


def test_nonsense_is_passed_over() -> None:
    assert listeners("") == []
    assert listeners("cat: can't open '/proc/net/tcp6'\n0:\nfoo bar baz qux\n") == []
