from __future__ import annotations

import pytest

from zipp.images import packets
from zipp.images.packets import Packet


def test_entries_are_told_in_the_numbers_of_stat_proto() -> None:
    file = packets.stat(b"a/b", "file", 0o644, size=300, modified=1)
    assert file.hex(" ") == "12 0d 0a 03 61 2f 62 10 a4 03 28 ac 02 30 01"
    folder = packets.stat(b"a", "folder", 0o755)  # os.ModeDir | 0755
    assert folder.hex(" ") == "12 09 0a 01 61 10 ed 83 80 80 08"
    link = packets.stat(b"a", "link", 0o777, size=1, target=b"b")
    assert link.hex(" ") == "12 0d 0a 01 61 10 ff 83 80 40 28 01 3a 01 62"


def test_contents_and_ends_are_packets_of_their_types() -> None:
    assert packets.data(3, b"xy").hex(" ") == "08 02 18 03 22 02 78 79"
    assert packets.data(0, b"").hex(" ") == "08 02"
    assert packets.finished().hex(" ") == "08 03"
    assert packets.end_of_stats() == b""


def test_requests_are_read() -> None:
    assert packets.read(bytes.fromhex("0801 18ac02")) == Packet(packets.REQUEST, 300, b"")
    assert packets.read(packets.error("why")) == Packet(packets.ERROR, 0, b"why")
    assert packets.read(b"") == Packet(packets.STAT, 0, b"")


@pytest.mark.parametrize("message", [b"\xff", b"\x0a\x01x", b"\x1a\x01x", b"\x20\x01", b"\x22\x05x"])
def test_what_is_no_packet_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="not a"):
        packets.read(message)
