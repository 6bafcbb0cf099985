"""Writes the folder from which Firebase's command line deploys Zipp: the rules, the indexes, and the built dashboard as
Hosting is to serve it.

Hosting reads one firebase.json and knows nothing of our build, so what depends on the build is added to the one in
deploy/firebase: the Content-Security-Policy with the hashes of its inline scripts, and a rewrite for each page whose
address holds a name (src/zipp/api/dashboard.py does the same for the platform's own server).
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zipp.api.dashboard import FIREBASE_SIGN_IN, MANIFEST, PLACEHOLDER, policy

REPOSITORY = Path(__file__).resolve().parents[2]
DEPLOY = REPOSITORY / "deploy" / "firebase"
BUILT = REPOSITORY / "web" / "out"
TARGET = REPOSITORY / ".cache" / "firebase"
BESIDE = ("firestore.rules", "firestore.indexes.json", "storage.rules")

VALUE = "[A-Za-z0-9_-]{1,100}"  # of a site's name or a deployment's id, as the platform's own server takes them
SPECIAL = re.compile(r"[.$()\[\]{}+*?^|\\]")  # re.escape would escape more than RE2 and JavaScript both let pass


def write(target: Path, *, project: str | None = None, region: str | None = None, built: Path = BUILT) -> None:
    """Replaces the folder."""
    manifest = json.loads((built / MANIFEST).read_bytes())
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in BESIDE:
        shutil.copyfile(DEPLOY / name, target / name)
    _copy_files(manifest, built, target / "public")
    _write_json(target / "firebase.json", configuration(manifest, region))
    if project is not None:
        _write_json(target / ".firebaserc", {"projects": {"default": project}})


def configuration(manifest: Mapping[str, Any], region: str | None = None) -> dict[str, Any]:
    """firebase.json for this build."""
    whole: dict[str, Any] = json.loads((DEPLOY / "firebase.json").read_bytes())
    hosting = whole["hosting"]
    everywhere = hosting["headers"][0]["headers"]
    everywhere.append({"key": "Content-Security-Policy", "value": _policy(manifest)})
    if region is not None:
        hosting["rewrites"][0]["run"]["region"] = region
    hosting["rewrites"] += _rewrites(manifest)
    return whole


def _policy(manifest: Mapping[str, Any]) -> str:
    """One for all pages: of two rules that set the same header, Hosting does not say which one wins."""
    pages = [manifest["notFound"], *(entry for entry in manifest["files"].values() if "scripts" in entry)]
    scripts = sorted({script for page in pages for script in page["scripts"]})
    styles = sorted({style for page in pages for style in page["styles"]})
    return policy(scripts, styles, (FIREBASE_SIGN_IN,))


def _rewrites(manifest: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """/sites/blog/logs -> /sites/_/logs.html, /deployments/0198.txt -> /deployments/_.txt"""
    for address, entry in manifest["files"].items():
        for prefix in manifest["dynamic"]:
            beginning = f"{prefix}{PLACEHOLDER}"
            if address.startswith(beginning):
                rest = SPECIAL.sub(r"\\\g<0>", address.removeprefix(beginning))
                yield {"regex": f"^{prefix}{VALUE}{rest}$", "destination": f"/{entry['file']}"}


def _copy_files(manifest: Mapping[str, Any], built: Path, public: Path) -> None:
    """What the manifest names, and nothing beside it; Hosting compresses for itself."""
    for entry in (manifest["notFound"], *manifest["files"].values()):
        file = public / entry["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built / entry["file"], file)


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make firebase", description="Writes .cache/firebase.")
    parser.add_argument("--project", help="the Firebase project's id")
    parser.add_argument("--region", help="where the Cloud Run service zipp-api runs (us-central1)")
    arguments = parser.parse_args()
    write(TARGET, project=arguments.project, region=arguments.region)
    sys.stdout.write(f"Written: {TARGET}\nDeploy it: cd {TARGET} && firebase deploy\n")


if __name__ == "__main__":
    main()
