"""What each of Firebase's services says to the platform's own account. Only questions, and changes of what is not
there."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlsplit

from zipp.cli.doctor.asking import Reply, Service, ask
from zipp.cli.doctor.finding import Finding
from zipp.firebase.connection import Firebase
from zipp.firebase.failures import AUTH, FIRESTORE, STORAGE, Part, denied
from zipp.settings import Settings

Checked = tuple[Finding | None, Reply]
_BUCKET_PERMISSIONS = tuple(f"storage.objects.{verb}" for verb in ("create", "delete", "get", "list", "update"))
NETWORK = (
    "Check this machine's network and HTTPS_PROXY: it must reach *.googleapis.com; status.firebase.google.com tells of "
    "outages."
)


def check_firestore(firebase: Firebase, token: str | None) -> Checked:
    settings = firebase.settings
    emulator = settings.firestore_emulator and f"http://{settings.firestore_emulator}"
    service = Service.at("firestore.googleapis.com", token=token, emulator=emulator)
    if service.token is None:
        return None, Reply()
    name = f"projects/{firebase.project}/databases/{quote(firebase.database, safe='()')}/documents"
    reply = ask(service, "GET", f"/v1/{name}/meta?pageSize=1")
    missing = (
        f"There is no database {firebase.database} in {firebase.project}.",
        "Make it: gcloud firestore databases create --location=LOCATION, or in the Firebase console.",
    )
    trouble = _trouble(FIRESTORE, service, reply, missing=missing)
    if trouble is None:
        # A document that never is: whoever may not write is refused, and for the others there is nothing to delete.
        nothing = {"delete": f"{name}/meta/zipp-doctor", "currentDocument": {"exists": True}}
        if ask(service, "POST", f"/v1/{name}:commit", json={"writes": [nothing]}).status == 403:
            refused = denied(FIRESTORE)
            trouble = Finding(FIRESTORE.name, "fail", "It may be read, but not written.", refused.hint)
    return trouble or Finding(FIRESTORE.name, "ok", f"database {firebase.database}, may be read and written"), reply


def check_auth(firebase: Firebase, token: str | None) -> Checked:
    service = _identity_service(firebase.settings, token)
    if service.token is None:
        return None, Reply()
    reply = ask(service, "GET", f"/v1/projects/{firebase.project}/accounts:batchGet?maxResults=1")
    never_begun = (
        f"Authentication has not been set up in {firebase.project}.",
        "Firebase console, Authentication: Get started, then switch Email/Password on.",
    )
    trouble = _trouble(AUTH, service, reply, missing=never_begun)
    if trouble is None and not service.emulated:
        trouble = _no_passwords(service, firebase)
    return trouble or Finding(AUTH.name, "ok", "answers, and accounts may be read"), reply


def _no_passwords(service: Service, firebase: Firebase) -> Finding | None:
    reply = ask(service, "GET", f"/v2/projects/{firebase.project}/config")
    email = (reply.body.get("signIn") or {}).get("email") or {}
    if not reply.is_good or email.get("enabled"):
        return None
    mend = "Firebase console, Authentication, Sign-in method: switch Email/Password on."
    return Finding(AUTH.name, "warn", "Nobody can sign in with an address and a password.", mend)


def check_api_key(settings: Settings) -> Checked:
    """As the page uses it: without any other credential."""
    service = replace(_identity_service(settings, None), token=None)
    reply = ask(service, "GET", f"/v1/projects?key={settings.firebase_api_key}")
    if reply.status == 0 or reply.status >= 500:
        detail = f"{service.host} can't be asked whether it is good."
        return Finding("API key", "warn", detail, NETWORK, outage=True), reply
    if reply.status == 400:
        mend = "Firebase console, Project settings, Your apps: set ZIPP_FIREBASE_API_KEY to the web app's apiKey."
        return Finding("API key", "fail", "Google does not know it.", mend), reply
    if not reply.is_good:
        mend = "A key that is bound to certain pages can't be tried from here; otherwise look at its restrictions."
        return Finding("API key", "warn", f"It was not accepted from here ({reply.status}).", mend), reply
    domains, ours = reply.body.get("authorizedDomains") or (), urlsplit(settings.api_url).hostname
    if not service.emulated and ours not in domains:
        mend = f"Firebase console, Authentication, Settings, Authorized domains: add {ours}."
        return Finding("API key", "warn", f"Firebase does not know {ours} as a place to sign in.", mend), reply
    return Finding("API key", "ok", "is good for signing in"), reply


def _identity_service(settings: Settings, token: str | None) -> Service:
    host = "identitytoolkit.googleapis.com"
    emulator = settings.auth_emulator and f"http://{settings.auth_emulator}/{host}"
    return Service.at(host, token=token, emulator=emulator)


def check_bucket(firebase: Firebase, token: str | None) -> Checked:
    service = Service.at("storage.googleapis.com", token=token, emulator=firebase.settings.storage_emulator)
    if service.token is None:
        return None, Reply()
    bucket = f"/storage/v1/b/{quote(firebase.bucket, safe='')}"
    reply = ask(service, "GET", f"{bucket}/o?maxResults=1")
    missing = (
        f"There is no bucket {firebase.bucket}.",
        "Firebase console, Storage: Get started; or set ZIPP_FIREBASE_BUCKET (older projects have "
        f"{firebase.project}.appspot.com).",
    )
    trouble = _trouble(STORAGE, service, reply, missing=missing)
    if trouble is None and not service.emulated:
        trouble = _lacking(service, bucket)
    return trouble or Finding(STORAGE.name, "ok", f"bucket {firebase.bucket}"), reply


def _lacking(service: Service, bucket: str) -> Finding | None:
    wanted = "&".join(f"permissions={name}" for name in _BUCKET_PERMISSIONS)
    reply = ask(service, "GET", f"{bucket}/iam/testPermissions?{wanted}")
    lacking = [name for name in _BUCKET_PERMISSIONS if name not in (reply.body.get("permissions") or ())]
    if not reply.is_good or not lacking:
        return None
    return Finding(STORAGE.name, "fail", f"The account lacks {', '.join(lacking)}.", denied(STORAGE).hint)


def _trouble(part: Part, service: Service, reply: Reply, *, missing: tuple[str, str]) -> Finding | None:
    """What every service can answer instead of what was asked."""
    if reply.is_good:
        return None
    if reply.status == 0 or reply.status >= 500:
        return Finding(part.name, "fail", f"{part.name} does not answer.", NETWORK, outage=True)
    if reply.status == 404 or "CONFIGURATION_NOT_FOUND" in reply.codes:
        return Finding(part.name, "fail", *missing)
    if "SERVICE_DISABLED" in reply.codes:
        return Finding(part.name, "fail", f"{part.name} is not switched on.", f"gcloud services enable {service.host}")
    if reply.status in (401, 403):
        refused = denied(part)
        return Finding(part.name, "fail", refused.message, refused.hint)
    if reply.status == 429:
        return Finding(part.name, "fail", f"A quota of {part.name} is used up.", "The Google Cloud console shows it.")
    told = ", ".join(sorted(reply.codes)) or "no reason given"
    return Finding(
        part.name, "fail", f"{part.name} answered {reply.status} ({told}).", "docs/firebase.md tells all that it takes."
    )
