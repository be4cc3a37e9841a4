"""The command line: thin commands over public verbs, one module each (``app.py`` lists them)."""

from careplan.cli.app import main as main
