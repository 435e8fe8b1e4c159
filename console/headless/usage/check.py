"""The words of `megapod check`."""

import argparse

from console.headless import options

EPILOG = """\
The bill of materials is TOML, beside the config as POD.expected.toml unless --expected says otherwise:

  [[group]]                       # nodes that should be alike; what is left out is not looked at
  nodes = "gpu[001-036]"
  gpus = 4
  gpu_model = "GB300"
  links = 72                      # NVLinks of a node that should be up
  bios = "2.1.0"

  [components]                    # the plant, by kind and name
  cdu = ["cdu1", "cdu2"]

--write-expected writes it from what is there now: look at it before you believe it.

examples:
  megapod check austin --write-expected
  megapod check austin -o json | jq -r '.deviations[] | [.entity, .what, .expected, .found] | @tsv'

exit codes: 0 as expected · 2 usage, or no bill · 3 as far as can be seen: some source did not answer, something is
            unknown · 8 it deviates
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("pod", metavar="POD", help="which pod")
    parser.add_argument("--expected", metavar="FILE", help="its bill of materials (default: beside the config)")
    parser.add_argument("--write-expected", action="store_true", help="write that file from what is there now")
    options.add_timeout(parser, "60s", "how long to wait for slow sources")
    parser.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    options.add_document(parser)
