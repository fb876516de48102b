"""Entry point of ``python -m datagen``."""

from datagen.cli import main

main(prog_name="python -m datagen")
