"""The power of a node, and how long it takes slurmd and slurmctld to notice.

Times are of a GB300-class tray, shortened to what a person will wait for: a real one needs minutes to boot.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial

from backends.simulator.agenda import Agenda
from backends.simulator.boot import BOOT_S, INSTALL_S, LATE_S, OS_UP_S
from backends.simulator.node import SimNode
from backends.simulator.scheduler import Scheduler

NOT_RESPONDING = "Not responding"
REBOOTED = "Node unexpectedly rebooted"
_ON_S = 4.0
_OFF_S = 2.0
_SHUTDOWN_S = 10.0
_CYCLE_S = 5.0
_DUMP_S = 15.0
_MISSED_S = 20.0
_DOWN_S = 45.0
_PING_S = 3.0


class Reset(StrEnum):
    """The `ResetType` values the service takes (DSP0268 Resource.ResetType)."""

    ON = "On"
    FORCE_OFF = "ForceOff"
    GRACEFUL_SHUTDOWN = "GracefulShutdown"
    FORCE_RESTART = "ForceRestart"
    GRACEFUL_RESTART = "GracefulRestart"
    POWER_CYCLE = "PowerCycle"
    NMI = "Nmi"


class PowerPlant:
    """Resets of nodes over time.

    Each change of power takes a turn (`power_turn`), so that what an earlier reset planned does not happen after a
    later one; `slurmd_turn` does the same for the silence of a dead slurmd. `on_late` hears of a boot that is late, and
    of one that no longer is (`SimNode.late`), `on_cold` of one that was without power before.
    """

    def __init__(
        self,
        agenda: Agenda,
        scheduler: Scheduler,
        on_change: Callable[[SimNode], None],
        on_late: Callable[[SimNode], None],
        on_cold: Callable[[SimNode], None],
    ) -> None:
        self._agenda = agenda
        self._scheduler = scheduler
        self._on_change = on_change
        self._on_late = on_late
        self._on_cold = on_cold

    def reset(self, node: SimNode, kind: Reset) -> bool:
        """Begin a reset; False when it needs a node that is on. What is so already is accepted and changes nothing."""
        off = node.power in ("Off", "PoweringOff")
        if kind is Reset.ON:
            if off:
                self._power_on(node)
            return True
        if kind in (Reset.FORCE_OFF, Reset.GRACEFUL_SHUTDOWN):
            if not off:
                self._power_off(node, _OFF_S if kind is Reset.FORCE_OFF else _SHUTDOWN_S)
            return True
        if off:
            return False
        if kind is Reset.NMI:
            self._crash(node)
        elif kind is Reset.POWER_CYCLE:
            turn = self._power_off(node, _OFF_S)
            self._agenda.after(_OFF_S + _CYCLE_S, partial(self._if_turn, node, turn, self._power_on))
        elif node.power == "On":
            self._boot(node, self._next_turn(node))
        return True

    def lose(self, node: SimNode) -> None:
        """The power is gone this instant, as when a supply fails."""
        self._next_turn(node)
        self._silence(node)
        node.power = "Off"
        self._on_change(node)

    def ping(self, node: SimNode) -> None:
        """Let slurmctld ask a resumed node again. One without a slurmd goes down as any silent node does."""
        turn = node.slurmd_turn
        if node.slurmd:
            self._agenda.after(_PING_S, partial(self._answered, node, turn))
        else:
            self._agenda.after(_DOWN_S - _MISSED_S, partial(self._presume_dead, node, turn))

    def watch_again(self, node: SimNode, *, late: bool = False) -> None:
        """Whether a boot is late; what hung it may be mended, or another boot begins."""
        if node.late != late:
            node.late = late
            self._on_late(node)

    def _next_turn(self, node: SimNode) -> int:
        self.watch_again(node)
        node.power_turn += 1
        return node.power_turn

    def _power_off(self, node: SimNode, delay_s: float) -> int:
        turn = self._next_turn(node)
        node.power = "PoweringOff"
        self._silence(node)
        self._agenda.after(delay_s, partial(self._if_turn, node, turn, self._off))
        return turn

    def _off(self, node: SimNode) -> None:
        node.power = "Off"
        self._on_change(node)

    def _power_on(self, node: SimNode) -> None:
        turn = self._next_turn(node)
        node.power = "PoweringOn"
        self._agenda.after(_ON_S, partial(self._if_turn, node, turn, self._on))

    def _on(self, node: SimNode) -> None:
        node.power = "On"
        self._on_cold(node)
        self._begin_boot(node)

    def _if_turn(self, node: SimNode, turn: int, action: Callable[[SimNode], None]) -> None:
        """Do what was planned, unless a later reset has overtaken it."""
        if node.power_turn == turn:
            action(node)

    def _boot(self, node: SimNode, turn: int) -> None:
        self._silence(node)
        self._on_change(node)
        node.begin_boot(self._agenda.now_s)
        node.order.begin()
        if node.order.menu:
            return
        more_s = INSTALL_S if node.order.installs else 0.0
        self._agenda.after(OS_UP_S + more_s, partial(self._if_turn, node, turn, self._os_up))
        self._agenda.after(BOOT_S + more_s, partial(self._if_turn, node, turn, self._registered))
        self._agenda.after(LATE_S, partial(self._if_turn, node, turn, self._late))

    def _crash(self, node: SimNode) -> None:
        """A kernel that gets an NMI writes its dump and boots anew. Where no kernel runs, nobody takes it."""
        if node.slurmd:
            turn = self._next_turn(node)
            self._silence(node)
            self._agenda.after(_DUMP_S, partial(self._if_turn, node, turn, self._begin_boot))

    def _begin_boot(self, node: SimNode) -> None:
        self._boot(node, node.power_turn)

    def _os_up(self, node: SimNode) -> None:
        if not node.stuck:
            node.booted_s = self._agenda.now_s
            node.order.up()

    def _late(self, node: SimNode) -> None:
        if node.stuck and not node.slurmd:
            self.watch_again(node, late=True)

    def _silence(self, node: SimNode) -> None:
        if not node.slurmd:
            return
        node.slurmd = False
        node.slurmd_turn += 1
        turn = node.slurmd_turn
        self._agenda.after(_MISSED_S, partial(self._miss, node, turn))
        self._agenda.after(_DOWN_S, partial(self._presume_dead, node, turn))

    def _miss(self, node: SimNode, turn: int) -> None:
        if node.slurmd_turn == turn:
            node.responding = False

    def _presume_dead(self, node: SimNode, turn: int) -> None:
        if node.slurmd_turn == turn and not node.slurmd and not node.down:
            node.responding = False
            self._scheduler.set_down(node, NOT_RESPONDING, "slurm")

    def _registered(self, node: SimNode) -> None:
        if node.stuck or node.booted_s < node.began_s:
            return
        node.slurmd = True
        node.slurmd_turn += 1
        node.responding = True
        if not node.down:
            self._scheduler.set_down(node, REBOOTED, "slurm")
        elif node.reason == NOT_RESPONDING:
            node.down = False
        self._scheduler.wake()

    def _answered(self, node: SimNode, turn: int) -> None:
        if node.slurmd_turn == turn:
            node.responding = True
            self._scheduler.wake()
