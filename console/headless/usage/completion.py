"""The words of `megapod completion`."""

import argparse

SHELLS = ("bash", "zsh", "fish")
EPILOG = """\
examples:
  source <(megapod completion bash)                  in ~/.bashrc
  source <(megapod completion zsh)                   in ~/.zshrc, after compinit
  megapod completion fish > ~/.config/fish/completions/megapod.fish

Pods come from your config; nodes, jobs, racks and findings are those that `megapod get` saw last. Nothing is asked of
any pod while you type.

exit codes: 0 done · 2 no such shell
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS, help="which shell")
