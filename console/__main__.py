"""`python -m console` is `megapod`."""

from console.main import process

process()
