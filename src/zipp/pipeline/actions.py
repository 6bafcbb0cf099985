"""Operations as the pipeline carries them out: accept and store, then the worker takes it from there."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from zipp.domain.deployment import UNDER_WAY, Deployment, GitSource, Source, Status, ZipSource
from zipp.domain.errors import Conflict, InvalidInput, Unavailable
from zipp.domain.ids import new_id, now
from zipp.domain.names import check_domain, check_site_name, derive_site_name
from zipp.domain.plan import Limits
from zipp.domain.route import Page
from zipp.domain.site import ENV_ENTRIES, Site
from zipp.domain.user import Role, User
from zipp.pipeline.kit import Kit
from zipp.pipeline.operations import Upload
from zipp.pipeline.rollback import choose, roll_back
from zipp.pipeline.route import forget_build, remove_container, show_page, site_of
from zipp.pipeline.worker import Worker
from zipp.records.records import LiveChange
from zipp.sources import archive, git
from zipp.sources.limits import SourceLimits
from zipp.storage.storage import archive_key

# Room that an upload must leave on the disk: a platform that fills its disk takes the live sites with it.
SPARE_BYTES = 512 * 1024**2

logger = structlog.get_logger()


class PipelineOperations:
    """Keeps the promises of operations.py."""

    def __init__(self, kit: Kit, worker: Worker) -> None:
        self._kit = kit
        self._worker = worker
        self.incoming: Path = kit.settings.data_dir / "incoming"

    async def deploy_zip(
        self, user: User, upload: Upload, *, site: str | None, env: Mapping[str, str] | None
    ) -> Deployment:
        """Refuses at once what is plainly no usable archive; the file is taken over or removed."""
        try:
            await self._has_room(upload.size)
            await asyncio.to_thread(archive.check, upload.file, SourceLimits.from_settings(self._kit.settings))
            target = await self._site_for(user, site, origin=upload.filename)
            source = ZipSource(filename=upload.filename, size=upload.size, sha256=upload.sha256)
            async with self._kit.archive_lock(upload.sha256):
                await self._kit.storage.put(archive_key(upload.sha256), upload.file)
                return await self._accept(target, source, env)
        finally:
            upload.file.unlink(missing_ok=True)

    async def deploy_git(
        self,
        user: User,
        *,
        url: str,
        ref: str | None,
        subdirectory: str | None,
        site: str | None,
        env: Mapping[str, str] | None,
        token: str | None,
    ) -> Deployment:
        await self._has_room(0)
        sealed = self._kit.vault.seal_text(token) if token else ""
        source = GitSource(url=url, ref=ref, subdirectory=subdirectory, token_encrypted=sealed)
        await git.check(source, self._kit.settings, token=token)
        target = await self._site_for(user, site, origin=url)
        return await self._accept(target, source, env)

    async def redeploy(self, deployment: Deployment) -> Deployment:
        """The same archive, or the newest commit of the same reference."""
        source: Source = deployment.source
        if isinstance(source, GitSource):
            source = source.model_copy(update={"commit": None})
            return await self._accept(await site_of(self._kit, deployment.site), source, None)
        async with self._kit.archive_lock(source.sha256):
            if not await self._kit.storage.exists(archive_key(source.sha256)):
                raise Conflict("Its archive is no longer stored.", code="source_gone", hint="Upload it again.")
            return await self._accept(await site_of(self._kit, deployment.site), source, None)

    async def stop(self, deployment: Deployment) -> Deployment:
        if deployment.status in UNDER_WAY:
            await self._worker.cancel(deployment.id)
        elif deployment.status is Status.RUNNING:
            await self._take_down(deployment, Page.STOPPED)
        return await self._kit.records.get_deployment(deployment.id) or deployment

    async def delete(self, deployment: Deployment) -> None:
        """Whatever its state: cancelled or stopped first, then everything of it is removed."""
        was_live = deployment.status is Status.RUNNING
        deployment = await self.stop(deployment)
        if was_live:
            async with self._kit.site_lock(deployment.site):
                site = await self._kit.records.get_site(deployment.site)
                if site is not None and site.live_deployment is None:
                    for host in self._kit.hosts(site):
                        await self._kit.proxy.remove(host)
        await remove_container(self._kit, deployment.id)
        await forget_build(self._kit, deployment)
        await self._kit.records.delete_deployment(deployment.id)
        await self._kit.log.delete(deployment.id)
        await self._forget_archive(deployment)

    async def rollback(self, site: Site, deployment_id: str | None) -> Site:
        chosen = await choose(self._kit, site, deployment_id)
        await roll_back(self._kit, chosen)
        return await site_of(self._kit, site.name)

    async def update_site(
        self, site: Site, *, domains: Sequence[str] | None = None, limits: Limits | None = None
    ) -> Site:
        """Domains lead to the site at once; limits hold from its next deployment on."""
        changes: dict[str, object] = {}
        if domains is not None:
            changes["domains"] = self._checked_domains(domains)
        if limits is not None:
            changes["limits"] = limits
        async with self._kit.site_lock(site.name):
            changed = await self._kit.records.update_site(site.name, changes) if changes else site
            await self._follow_domains(await site_of(self._kit, site.name), old=site)
        return changed

    async def set_env(self, site: Site, env: Mapping[str, str]) -> Site:
        async with self._kit.site_lock(site.name):
            return await self._kit.records.update_site(site.name, {"env_encrypted": self._kit.vault.seal(env)})

    async def change_env(self, site: Site, changes: Mapping[str, str | None]) -> Site:
        async with self._kit.site_lock(site.name):
            current = await site_of(self._kit, site.name)
            merged = {**self._kit.env(current), **changes}
            env = {name: value for name, value in merged.items() if value is not None}
            if len(env) > ENV_ENTRIES:
                raise InvalidInput(
                    f"A site may have at most {ENV_ENTRIES} variables.",
                    code="env_too_many",
                    hint="Remove some, or put what belongs together into one.",
                )
            return await self._kit.records.update_site(site.name, {"env_encrypted": self._kit.vault.seal(env)})

    async def env_keys(self, site: Site) -> Sequence[str]:
        return sorted(self._kit.env(site))

    async def delete_site(self, site: Site) -> None:
        while True:
            page = await self._kit.records.list_deployments(site=site.name, limit=100)
            for deployment in page.items:
                await self.delete(deployment)
            if not page.items:
                break
        async with self._kit.site_lock(site.name):
            for host in self._kit.hosts(site):
                await self._kit.proxy.remove(host)
            await self._kit.records.delete_site(site.name)
            folder = self._kit.settings.data_dir / "sites" / site.name
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    # ---------------------------------------------------------------------------------------------------------------
    async def _accept(self, site: Site, source: Source, env: Mapping[str, str] | None) -> Deployment:
        if env:
            site = await self.change_env(site, env)
        deployment = Deployment(id=new_id(), site=site.name, owner=site.owner, source=source, created_at=now())
        await self._kit.records.create_deployment(deployment)
        if site.live_deployment is None:
            await show_page(self._kit, site, Page.STARTING)
        self._worker.wake()
        return deployment

    async def _site_for(self, user: User, name: str | None, *, origin: str) -> Site:
        """The site to deploy to, made when it is new. A name given by hand is never changed; a derived one may be."""
        wanted = check_site_name(name) if name is not None else derive_site_name(origin)
        site = await self._kit.records.get_site(wanted)
        if site is None:
            return await self._new_site(user, wanted)
        if site.owner == user.uid or user.role is Role.ADMIN:
            return site
        if name is None:
            return await self._new_site(user, f"{wanted[:33].rstrip('-')}-{secrets.token_hex(3)}")
        raise Conflict(
            f"The site name {wanted!r} is taken.", code="site_taken", hint="Choose another name with `site`."
        )

    async def _new_site(self, user: User, name: str) -> Site:
        site = Site(name=name, owner=user.uid, limits=self._kit.settings.limits, created_at=now())
        await self._kit.records.create_site(site)
        return site

    async def _has_room(self, size: int) -> None:
        free = await self._kit.storage.free_bytes()
        if free is not None and free < size + SPARE_BYTES:
            raise Unavailable(
                "The platform's disk is nearly full.",
                code="disk_full",
                hint="Delete old deployments or free disk space, then try again.",
            )

    async def _take_down(self, deployment: Deployment, page: Page) -> None:
        """RUNNING -> STOPPED: the page first, so that nobody meets a dead container."""
        async with self._kit.site_lock(deployment.site):
            site = await site_of(self._kit, deployment.site)
            if site.live_deployment != deployment.id:
                return
            await show_page(self._kit, site, page)
            live = LiveChange(site=site.name, expected=deployment.id, to=None)
            current = await self._kit.records.get_deployment(deployment.id) or deployment
            await self._kit.move(current, Status.STOPPED, live=live)
        await remove_container(self._kit, deployment.id)

    def _checked_domains(self, domains: Sequence[str]) -> tuple[str, ...]:
        base = self._kit.settings.base_domain
        checked = tuple(dict.fromkeys(check_domain(domain) for domain in domains))
        for domain in checked:
            if domain == base or domain.endswith(f".{base}") or domain == "localhost":
                raise InvalidInput(
                    f"{domain!r} belongs to the platform.",
                    code="domain_reserved",
                    hint=f"Names below {base} are given by the site's name.",
                    pointer="/domains",
                )
        return checked

    async def _follow_domains(self, site: Site, *, old: Site) -> None:
        target = (await self._kit.proxy.routes()).get(self._kit.settings.site_host(site.name))
        for host in set(old.domains) - set(site.domains):
            await self._kit.proxy.remove(host)
        if target is not None:
            for host in site.domains:
                await self._kit.proxy.switch(host, target)

    async def _forget_archive(self, deployment: Deployment) -> None:
        source = deployment.source
        if not isinstance(source, ZipSource):
            return
        async with self._kit.archive_lock(source.sha256):
            if not await self._kit.records.archive_in_use(source.sha256):
                try:
                    await self._kit.storage.delete(archive_key(source.sha256))
                except Unavailable as error:  # the deployment is gone all the same; what is left only takes room
                    logger.warning("archive_not_deleted", sha256=source.sha256, code=error.code)
