"""The log store as the pipeline writes it and as people read it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from zipp.domain.log import RUNTIME_STAGE
from zipp.monitoring import logs as logs_module
from zipp.monitoring.logs import LogStore
from zipp.monitoring.redaction import MASK
from zipp.records.records import Change

ID = "0197aaaa-0000-7000-8000-000000000001"


async def texts(logs: LogStore, deployment_id: str = ID, **options: int) -> list[str]:
    return [line.text for line in (await logs.read(deployment_id, limit=10**6, **options)).lines]


async def test_lines_are_split_numbered_and_read_back_at_once(logs: LogStore) -> None:
    await logs.write(ID, "build", "one\ntwo\r\nthree\n", stream="stdout")
    await logs.write(ID, "build", "")
    page = await logs.read(ID, limit=10)
    assert [(line.seq, line.text, line.stream) for line in page.lines] == [
        (1, "one", "stdout"),
        (2, "two", "stdout"),
        (3, "three", "stdout"),
        (4, "", "zipp"),
    ]
    assert page.next == 4


async def test_lines_reach_the_disk_within_a_tenth_of_a_second(logs: LogStore, tmp_path: Path) -> None:
    await logs.write(ID, "build", "hello")
    with logs.follow(ID) as event:
        await asyncio.wait_for(event.wait(), 5)
    assert b"hello" in (tmp_path / ID / "000000000001.jsonl").read_bytes()
    assert logs_module.FLUSH_SECONDS < 0.1


async def test_many_lines_cost_few_writes(logs: LogStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    append = logs_module.Segments.append
    monkeypatch.setattr(
        logs_module.Segments, "append", lambda self, lines: (written.append(len(lines)), append(self, lines))
    )
    for number in range(10_000):
        await logs.write(ID, "build", f"line {number}")
    assert len(await texts(logs)) == 10_000
    assert len(written) < 200


async def test_colours_stay_and_nul_goes(logs: LogStore) -> None:
    await logs.write(ID, "build", "\x1b[31mred\x1b[0m\ttab\0\u2028still one line")
    assert await texts(logs) == ["\x1b[31mred\x1b[0m\ttab\u2028still one line"]


async def test_a_progress_bar_keeps_its_last_state(logs: LogStore) -> None:
    await logs.write(ID, "build", "10%\r50%\r100%\r\ndone")
    assert await texts(logs) == ["100%", "done"]


async def test_a_very_long_line_is_cut_at_16_kb(logs: LogStore) -> None:
    await logs.write(ID, "build", "é" * 100_000)
    (text,) = await texts(logs)
    assert text.endswith("(cut)")
    assert len(text.encode()) < 16 * 1024 + 32


@given(text=st.text(alphabet=st.characters(exclude_characters="\0\r\n", exclude_categories=[])))
@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_any_text_can_be_stored(logs: LogStore, text: str) -> None:
    await logs.write(ID, "build", text)
    assert (await texts(logs))[-1] == text.encode("utf-8", "replace").decode()


async def test_hidden_values_are_never_stored(logs: LogStore, tmp_path: Path) -> None:
    key = "-----BEGIN KEY-----\nMIIabcdefgh\n-----END KEY-----\n"
    logs.hide(ID, ["hunter2", "hunter2-and-more", key, "p@ss word/", "abc", "", "info", "8080"])
    await logs.write(
        ID, "build", "a hunter2-and-more b hunter2 MIIabcdefgh\nhttps://x:p%40ss%20word%2F@host abc info 8080"
    )
    assert await texts(logs) == [f"a {MASK} b {MASK} {MASK}", f"https://x:{MASK}@host abc info 8080"]
    assert b"hunter2" not in b"".join(path.read_bytes() for path in (tmp_path / ID).iterdir())


async def test_a_secret_at_the_cut_does_not_stay_in_part(logs: LogStore) -> None:
    logs.hide(ID, ["s3cret-value"])
    await logs.write(ID, "build", "x" * (logs_module.LINE_BYTES - 6) + "s3cret-value")
    assert "s3cret" not in (await texts(logs))[0]


async def test_secrets_of_one_deployment_are_no_secrets_of_another(logs: LogStore) -> None:
    other = ID.replace("1", "2")
    logs.hide(ID, ["shared-word"])
    await logs.write(other, "build", "shared-word")
    assert await texts(logs, other) == ["shared-word"]


async def test_waiting_ends_with_a_new_line(logs: LogStore) -> None:
    waiting = asyncio.create_task(logs.wait(ID, 0, 60))
    await asyncio.sleep(0)
    await logs.write(ID, "build", "hello")
    await asyncio.wait_for(waiting, 5)


async def test_waiting_ends_at_once_for_a_line_that_is_there(logs: LogStore) -> None:
    await logs.write(ID, "build", "hello")
    await asyncio.wait_for(logs.wait(ID, 0, 60), 5)


async def test_waiting_ends_with_a_notification(logs: LogStore) -> None:
    waiting = asyncio.create_task(logs.wait(ID, 0, 60))
    await asyncio.sleep(0)
    logs.record_changed(Change("site", "owner", ID))
    await asyncio.wait_for(waiting, 5)


async def test_waiting_ends_with_the_time(logs: LogStore) -> None:
    await asyncio.wait_for(logs.wait(ID, 0, 0.01), 5)


async def test_a_follower_misses_no_notification_while_it_looks(logs: LogStore) -> None:
    with logs.follow(ID) as event:
        event.clear()
        logs.record_changed(Change("site", "owner", ID))  # while the follower reads the record
        await asyncio.wait_for(event.wait(), 5)


async def test_numbers_go_on_after_a_restart(logs: LogStore, tmp_path: Path, containers: object) -> None:
    await logs.write(ID, "build", "one\ntwo")
    await logs.close()
    again = LogStore(tmp_path, containers)  # type: ignore[arg-type]
    await again.write(ID, "build", "three")
    page = await again.read(ID, limit=10)
    assert [line.seq for line in page.lines] == [1, 2, 3]
    await again.close()


async def test_only_some_logs_are_open_at_once(logs: LogStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs_module, "OPEN_LOGS", 8)
    for _ in range(3):
        for number in range(50):
            await logs.write(f"d{number}", "build", "hello")
    assert len(logs._open) == 8
    for number in range(50):
        page = await logs.read(f"d{number}", limit=10)
        assert [line.seq for line in page.lines] == [1, 2, 3]


async def test_deleting_leaves_nothing(logs: LogStore, tmp_path: Path) -> None:
    await logs.write(ID, "build", "hello")
    await logs.delete(ID)
    await logs.delete(ID)
    await asyncio.sleep(2 * logs_module.FLUSH_SECONDS)
    assert list(tmp_path.iterdir()) == []
    assert await texts(logs) == []


async def test_a_build_in_a_loop_does_not_fill_the_disk(
    logs: LogStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs_module, "BUILD_BYTES", 100_000)
    for _ in range(200):
        await logs.write(ID, "build", "x" * 10_000, stream="stdout")
        await logs.read(ID, limit=1)
    await logs.write(ID, "build", "Failed: it never ended.")
    stored = await texts(logs)
    assert stored[-1] == "Failed: it never ended."
    assert sum("not kept" in text for text in stored) == 1
    assert sum(path.stat().st_size for path in (tmp_path / ID).iterdir()) < 200_000


async def test_a_full_disk_costs_lines_and_nothing_else(logs: LogStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await logs.write(ID, "build", "before")
    await texts(logs)

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(logs_module.Segments, "_write", no_space)
        await logs.write(ID, "build", "lost")
        assert await texts(logs) == ["before"]
    await logs.write(ID, "build", "after")
    page = await logs.read(ID, limit=10)
    assert [(line.seq, line.text) for line in page.lines] == [(1, "before"), (2, "after")]


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "a" * 100])
async def test_an_id_is_never_a_path(logs: LogStore, name: str) -> None:
    with pytest.raises(ValueError, match="not a deployment"):
        await logs.write(name, "build", "hello")


async def test_the_runtime_stage_can_be_read_alone(logs: LogStore) -> None:
    await logs.write(ID, "build", "built")
    await logs.write(ID, RUNTIME_STAGE, "served")
    page = await logs.read(ID, stage=RUNTIME_STAGE, limit=10)
    assert [line.text for line in page.lines] == ["served"]
