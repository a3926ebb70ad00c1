"""The composition root: the only place that puts the parts of a server together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig

from fieldops.flow import auditkey
from fieldops.flow.oidc import Provider
from fieldops.flow.oidcfetch import Fetch
from fieldops.flow.spool import Room
from fieldops.flow.upload import Uploads
from fieldops.settings import Settings
from fieldops.store import log, meta, schema
from fieldops.store.blobs import DirectUploads, open_blobs
from fieldops.store.engine import Store, open_store
from fieldops.web import (
    answertemplates,
    assess,
    audit,
    care,
    checklists,
    checklistviews,
    colleagues,
    console,
    contactsheet,
    debts,
    decisions,
    desk,
    devices,
    events,
    exportfiles,
    exports,
    feedback,
    findings,
    first,
    formlinks,
    forms,
    health,
    internal,
    lists,
    media,
    metrics,
    overrides,
    people,
    photos,
    plugins,
    policies,
    problems,
    quarantine,
    registers,
    reports,
    review,
    rounds,
    session,
    sessions,
    setup,
    signon,
    sitemaps,
    sync,
    today,
    tus,
    webhooks,
    widgets,
)
from fieldops.web.auth import authorise
from fieldops.web.core import Core
from fieldops.web.counts import counted
from fieldops.web.document import Document
from fieldops.web.policy import PUBLIC, policy_of

_logger = structlog.get_logger(__name__)
_VERSION = "1"
_MB = 1024 * 1024
_DESK: tuple[Any, ...] = (
    today,
    lists,
    plugins,
    widgets,
    desk,
    decisions,
    quarantine,
    setup,
    sitemaps,
    debts,
    care,
    first,
    session,
    sessions,
    people,
    devices,
    checklists,
    checklistviews,
    colleagues,
    photos,
    contactsheet,
    review,
    policies,
    overrides,
    registers,
    rounds,
    assess,
    audit,
    reports,
    webhooks,
    events,
    exports,
    exportfiles,
    feedback,
    answertemplates,
    findings,
    formlinks,
)
"""The rooms of ``/api/v1``, in the order of the OpenAPI document: each has its ``HANDLERS``."""


def open_core(settings: Settings, store: Store | None = None) -> Core:
    """Open database, blobs and spool; a new database gets its schema and secrets."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    store = store or open_store(settings.database_url)
    schema.prepare(store)
    if auditkey.equip(store, settings) is None:
        _logger.error("the audit key is missing here: lines are not marked")
    with store.read() as session:
        secret, epoch = meta.secret(session), log.epoch(session)
    blobs = open_blobs(settings)
    limits = settings.limits.wire()
    core = Core(
        store=store,
        blobs=blobs,
        settings=settings,
        limits=limits,
        data_dir=Path(settings.data_dir),
        uploads=Uploads(
            store,
            blobs,
            settings.spool_dir,
            limits,
            lambda: core.clock(),
            settings.upload_hours,
            Room(settings.spool_max_mb * _MB, settings.spool_free_mb * _MB),
        ),
        secret=secret,
        epoch=epoch,
        direct=blobs if settings.blobs.direct and isinstance(blobs, DirectUploads) else None,
    )
    if settings.oidc.issuer:
        fetch = Fetch()
        core.provider = Provider(settings.oidc, settings.public_url, lambda: core.clock(), fetch)
    return core


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    yield
    core: Core = app.state.core
    core.watch.close()
    core.threads.shutdown(wait=False, cancel_futures=True)
    core.outside.close()
    core.hashing.shutdown(wait=False, cancel_futures=True)
    core.reporting.shutdown(wait=False, cancel_futures=True)
    core.pulls.close()
    core.store.close()


def create_app(core: Core) -> Litestar:
    """The server.  Raises ``UndeclaredRoute`` if a route declares no policy.

    Whatever it works with is ``core``, found as ``app.state.core``.
    """
    app = Litestar(
        route_handlers=[
            Router("/sync/v1", route_handlers=[*sync.HANDLERS, *media.HANDLERS, *tus.HANDLERS]),
            Router("/api/v1", route_handlers=[one for room in _DESK for one in room.HANDLERS]),
            Router("/f", route_handlers=forms.HANDLERS),
            Router("/internal", route_handlers=internal.HANDLERS),
            *first.PAGES,
            *widgets.FILES,
            *signon.HANDLERS,
            *console.HANDLERS,
            *health.HANDLERS,
            *metrics.HANDLERS,
        ],
        guards=[authorise],
        middleware=[counted],
        exception_handlers=problems.HANDLERS,
        lifespan=[_lifespan],
        request_max_body_size=None,
        state=State({"core": core}),
        openapi_config=OpenAPIConfig(
            title="fieldops",
            version=_VERSION,
            openapi_router=Router(
                "/api/openapi",
                route_handlers=[],
                opt={"policy": PUBLIC},
                after_request=problems.of_missing_page,
            ),
            render_plugins=[Document()],
        ),
        logging_config=None,
    )
    for handler in _handlers(app):
        policy_of(handler)
    return app


def _handlers(app: Litestar) -> list[HTTPRouteHandler]:
    """Every route handler but the generated OpenAPI document and OPTIONS answers."""
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and "OPTIONS" not in handler.http_methods
    ]
