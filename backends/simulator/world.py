"""The whole simulated pod at one instant: nodes, queue, power and heat, as a function of seed and elapsed time."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b

from backends.simulator.agenda import Agenda
from backends.simulator.alarm import Alarms
from backends.simulator.boot import BOOT_S, LATE_S, progress
from backends.simulator.gpu import SimGpu
from backends.simulator.node import CPU_W, STANDBY_W, TRAY_W, SimNode
from backends.simulator.partition import Racks, partitions
from backends.simulator.placement import place
from backends.simulator.plant import Plant, gpu_origin
from backends.simulator.power import PowerPlant
from backends.simulator.scheduler import Scheduler
from backends.simulator.shape import PodShape
from backends.simulator.thermal import Heat
from backends.simulator.workload import Workload

_OPENING_LOAD = 0.7
_OPENING_DRAWS = 2_000
_OPENING_QUEUE = 3
_MOST_PENDING = 40
_PENDING_PER_NODE = 0.2
_UPTIME_S = 11 * 86_400.0
_PAST_S = 0.05


class World:
    """One pod. No I/O and no clock: `advance` is told how many seconds have passed since `epoch`.

    Same shape, same epoch, same interventions at the same seconds: the same world, whatever the steps it was
    advanced in. `outages` names the services that are out of order (see `faults`).
    """

    def __init__(self, shape: PodShape, epoch: datetime) -> None:
        self.shape = shape
        self.epoch = epoch.astimezone(UTC).replace(microsecond=0)
        self.agenda = Agenda()
        self.outages: set[str] = set()
        self.alarms = Alarms(lambda: self.agenda.now_s)
        self.racks = _racks(shape)
        self.nodes = {node.name: node for rack in self.racks for node in rack}
        self.partitions = partitions(self.racks)
        self.plant = Plant(shape, self.agenda, self.racks, self.alarms)
        self.scheduler = Scheduler(self.agenda, self.nodes, self.partitions, self.refresh_heat)
        self.power = PowerPlant(self.agenda, self.scheduler, self.refresh_heat, self._boot_late, self._cold_start)
        self.plant.connect(self.refresh_heat, self.power)
        self._workload = Workload(shape)
        self._open()

    @property
    def now_s(self) -> float:
        """Simulated seconds since the epoch of this world."""
        return self.agenda.now_s

    def advance(self, to_s: float) -> None:
        """Let everything due up to then happen. A time that has passed changes nothing."""
        self.agenda.run_to(to_s)

    def wall(self, time_s: float) -> datetime:
        """The date of a simulated second, whole seconds."""
        return self.epoch + timedelta(seconds=int(time_s // 1))

    def refresh_heat(self, node: SimNode) -> None:
        """Set a node's GPUs on their way to what their load, coolant and supply make of them."""
        node.tray_w.aim(TRAY_W if node.powered else STANDBY_W, self.now_s)
        node.cpu_w.aim(CPU_W if node.powered else 0.0, self.now_s)
        for gpu in node.gpus:
            self._refresh_gpu(node, gpu)
        self._repace(node)

    def _refresh_gpu(self, node: SimNode, gpu: SimGpu) -> None:
        """Aim one GPU, and come back when its temperature passes a limit: it throttles, or its health changes."""
        job = self.scheduler.jobs.get(gpu.job) if gpu.job is not None else None
        load = (job.request.load if job else 0.0) if node.powered and gpu.answers else None
        cap_w = min(self.plant.cap_w(node.rack), gpu.cap_w)
        causes = gpu.heat.causes
        gpu.heat.change(load, self.plant.coolant(node.rack), cap_w, self.now_s)
        if gpu.heat.causes != causes:
            gpu.watch_causes(self.now_s)
        gpu.count(self.now_s, on=load is not None)
        level = gpu.heat.level(self.now_s)
        message = f"GPU {gpu.index} of {node.name} is over its {level.lower()} temperature and throttled"
        self.alarms.set(gpu_origin(node, gpu), "temperature", level, message, self.plant.within(node))
        gpu.turn += 1
        wait_s = gpu.heat.passes_s(self.now_s)
        if wait_s is not None:
            self.agenda.after(wait_s + _PAST_S, partial(self._limit_passed, node, gpu, gpu.turn))

    def mend(self, node: SimNode, gpu: SimGpu) -> None:
        """What its reset mends: an Xid is cleared, and bad rows of its memory are mapped out. Nothing else is."""
        origin = gpu_origin(node, gpu)
        if gpu.fault == "xid":
            gpu.fault = ""
            self.alarms.set(origin, "xid", "OK", "", ())
        if gpu.bad:
            gpu.remap(self.now_s)
            for at in (origin, f"Systems/{node.name}/Memory/GPU_{gpu.index}_DRAM_0"):
                self.alarms.set(at, "ecc", "OK", "", ())

    def _cold_start(self, node: SimNode) -> None:
        """It was without power, and has it again: each of its GPUs begins as after a reset."""
        self.alarms.set(f"Chassis/{node.tray}", "power", "OK", "", ())
        for gpu in node.gpus:
            self.mend(node, gpu)

    def _limit_passed(self, node: SimNode, gpu: SimGpu, turn: int) -> None:
        if gpu.turn == turn:
            self._refresh_gpu(node, gpu)
            self._repace(node)

    def _boot_late(self, node: SimNode) -> None:
        """The watchdog over the boots of a node (its controller's, not Slurm's) has run out, or is wound up again."""
        _, stage = progress(node, self.now_s)
        message = f"{node.name} has not booted {LATE_S:g} s after its reset: it stands at {stage}"
        level = "Critical" if node.late else "OK"
        self.alarms.set(f"Systems/{node.name}", "boot", level, message, self.plant.within(node))

    def _repace(self, node: SimNode) -> None:
        """A gang goes at the pace of its slowest GPU."""
        slow = any(gpu.pace < 1 for gpu in node.gpus)
        for number in tuple(node.jobs):
            job = self.scheduler.jobs[number]
            if not slow and job.pace == 1:
                continue
            held = ((self.nodes[name], indices) for name, indices in job.indices.items())
            pace = min(each.gpus[index].pace for each, indices in held for index in indices)
            if pace != job.pace:
                self.scheduler.pace(job, pace)

    def _open(self) -> None:
        """Open the pod as if it had run for days: about 70 % given out, a few jobs waiting, everything warm."""
        for node in self.nodes.values():
            node.booted_s = node.idle_since_s = -_UPTIME_S
            node.begin_boot(-_UPTIME_S - BOOT_S)
        spare = self.shape.gpu_count * _OPENING_LOAD
        waiting = 0
        for _ in range(_OPENING_DRAWS):
            request = self._workload.draw()
            age_s = float(int(request.runs_s * 0.9 * self._workload.share()))
            gpus = request.node_count * request.gpus_per_node
            nodes = place(request, self.partitions[request.partition].racks)
            if nodes and gpus <= spare:
                self.scheduler.start(self.scheduler.submit(request, -age_s - 60.0), nodes, -age_s)
                spare -= gpus
            elif not nodes and waiting < _OPENING_QUEUE:
                self.scheduler.submit(request, -30.0)
                waiting += 1
            if spare < self.shape.gpus_per_node and waiting == _OPENING_QUEUE:
                break
        for node in self.nodes.values():
            for gpu in node.gpus:
                gpu.heat.settle()
        self.agenda.after(self._workload.gap_s(self._committed()), self._arrive)

    def _arrive(self) -> None:
        request = self._workload.draw()
        if len(self.scheduler.pending) < max(_MOST_PENDING, self.shape.node_count * _PENDING_PER_NODE):
            self.scheduler.submit(request, self.now_s)
        self.agenda.after(self._workload.gap_s(self._committed()), self._arrive)

    def _committed(self) -> float:
        wanted = sum(job.gpus for job in self.scheduler.jobs.values() if job.ended_s is None)
        return wanted / self.shape.gpu_count

    def fail_jobs_on(self, gpu: SimGpu) -> None:
        """The job that holds this GPU dies of it, the whole gang with it."""
        job = self.scheduler.jobs.get(gpu.job) if gpu.job is not None else None
        if job is not None:
            self.agenda.after(5.0, partial(self._fail, job.number, job.turn))

    def _fail(self, number: int, turn: int) -> None:
        job = self.scheduler.jobs.get(number)
        if job is not None and job.state == "RUNNING" and job.turn == turn:
            self.scheduler.end(job, "FAILED")


def stable_id(*parts: object) -> bytes:
    """16 bytes that depend on these parts alone: serial numbers, UUIDs and small differences come from here."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).digest()


def _racks(shape: PodShape) -> Racks:
    return tuple(
        tuple(_node(shape, rack, slot) for slot in range(1, shape.nodes_per_rack + 1))
        for rack in range(1, shape.racks + 1)
    )


def _node(shape: PodShape, rack: int, slot: int) -> SimNode:
    name = shape.node_name(rack, slot)
    gpus = []
    for index in range(shape.gpus_per_node):
        seed = stable_id(shape.seed, name, "gpu", index)
        heat = Heat(spread_c=round(seed[0] / 255 * 5 - 2.5, 1), phase=seed[1] / 255)
        serial = f"16{int.from_bytes(seed[2:7]) % 10**11:011d}"
        gpus.append(SimGpu(index, serial, str(uuid.UUID(bytes=seed, version=5)), heat))
    return SimNode(name, rack, slot, tuple(gpus))
