"""Where everything of one pod lives: addresses, ports, names and paths. Values only, nothing is started here.

Each pod takes a slot. A slot is one loopback address for the head, a block of them for the nodes and 64 ports for
slurmd (which binds to every address, so its ports must differ between pods too). Slots never overlap, so pods of
parallel test runs do not meet.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

SLOTS = 60
NODES_A_SLOT = 64
SSH_PORT = 2222
CTLD_PORT = 6817
SLURMD_PORT = 28000  # 60 slots of 64 end below 32768, where Linux begins to hand out ports by itself


@dataclass(frozen=True)
class Plan:
    """One pod: its slot and folder, and how many nodes, GPUs a node and nodes a leaf switch it has.

    `cloud` nodes have no daemon: slurmctld knows them as powered down, and gives them out as if it could start them.
    """

    folder: Path
    slot: int
    nodes: int = 16
    gpus: int = 8
    leaf: int = 4
    cluster: str = "lab"
    slurm: bool = True
    cloud: int = 0

    @property
    def head(self) -> str:
        return f"127.77.{self.slot}.1"

    @property
    def host_name(self) -> str:
        return f"{self.cluster}-head"

    @property
    def names(self) -> list[str]:
        return [f"gpu{number:03d}" for number in range(1, self.nodes + 1)]

    def address(self, number: int) -> str:
        """The address of node `number`, counted from 1."""
        return f"127.78.{self.slot}.{number}"

    def span(self, first: int, last: int) -> str:
        """Nodes `first` to `last` the way slurm.conf writes a set."""
        last = min(last, self.nodes)
        return f"gpu{first:03d}" if first == last else f"gpu[{first:03d}-{last:03d}]"

    @property
    def port(self) -> int:
        """slurmd's port on the first node; the others follow."""
        return SLURMD_PORT + (self.slot - 1) * NODES_A_SLOT

    @property
    def slurm_conf(self) -> Path:
        return self.folder / "slurm.conf"

    @property
    def control(self) -> Path:
        return self.folder / "control.sock"

    @property
    def host_key(self) -> Path:
        return self.folder / "ssh" / "host_ed25519"

    @property
    def identity(self) -> Path:
        return self.folder / "ssh" / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "ssh" / "known_hosts"

    def log(self, unit: str) -> Path:
        return self.folder / "log" / f"{unit}.log"


def claim_slot() -> tuple[int, socket.socket]:
    """A free slot, held for as long as the socket lives: an abstract name vanishes with the process that bound it."""
    for slot in range(1, SLOTS + 1):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0megapod-lab-{slot}")
        except OSError:
            lock.close()
            continue
        return slot, lock
    raise RuntimeError(f"all {SLOTS} slots of lab pods are taken on this machine")
