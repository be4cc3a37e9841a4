"""The scenario ``careplan new`` writes: small, commented, and sound."""

from __future__ import annotations


def template_text() -> str:
    """Return the text of ``template.yaml``."""
    from importlib.resources import files

    return files("careplan.scenario").joinpath("template.yaml").read_text(encoding="utf-8")
