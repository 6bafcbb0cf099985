"""Rows: a new static site, a rollback; each against the same by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from figures import Goal, Row
from hand_sites import HandSite, with_dockerfile, with_static_dockerfile
from measuring import Bench
from on_zipp import OnZipp
from rounds import interleaved
from sources import project, static_site, token

from zipp.detect.static import CONTAINER_PORT as STATIC_PORT

EXPRESS_PORT = 3000  # of the container made by hand
BY_HAND, BY_BUILDKIT = "by hand", "by hand, BuildKit"


def static_zip(bench: Bench) -> Iterator[Row]:
    """A site that did not exist before, under a new name each time, gone again before the next turn."""
    zipp, hand = OnZipp(bench.platform), bench.hand

    def on_zipp(number: int, kind: str, *, container: bool) -> float:
        site = f"static-{kind}-{number + 1}"
        mark = token(f"zipp-{kind}", number)
        seconds = zipp.timed_deploy(static_site(mark, container=container), site, mark)
        zipp.forget(site)
        return seconds

    def by_hand(number: int, kind: str, *, buildkit: bool) -> float:
        site = HandSite(hand, f"static-{kind}-{number + 1}", STATIC_PORT)
        mark = token(f"hand-{kind}", number)
        seconds = site.timed_deploy(with_static_dockerfile(static_site(mark)), mark, buildkit=buildkit)
        site.close()
        return seconds

    contestants: dict[str, Callable[[int], float]] = {
        "nginx": lambda number: on_zipp(number, "nginx", container=False),
        BY_HAND: lambda number: by_hand(number, "classic", buildkit=False),
        "container": lambda number: on_zipp(number, "container", container=True),
    }
    if bench.has_buildkit:
        contestants[BY_BUILDKIT] = lambda number: by_hand(number, "buildkit", buildkit=True)
    took = interleaved(contestants, rounds=bench.plan.deploys)
    nginx, container = "New static ZIP, served by nginx", "New static ZIP, in a container"
    yield Row("static", nginx, "s", took["nginx"], took[BY_HAND], Goal("ratio", at_most=0.2))
    yield Row("static", container, "s", took["container"], took[BY_HAND], Goal("ratio", at_most=0.75))
    if bench.has_buildkit:
        yield Row("static", nginx, "s", took["nginx"], took[BY_BUILDKIT])
        yield Row("static", container, "s", took["container"], took[BY_BUILDKIT])


def rollback(bench: Bench) -> Iterator[Row]:
    """To and fro between two kept versions, against `docker run` of a kept image and an nginx reload."""
    zipp, site = OnZipp(bench.platform), "rollback"
    marks = [token("rollback", number) for number in range(2)]
    kept = [zipp.deploy(project("express", mark), site) for mark in marks]
    by_hand = HandSite(bench.hand, site, EXPRESS_PORT)
    images = [
        by_hand.keep_image(with_dockerfile(project("express", mark), "express"), f"v{n}")
        for n, mark in enumerate(marks)
    ]
    zipp.only_live_container(site)

    def on_zipp(number: int) -> float:
        which = (number + 1) % 2  # the later version is live at first, and the first round is number -1
        seconds = zipp.timed_rollback(site, kept[which], marks[which])
        zipp.only_live_container(site)
        return seconds

    def on_hand(number: int) -> float:
        which = (number + 1) % 2
        return by_hand.timed_rollback(images[which], marks[which])

    took = interleaved({"zipp": on_zipp, BY_HAND: on_hand}, rounds=bench.plan.deploys)
    by_hand.close()
    zipp.forget(site)
    yield Row("rollback", "Rollback of a container site", "s", took["zipp"], took[BY_HAND], Goal("figure", at_most=1.0))
