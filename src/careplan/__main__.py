"""``python -m careplan``: the command line where the script is not on the path."""

from careplan.cli import main

main()
