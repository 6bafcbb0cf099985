"""Zipp: a ZIP, a folder or a Git URL becomes a live website."""

__version__ = "0.1.0"
