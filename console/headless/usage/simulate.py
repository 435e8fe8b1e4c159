"""The words of `megapod simulate`."""

import argparse

EPILOG = """\
Prints one line of JSON with every endpoint when it is ready, and serves until SIGINT or SIGTERM. Only loopback
addresses are used. Faults: --fault NAME[:TARGET][@START[-END]], listed by --list-faults, or a file of them:

  [[fault]]                     # --scenario FILE, in TOML; times in simulated seconds
  name = "pump-fail"
  target = "austin-cdu1/pump1"  # left out: chosen, the same each time
  start_s = 60
  end_s = 600                   # left out: it stays
"""
NUMBERS = (
    ("pods", int, 1, 1, 100, "how many pods"),
    ("racks", int, 2, 1, 100, "racks in each pod"),
    ("nodes", int, 18, 1, 250, "nodes in each rack"),
    ("gpus", int, 4, 1, 16, "GPUs in each node"),
    ("seed", int, 1, 0, 2**63, "same seed, same pods"),
    ("speed", float, 1.0, 0.01, 1_000.0, "simulated seconds in a real one"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = parser.epilog or EPILOG
    for name, kind, default, _, _, text in NUMBERS:
        parser.add_argument(f"--{name}", type=kind, default=default, metavar="N", help=f"{text} (default {default})")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="NAME[:TARGET][@START[-END]]; repeatable"
    )
    parser.add_argument("--scenario", metavar="FILE", help="faults on a timetable, from a TOML file")
    parser.add_argument("--plain", action="store_true", help="serve Redfish over HTTP, without TLS and without Basic")
    parser.add_argument("--list-faults", action="store_true", help="print the faults there are, and exit")
    parser.add_argument("--write-config", metavar="FILE", help="write a config that reaches the pods")
    parser.add_argument("--for", dest="for_s", type=float, metavar="SECONDS", help="serve this long, then exit")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when stdin, a pipe, is closed")
