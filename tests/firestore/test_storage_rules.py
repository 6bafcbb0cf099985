"""deploy/firebase/storage.rules as far as it can be tried here: what evaluates rules for Storage comes with no package,
only by the Firebase command's own download. The Firestore emulator reads the same language."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from firestoreclient import load_rules

RULES = (Path(__file__).parents[2] / "deploy/firebase/storage.rules").read_text()


def test_rules_are_well_formed(firestore_emulator: str) -> None:
    load_rules(firestore_emulator, f"demo-storage-{secrets.token_hex(4)}", RULES)


def test_nothing_is_allowed() -> None:
    code = re.sub(r"//.*", "", RULES)
    assert re.findall(r"allow [^;]*;", code) == ["allow read, write: if false;"]
