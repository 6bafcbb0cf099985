"""Step 1, fetch: the archive or the repository as a safe tree on disk."""

from __future__ import annotations

from pathlib import Path

from zipp.domain.deployment import Deployment, GitSource, Step, ZipSource
from zipp.pipeline.kit import Kit
from zipp.sources import archive, git
from zipp.sources.limits import SourceLimits
from zipp.storage.storage import archive_key


async def fetch(kit: Kit, deployment: Deployment) -> Deployment:
    """Idempotent: the tree appears whole by a rename or not at all, and one that is there is left."""
    tree = source_tree(kit, deployment)
    if tree.exists():
        return deployment
    deployment = await kit.enter(deployment, Step.FETCH)
    tree.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if isinstance(deployment.source, GitSource):
        return await _clone(kit, deployment, deployment.source, tree)
    await _extract(kit, deployment.source, tree)
    return deployment


def source_tree(kit: Kit, deployment: Deployment) -> Path:
    return kit.work_folder(deployment.id) / "source"


def project_folder(kit: Kit, deployment: Deployment) -> Path:
    """What the plan's paths are relative to."""
    top, subdirectory = located(kit, deployment)
    return top if deployment.plan and deployment.plan.whole_source else top / subdirectory


def located(kit: Kit, deployment: Deployment) -> tuple[Path, str]:
    """The top of the source (below a wrapping folder of a ZIP), and which folder in it the project is: a Git source's
    subdirectory. Raises SourceError `subdirectory_missing`."""
    tree = source_tree(kit, deployment)
    if isinstance(deployment.source, GitSource):
        return tree, git.subdirectory(tree, deployment.source.subdirectory).relative_to(tree).as_posix()
    return archive.project_root(tree), "."


async def _extract(kit: Kit, source: ZipSource, tree: Path) -> None:
    file = await kit.storage.fetch(archive_key(source.sha256))
    await archive.unpack(file, tree, SourceLimits.from_settings(kit.settings))


async def _clone(kit: Kit, deployment: Deployment, source: GitSource, tree: Path) -> Deployment:
    token = kit.vault.unseal_text(source.token_encrypted) if source.token_encrypted else None
    if token:
        kit.log.hide(deployment.id, [token])
    commit = await git.clone(
        source,
        tree,
        settings=kit.settings,
        limits=SourceLimits.from_settings(kit.settings),
        token=token,
        write=lambda line: kit.say(deployment, line),
    )
    await kit.say(deployment, f"Checked out {commit}")
    return await kit.save(deployment.model_copy(update={"source": source.model_copy(update={"commit": commit})}))
