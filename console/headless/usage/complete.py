"""The words of `megapod complete`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", help="bash, zsh or fish")
    parser.add_argument("line", help="the line as far as it is typed")
