"""Platform -> HTTP application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from zipp import __version__
from zipp.api import dashboard, problems
from zipp.api.audit import Audited
from zipp.api.headers import Measured, SecurityHeaders
from zipp.api.limits import Limited, RateLimits
from zipp.api.live import Live
from zipp.api.openapi import describe
from zipp.api.routes import activity, auth, deployments, events, health, pages, sites, users
from zipp.monitoring.audit import Audit
from zipp.monitoring.health import Health
from zipp.monitoring.metrics import Metrics
from zipp.wiring import Platform

ROUTERS: tuple[APIRouter, ...] = (
    auth.router,
    users.router,
    deployments.router,
    sites.router,
    events.router,
    activity.router,
    health.router,
)


def create_app(platform: Platform) -> FastAPI:
    """The whole application; its lifespan starts and closes the platform."""
    metrics = Metrics(platform.records)
    live = Live(platform)
    audit = Audit(platform.records, keep_days=platform.settings.audit_days)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await platform.start()
        metrics.start()
        live.start()
        audit.start()
        try:
            yield
        finally:
            await audit.close()
            await live.close()
            await metrics.close()
            await platform.close()

    app = _application(lifespan=lifespan)
    app.state.platform = platform
    app.state.metrics = metrics
    app.state.live = live
    app.state.health = Health(
        records=platform.records,
        identity=platform.identity,
        storage=platform.storage,
        runtime=platform.runtime,
        proxy=platform.proxy,
    )
    found = dashboard.find(platform.settings.web_dir, sign_in=platform.identity.sign_in_page)
    app.router.routes.append(pages.DashboardRoute(found))
    app.state.limits = limits = RateLimits(platform.settings)
    platform.records.changed.append(metrics.record_changed)
    # The last added is the outermost.
    app.add_middleware(problems.Guard)
    app.add_middleware(Audited, audit=audit)
    app.add_middleware(Limited, limits=limits)
    app.add_middleware(Measured, metrics=metrics)
    app.add_middleware(SecurityHeaders)
    return app


def openapi() -> dict[str, Any]:
    """The API's description, without a platform behind it (for the reference page and client generators)."""
    return _application().openapi()


def _application(**options: Any) -> FastAPI:
    app = FastAPI(
        title="Zipp",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=pages.routes(),
        **options,
    )
    problems.install(app, (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)))
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app
