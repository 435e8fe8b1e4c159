"""The words of `megapod pod`."""

import argparse

from console.headless import options

EPILOG = """\
Asks the host, or the controller at the URL, who it is; shows its key or certificate, and writes a pod into the config
once you have compared it and said yes. --yes does not: nobody's key is taken unseen. A script names the fingerprint it
expects with --pin (SHA256:… of a host key, as `ssh-keygen -lf` prints it, or the SHA-256 of a certificate in hex).
A key that your known_hosts has, and a certificate that an authority vouches for, need no asking.

The pod is read-only until you set read_only = false. Then `megapod doctor` is run on it.

examples:
  megapod pod add head.austin.example                                Slurm, through its head node
  megapod pod add https://rmc.austin.example --user operator --password-command "pass show rmc/austin"
  megapod pod add head.austin.example https://rmc.austin.example --name austin --user operator --password-env RMC
  megapod pod add 10.0.0.7 --name lab --pin SHA256:Yk7pX… --dry-run

exit codes: 0 added, and all well · 2 usage, or a pod of that name is there · 3 it does not answer, or the doctor found
            something · 5 not the key that was pinned · 7 nobody there to compare its key
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-verbs."""
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    line = "find out what is at a host or a URL, and write it into the config"
    add = words.add_parser(
        "add",
        help=line,
        description=line[0].upper() + line[1:] + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add.add_argument("places", nargs="+", metavar="HOST|URL", help="a head node for SSH, a Redfish controller's URL")
    add.add_argument("--name", default="", help="what to call the pod (default: from the first place)")
    add.add_argument("--pin", action="append", default=[], metavar="FINGERPRINT", help="trust this key; repeatable")
    add.add_argument("--user", default="", help="the controller's user; the head node's is written as USER@HOST")
    secret = add.add_mutually_exclusive_group()
    secret.add_argument("--password-env", default="", metavar="VAR", help="the password is in this variable")
    secret.add_argument("--password-command", default="", metavar="CMD", help="it is this command's first line")
    secret.add_argument("--password-keyring", default="", metavar="SERVICE", help="it is in the keyring")
    add.add_argument("--identity", default="", metavar="FILE", help="the key for SSH, beside the agent's")
    add.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    add.add_argument("-y", "--yes", action="store_true", help="do not ask whether to write (keys are asked for)")
    add.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    options.add_document(add)
