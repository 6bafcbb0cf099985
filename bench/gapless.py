"""Rows: failed requests while a site is redeployed again and again, keep-alive clients included."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from figures import Goal, Row, Series
from hand_sites import HandSite, with_dockerfile, with_static_dockerfile
from measuring import Bench
from on_zipp import OnZipp
from sources import Files, project, small_site, token
from visits import Tally, visitors

from zipp.detect.static import CONTAINER_PORT as STATIC_PORT

EXPRESS_PORT = 3000  # of the container made by hand
SETTLE_SECONDS = 0.5


def failed_requests(bench: Bench) -> Iterator[Row]:
    """By hand is a container in both cases: that is how the same is done by hand in the rows above."""
    for kind, make, by_hand, port in (
        ("static", small_site, with_static_dockerfile, STATIC_PORT),
        ("Node", partial(project, "express"), partial(with_dockerfile, name="express"), EXPRESS_PORT),
    ):
        zipp = _on_zipp(bench, kind.lower(), make)
        hand = _by_hand(bench, kind.lower(), partial(_with_dockerfile, make, by_hand), port)
        yield Row(
            "gapless",
            f"Failed requests in {bench.plan.redeploys} redeploys of a {kind} site",
            "failed",
            Series("Zipp", (float(zipp.failed),)),
            Series("by hand", (float(hand.failed),)),
            Goal("figure", at_most=0),
            note=f"Zipp: {_told(zipp)}. By hand: {_told(hand)}. {bench.plan.clients} clients, keep-alive.",
            paired=False,
        )


def _with_dockerfile(make: Callable[[str], Files], add: Callable[[Files], Files], mark: str) -> Files:
    return add(make(mark))


def _on_zipp(bench: Bench, kind: str, make: Callable[[str], Files]) -> Tally:
    zipp, site, prefix = OnZipp(bench.platform), f"gapless-{kind}", f"zipp-gapless-{kind}"
    zipp.deploy(make(token(prefix, 0)), site)
    with visitors(bench.platform.http_port, bench.platform.host(site), prefix, clients=bench.plan.clients) as tally:
        for version in range(1, bench.plan.redeploys + 1):
            zipp.deploy(make(token(prefix, version)), site)
        zipp.only_live_container(site)  # the end of the last old one falls into the visits, too
        time.sleep(SETTLE_SECONDS)
    zipp.forget(site)
    return _whole(tally, prefix, bench.plan.redeploys)


def _by_hand(bench: Bench, kind: str, make: Callable[[str], Files], listen_port: int) -> Tally:
    prefix = f"hand-gapless-{kind}"
    site = HandSite(bench.hand, f"gapless-{kind}", listen_port)
    site.careful_deploy(make(token(prefix, 0)), token(prefix, 0))
    with visitors(bench.hand.nginx.port, bench.hand.nginx.host(site.name), prefix, clients=bench.plan.clients) as tally:
        for version in range(1, bench.plan.redeploys + 1):
            site.careful_deploy(make(token(prefix, version)), token(prefix, version))
        time.sleep(SETTLE_SECONDS)
    site.close()
    return _whole(tally, prefix, bench.plan.redeploys)


def _whole(tally: Tally, prefix: str, redeploys: int) -> Tally:
    """A count of failures says nothing unless the visitors really met every version."""
    missed = [n for n in range(redeploys + 1) if tally.seen[token(prefix, n).rstrip("!")] == 0]
    if missed:
        raise RuntimeError(f"the visitors of {prefix} never saw the versions {missed}: {dict(tally.failures)}")
    return tally


def _told(tally: Tally) -> str:
    reasons = ", ".join(f"{count} x {reason}" for reason, count in tally.failures.most_common())
    return f"{tally.requests:,} requests, {tally.failed} failed ({reasons or 'none'}), {tally.reconnects} reconnects"
