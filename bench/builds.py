"""Rows: ordinary projects deployed cold, unchanged and with one line changed; each against a good Dockerfile by hand.

Cold means that nothing of the project was ever built or downloaded here: BuildKit's whole cache is emptied before, on
both sides, and the dependencies' layers of the classic builder don't matter, since by hand BuildKit is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from figures import Goal, Row, Series
from hand_sites import HandSite, with_dockerfile
from measuring import Bench
from on_zipp import OnZipp
from rounds import interleaved
from sources import project, token

BY_HAND = "by hand, BuildKit"
AT_MOST = 1.15
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Kind:
    """`port` is the one that the container made by hand listens on."""

    name: str
    label: str
    port: int


KINDS = (
    Kind("express", "Express", 3000),
    Kind("fastapi", "FastAPI", 8000),
    Kind("django", "Django", 8000),
    Kind("vite", "Vite", 8080),
    Kind("next", "Next.js", 3000),
)


def builds(bench: Bench) -> Iterator[Row]:
    for kind in KINDS:
        yield from _kind(bench, kind)


def _kind(bench: Bench, kind: Kind) -> Iterator[Row]:
    zipp, site = OnZipp(bench.platform), f"build-{kind.name}"
    hand = HandSite(bench.hand, site, kind.port)

    def on_zipp(mark: str) -> float:
        seconds = zipp.timed_deploy(project(kind.name, mark), site, mark)
        zipp.only_live_container(site)
        return seconds

    def by_hand(mark: str) -> float:
        return hand.timed_deploy(with_dockerfile(project(kind.name, mark), kind.name), mark, buildkit=True)

    def turns(what: str, before: Callable[[], None]) -> dict[str, Callable[[int], float]]:
        def turn(side: str, deploy: Callable[[str], float]) -> Callable[[int], float]:
            def timed(number: int) -> float:
                before()
                return deploy(token(f"{side}-{kind.name}-{what}", number))

            return timed

        return {"zipp": turn("zipp", on_zipp), BY_HAND: turn("hand", by_hand)}

    def fresh() -> None:
        """As if it had never been here: the site gone from both sides, and the cache empty."""
        zipp.forget(site)
        hand.close()
        bench.hand.empty_build_cache()

    goal = Goal("ratio", at_most=AT_MOST)
    for what, measure, before, rounds, warm_up in (
        ("cold", "deployed for the first time, every cache empty", fresh, bench.plan.cold_builds, 0),
        ("line", "redeployed, one line changed", lambda: None, bench.plan.builds, 1),
    ):
        took = interleaved(turns(what, before), rounds=rounds, warm_up=warm_up)
        yield Row("builds", f"{kind.label} {measure}", "s", took["zipp"], took[BY_HAND], goal)
    yield _warm(bench, kind, zipp, hand, site)
    image = bench.platform.image_size(site)
    if image is not None:  # a built page ends as a folder of files and has no image
        ours, theirs = Series("zipp", (image / MB,)), Series(BY_HAND, (bench.hand.image_size(hand.image) / MB,))
        yield Row("builds", f"{kind.label}: size of the image", "MB", ours, theirs, Goal("ratio", at_most=1.0))
    zipp.forget(site)
    hand.close()


def _warm(bench: Bench, kind: Kind, zipp: OnZipp, hand: HandSite, site: str) -> Row:
    """The very same source again. Its content can't tell the versions apart, so the clock stops as Zipp says RUNNING,
    and by hand as the new container answers.
    """
    mark = token(f"{kind.name}-same", 0)
    zipp.deploy(project(kind.name, mark), site)
    hand.timed_deploy(with_dockerfile(project(kind.name, mark), kind.name), mark, buildkit=True)

    def on_zipp(number: int) -> float:
        seconds = zipp.timed_until_running(project(kind.name, mark), site)
        zipp.only_live_container(site)
        return seconds

    def by_hand(number: int) -> float:
        return hand.timed_until_answering(with_dockerfile(project(kind.name, mark), kind.name), mark)

    took = interleaved({"zipp": on_zipp, BY_HAND: by_hand}, rounds=bench.plan.builds)
    goal = Goal("ratio", at_most=AT_MOST)
    return Row("builds", f"{kind.label} redeployed, nothing changed", "s", took["zipp"], took[BY_HAND], goal)
