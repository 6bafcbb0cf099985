"""The emulators of Firestore, Auth and Storage on this machine, for tests (tests/emulators.py) and for people
(scripts/emulators)."""
