"""What Python source text says about a website, by parsing: nothing is imported or run.

A program of its own (python_sources.py starts it) and not a function, since the parser is given files that somebody
made to hurt it: there it may use up time, memory or the C stack, and only that process ends. Imports nothing but the
standard library, and its own files by relative names: it runs without Zipp's packages.
"""

from .facts import Call, Scan, Settings
from .scanning import scan

__all__ = ["Call", "Scan", "Settings", "scan"]
