"""The reset of one GPU, while its node runs: what it costs, and what it mends."""

from functools import partial

from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.world import World

RESET_S = 8.0


def reset_gpu(world: World, node: SimNode, gpu: SimGpu) -> bool:
    """Begin a reset; False when it cannot be had: without power, or off the bus, where nothing reaches it.

    The job on it dies. For eight seconds it draws nothing, answers nothing and its links are down.
    """
    if not node.powered or gpu.lost:
        return False
    if not gpu.resetting:
        gpu.resetting = True
        world.fail_jobs_on(gpu)
        world.refresh_heat(node)
        world.agenda.after(RESET_S, partial(_come_up, world, node, gpu))
    return True


def _come_up(world: World, node: SimNode, gpu: SimGpu) -> None:
    gpu.resetting = False
    world.mend(node, gpu)
    world.refresh_heat(node)
