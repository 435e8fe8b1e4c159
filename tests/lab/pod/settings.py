"""The files a pod's daemons read: munge key, slurm.conf with its gres and topology, sshd_config, keys, hosts.

Each unusual line was needed: see the comments. Written before any daemon starts, by the pod's first process.
"""

import os
import secrets
import shutil
import stat
import subprocess
from pathlib import Path

from plan import CTLD_PORT, SSH_PORT, Plan

MEMORY_MB = 1_000_000
CLOUD = "cloud"
BLOCK = 100
"""Cloud nodes of a partition. To find a node for a job takes slurmctld 90 ms among 5,000, and 2 among a hundred."""
QUEUE = ",default_queue_depth=20000,partition_job_depth=20000"
CHARACTER_DEVICE_NULL = os.makedev(1, 3)


def write_all(plan: Plan) -> None:
    """Everything the daemons of this pod need on disk."""
    for name in ("dev", "log", "munge", "spool", "ssh", "state"):
        (plan.folder / name).mkdir()
    _write_ssh(plan)
    _write_hosts(plan)
    if plan.slurm:
        _write_slurm(plan)


def _write_hosts(plan: Plan) -> None:
    lines = ["127.0.0.1 localhost", f"{plan.head} {plan.host_name}"]
    lines += [f"{plan.address(number)} {name}" for number, name in enumerate(plan.names, 1)]
    (plan.folder / "hosts").write_text("\n".join(lines) + "\n")


def _write_ssh(plan: Plan) -> None:
    make_key(plan.host_key)
    make_key(plan.identity)
    make_key(plan.folder / "ssh" / "id_stranger")  # a good key that nobody let in
    shutil.copy(f"{plan.identity}.pub", plan.folder / "ssh" / "authorized_keys")
    trust(plan)
    # StrictModes: keys lie under /tmp. PATH of root's shell is sshd's own default. A far-away zone for whoever logs
    # in: text times must be asked for in UTC, not hoped to be.
    (plan.folder / "ssh" / "sshd_config").write_text(f"""\
ListenAddress {plan.head}:{SSH_PORT}
HostKey {plan.host_key}
AuthorizedKeysFile {plan.folder}/ssh/authorized_keys
StrictModes no
PidFile none
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
LoginGraceTime 20
SetEnv SLURM_CONF={plan.slurm_conf} TZ=Asia/Tokyo
""")


def make_key(path: Path) -> None:
    """A fresh ed25519 key pair without a passphrase, replacing what is there."""
    for old in (path, path.with_suffix(".pub")):
        old.unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", os.fspath(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )


def trust(plan: Plan) -> None:
    """Write the known_hosts that fits the present host key."""
    key = (plan.folder / "ssh" / "host_ed25519.pub").read_text().split()
    plan.known_hosts.write_text(f"[{plan.head}]:{SSH_PORT} {key[0]} {key[1]}\n")


def _write_slurm(plan: Plan) -> None:
    _write_secret(plan.folder / "munge" / "munge.key", 0o400)
    for index in range(plan.gpus):
        # A gpu without File= counts as 0, and an ordinary file logs an error per GPU: a character device satisfies it.
        os.mknod(plan.folder / "dev" / f"nvidia{index}", stat.S_IFCHR | 0o666, CHARACTER_DEVICE_NULL)
    (plan.folder / "gres.conf").write_text(f"Name=gpu Type=h100 File={plan.folder}/dev/nvidia[0-{plan.gpus - 1}]\n")
    (plan.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
    (plan.folder / "topology.conf").write_text(_topology(plan))
    plan.slurm_conf.write_text(_slurm_conf(plan))


def _write_secret(path: Path, mode: int) -> None:
    path.touch(mode)
    path.write_bytes(secrets.token_bytes(1024))


def _topology(plan: Plan) -> str:
    firsts = range(1, plan.nodes + 1, plan.leaf)
    lines = [
        f"SwitchName=leaf{number} Nodes={plan.span(first, first + plan.leaf - 1)}"
        for number, first in enumerate(firsts, 1)
    ]
    if plan.cloud:
        lines.append(f"SwitchName=leaf{len(firsts) + 1} Nodes={CLOUD}[0001-{plan.cloud:04d}]")
    lines.append(f"SwitchName=spine Switches=leaf[1-{len(lines)}]")
    return "\n".join(lines) + "\n"


def _slurm_conf(plan: Plan) -> str:
    # config_overrides: 64 CPUs and 1 TB a node on whatever machine this is. NoCtldInAddrAny: slurmctld binds to the
    # head's address alone, so pods share the port; its twin for slurmd makes srun hang, hence one slurmd port a node.
    settings = f"""\
ClusterName={plan.cluster}
SlurmctldHost={plan.host_name}({plan.head})
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={plan.folder}/munge/munge.sock
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny
SlurmctldPort={CTLD_PORT}
StateSaveLocation={plan.folder}/state
SlurmdSpoolDir={plan.folder}/spool/%n
SlurmctldPidFile={plan.folder}/slurmctld.pid
SlurmdPidFile={plan.folder}/spool/%n.pid
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5,batch_sched_delay=0,sched_min_interval=0{QUEUE if plan.cloud else ""}
SlurmdParameters=config_overrides
GresTypes=gpu
TopologyPlugin=topology/tree
SlurmctldTimeout=30
SlurmdTimeout=30
ReturnToService=1
KillWait=2
MinJobAge=300
"""
    hardware = f"Sockets=2 CoresPerSocket=32 ThreadsPerCore=1 RealMemory={MEMORY_MB} Feature=h100"
    nodes = (
        f"NodeName={plan.span(1, plan.nodes)} NodeAddr=127.78.{plan.slot}.[1-{plan.nodes}]"
        f" Port=[{plan.port}-{plan.port + plan.nodes - 1}] {hardware} Gres=gpu:h100:{plan.gpus} State=UNKNOWN\n"
    )
    if plan.cloud:
        # What starts and stops them does nothing, so a job there stays CONFIGURING: it holds its nodes, and costs none.
        settings += (
            "SuspendProgram=/bin/true\nResumeProgram=/bin/true\nSuspendTime=86400\nResumeTimeout=65000\nResumeRate=0\n"
        )
        settings += (
            f"PrivateData=cloud\nMaxArraySize=10001\nMaxJobCount=20000\nSuspendExcNodes={plan.span(1, plan.nodes)}\n"
        )
        nodes += f"NodeName={CLOUD}[0001-{plan.cloud:04d}] {hardware} Gres=gpu:h100:{plan.gpus} State=CLOUD\n"
        for number, first in enumerate(range(1, plan.cloud + 1, BLOCK)):
            last = min(first + BLOCK - 1, plan.cloud)
            nodes += f"PartitionName={CLOUD}{number} Nodes={CLOUD}[{first:04d}-{last:04d}] MaxTime=INFINITE State=UP\n"
    partitions = (
        f"PartitionName=batch Nodes={plan.span(1, plan.nodes)} Default=YES MaxTime=INFINITE State=UP\n"
        f"PartitionName=debug Nodes={plan.span(1, plan.leaf)} MaxTime=01:00:00 State=UP\n"
    )
    return settings + nodes + partitions
