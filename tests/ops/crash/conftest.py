"""The crash matrix: a worker is killed at every event of every kind of plan, taken up, and nothing happens twice.

The worker is a process of its own that SIGKILLs itself (`dying.py`) right after an event is on the disk, and, where
an effect has just happened, right before its record is. It works over real SSH and TLS Redfish on a simulated pod, and
what happened is counted there. Each point is taken up to go on, and again to be cancelled. A kind of plan is one row.
"""

import asyncio
import signal
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from backends.simulator.boot_order import BootOrder
from backends.simulator.job import JobRequest
from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import load
from console.exit import Exit
from console.headless.simulate import _write_config
from console.operations import event as ev
from console.operations.draft import draft
from console.operations.hold import text_of
from console.operations.identity import user
from console.operations.journal import Journal
from console.operations.journal_codec import kind_of
from console.operations.operation import UNDO
from console.operations.place import Place
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.clock import SystemClock
from console.state.session import Session
from console.targets import Targets

SPEED = 20.0
FEW = 6
WITHIN_S = 120.0
LIVES_ON_S = 12.0
OLDER = "op-older0"
TRAIN = JobRequest(
    name="train",
    user="ada",
    account="research",
    partition="batch",
    node_count=1,
    gpus_per_node=1,
    limit_s=86_400,
    runs_s=86_000,
    outcome="COMPLETED",
    load=0.5,
)


EVENTS = frozenset({"started", "intended", "applied", "ended", "closed"})
WORDS = {"pause": "paused", "resume": "continued", "adopt": "adopted", "retry": "retried", "cancel": "cancelling"}


class Row(Struct, frozen=True, kw_only=True):
    """A kind of plan: what is asked for, how its node is before (`ready`), and what happens at the far side, once.

    `undone`: cancelled, its node is as it was; where it is not, what has happened stays so. `events` are the kinds
    that its worker writes down: at each of them it is killed at least once. `nodes`: one for each point, or FEW where
    they can be brought back: a worker that asks the controllers asks for each of them. `width`: nodes of each plan.
    `controllers`: it needs them. `untold`: nothing tells whether its effect has happened, so that it ends UNKNOWN
    where it was cut off at that, and is never done again. `later`: a cancel leaves something undone, or takes it back;
    where it can do neither, one such point is enough.
    """

    verb: str
    options: Options = Options()
    ready: tuple[str, ...] = ()
    far: dict[str, int]
    undone: bool = True
    nodes: int = 30
    width: int = 1
    controllers: bool = False
    untold: bool = False
    later: bool = True
    speed: float = SPEED
    events: frozenset[str] = EVENTS


MORE = """
[gates.burn-in]
gpus = 1

[profiles.net]
boot = "pxe"
ssh = false

[profiles.disc]
boot = "media"
image = "http://images.example/rescue-3.iso"
ssh = false
"""

TAKEN_BACK = frozenset({"drain", "resume", "eject"})
"""What a cancel may ask for once more."""


class Far:
    """The pod behind the wire: nothing starts on it by itself, and what is asked of each node is counted."""

    def __init__(self, world, mark):
        self.world = world
        self.mark = mark
        self.since_s = world.now_s
        self.asked = {name: [] for name in world.nodes}
        scheduler = world.scheduler
        scheduler._serve = lambda *_: None
        for job in tuple(scheduler.jobs.values()):
            if job.state == "RUNNING":
                scheduler.end(job, "COMPLETED")
        self._count(scheduler, "drain", lambda node, *_: [(node.name, "drain")])
        self._count(scheduler, "resume", lambda node, *_: [(node.name, "resume")])
        self._count(scheduler, "undrain", lambda node, *_: [(node.name, "resume")])
        self._count(scheduler, "requeue", lambda job: [(name, "requeue") for name in job.nodes])
        for node in world.nodes.values():
            self._watch(node)
        self._count(world.power, "reset", lambda node, kind: [(node.name, kind.value)])
        self.short = set()

    def _count(self, of, name, told):
        does = getattr(of, name)

        def counted(*what):
            for node, word in told(*what):
                self.asked[node].append(word)
                if word == "drain" and node in self.short:
                    self.world.agenda.after(LIVES_ON_S, partial(self._end_jobs, node))
            return does(*what)

        setattr(of, name, counted)

    def _watch(self, node):
        """Count what is done to its drive and its override: they are plain fields of the pod."""
        asked = self.asked[node.name]

        class Watched(BootOrder):
            __slots__ = ()

            def __setattr__(self, field, value):
                word = {"drive": "insert" if value else "eject", "target": "override"}.get(field)
                if word and (value != "None" or word != "override") and value != getattr(self, field, value):
                    asked.append(word)
                super().__setattr__(field, value)

        node.order.__class__ = Watched

    def starts_from(self, name):
        """What the next start is from, and what is in the drive."""
        order = self.world.nodes[name].order
        return order.target, order.drive

    def _end_jobs(self, name):
        for number in tuple(self.world.nodes[name].jobs):
            self.world.scheduler.end(self.world.scheduler.jobs[number], "COMPLETED")

    def make(self, name, word):
        """Bring a node to where a row wants it; none of it is counted."""
        world, node = self.world, self.world.nodes[name]
        if word.startswith("job"):
            world.scheduler.start(world.scheduler.submit(TRAIN, world.now_s), [node], world.now_s)
            if word == "job that ends":
                self.short.add(name)
        elif word == "off":
            self.switch(name, on=False)
        else:
            world.scheduler.drain(node, self.mark)
            node.reason_s = self.since_s  # a plan knows when it was given, and another time is another's hand
        self.asked[name].clear()

    def again(self, name, row):
        """As if nothing had been done to the node."""
        node = self.world.nodes[name]
        if row.verb in ("power", "provision"):
            self.switch(name, on="off" not in row.ready)
        if row.verb == "power":
            return
        self._end_jobs(name)
        node.drain, node.reason, node.reason_by = False, "", ""
        for word in row.ready:
            self.make(name, word)

    def switch(self, name, *, on):
        """Up as if it had been so for long, or without power; what was on its way there never comes."""
        node, now_s = self.world.nodes[name], self.world.now_s
        node.power_turn += 1
        node.slurmd_turn += 1
        node.begin_boot(now_s - 60.0)
        node.booted_s = now_s - 30.0
        node.slurmd = node.responding = True
        node.down = False
        node.power = "On" if on else "Off"
        self.asked[name].clear()

    def counts(self, name):
        asked = self.asked[name]
        return {word: asked.count(word) for word in dict.fromkeys(asked)}

    def stands(self, name):
        """What an operator would call its state: closed or not, by whom, power."""
        node = self.world.nodes[name]
        return node.drain, node.reason if node.drain else "", node.power


class Point(Struct, frozen=True):
    """Where the worker dies: after its nth event, or before it, or after its nth line of evidence.

    `again`: the worker that takes it back dies, too, after its nth event.
    """

    after: int = 0
    before: int = 0
    noted: int = 0
    cancel: bool = False
    again: int = 0


class Site:
    """One row on its pod: each point has a node of its own."""

    def __init__(self, row, far, session, config, folder, forkers):
        self.row = row
        self.far = far
        self.session = session
        self.config = config
        self.forkers = forkers
        self.place = Place(journal=folder / "journal.db")
        self.journal = Journal.at(self.place, SystemClock().now)
        self.free = asyncio.Queue()
        every = sorted(far.world.nodes)
        for at in range(0, len(every), row.width):
            self.free.put_nowait(tuple(every[at : at + row.width]))
        self.held = {}
        self.log = None

    @asynccontextmanager
    async def nodes(self):
        """The nodes of one plan, that nobody uses; where there are few, they are brought back and used again."""
        names = await self.free.get()
        yield names
        if self.row.nodes <= 2 * FEW:
            for name in names:
                self.far.again(name, self.row)
            self.free.put_nowait(names)

    def begin(self, names, options=None):
        """A plan for the nodes, in the journal; its id."""
        row = self.row
        options = options or row.options
        holds = self.journal.holds("austin")
        plan = draft(self.session, action(row.verb), Targets("austin", names), "leak", options, holds=holds)
        assert not plan.refused, plan.blockers
        self.journal.begin(plan.operation, ev.Begun(plan=plan, config=self.config, take=plan.nodes))
        return plan.operation

    def counts(self, names):
        return [self.far.counts(name) for name in names]

    async def carry(self, operation, **dies):
        journal = self.place.journal
        log = self.log or journal.with_name(f"{operation}.log")
        return await self.forkers.run("carry", operation, "--journal", str(journal), log=log, **dies)

    async def say(self, word, operation):
        """`megapod ops`, by a process that dies right after its word is on the disk; nothing else of it is done."""
        before = len(self.told(operation))
        words = ["ops", word, operation, "--journal", str(self.place.journal)]
        words += ["--reason", "test"] if word in ("pause", "cancel") else []
        log = self.place.journal.with_name(f"{operation}.{word}.log")
        code = await self.forkers.run(*words, log=log, after=1)
        assert code == -signal.SIGKILL, log.read_text()
        assert WORDS[word] in self.told(operation)[before:]

    async def dies(self, operation, **where):
        """A worker carries it on, and dies there."""
        assert await self.carry(operation, **where) == -signal.SIGKILL, self.told(operation)

    @contextmanager
    def configured(self, *changes):
        """The config says something else for a while."""
        path = Path(self.config)
        text = was = path.read_text()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        path.write_text(text)
        yield
        path.write_text(was)

    def result(self, operation):
        return self.journal.operation(operation).result

    def told(self, operation):
        return [kind_of(entry.event) for entry in self.journal.entries(operation)][1:]

    async def untouched(self):
        """A worker that is left alone: what it writes down, and that it did what the row says."""
        async with self.nodes() as names:
            operation = self.begin(names)
            assert await self.carry(operation) == 0
            assert self.counts(names) == [self.row.far] * len(names)
        told = [kind for kind in self.told(operation) if kind != "noted"]
        assert set(told) == self.row.events
        return told

    async def matrix(self):
        """Every point of the row, as many at once as there are nodes and processes for."""
        told = await self.untouched()
        points = [Point(noted=1), *(Point(after=number) for number in range(len(told) + 1))]
        points += [Point(before=number) for number, kind in enumerate(told, 1) if kind == "applied"]
        cancelled = ("intended", "applied", "ended", "held", "released") if self.row.later else ("intended",)
        points += [Point(after=number, cancel=True) for number, kind in enumerate(told, 1) if kind in cancelled]
        if self.row.later:
            points += [Point(before=number, cancel=True) for number, kind in enumerate(told, 1) if kind == "applied"]
        if self.row.undone:
            first = told.index("ended") + 1
            points += [Point(after=first, cancel=True, again=number) for number in range(1, 6)]
        async with asyncio.timeout(WITHIN_S):
            kinds = await asyncio.gather(*map(self.meet, points), return_exceptions=True)
        for kind in kinds:
            if isinstance(kind, BaseException):
                raise kind
        assert self.row.events | {"begun"} <= set(kinds)

    async def meet(self, point):
        async with self.nodes() as names:
            return await self._die_and_go_on(point, names)

    async def _die_and_go_on(self, point, names):
        """One point: killed there, looked at by nobody, taken up; the kind of event it died at."""
        operation = self.begin(names)
        before = [self.far.stands(name) for name in names]
        if dies := {word: number for word in ("after", "before", "noted") if (number := getattr(point, word))}:
            code = await self.carry(operation, **dies)
            if code != -signal.SIGKILL:
                assert self.told(operation)[-1] == "closed", "it had come to its end before it got there"
                return ""
        told = self.told(operation)
        if "closed" in told:
            assert self.counts(names) == [self.row.far] * len(names), self.result(operation)
            return "closed"
        if point.cancel:
            await self.take_back(operation, names, before, point.again)
        else:
            await self._go_on(operation, names, point)
        return told[-1] if told else "begun"

    async def _go_on(self, operation, names, point):
        told, asked = self.told(operation), self.counts(names)
        self.journal.append(operation, ev.Adopted())
        code = await self.carry(operation)
        outcome = self.result(operation).outcome
        if self.row.untold and told[-1:] == ["intended"]:
            assert (code, outcome, self.counts(names)) == (Exit.PARTIAL, Outcome.UNKNOWN, asked), (point, told)
        else:
            assert (code, outcome) == (0, Outcome.DONE), (point, self.told(operation))
            assert self.counts(names) == [self.row.far] * len(names), (point, self.told(operation))

    async def take_back(self, operation, names, before, again=0):
        """Cancelled where it was cut off: no later step runs, and what it changed is as before.

        Where all of it was done, and none of it can be taken back, it is done and not cancelled.
        """
        asked = self.counts(names)
        done = {node.outcome for node in self.journal.operation(operation).nodes} == {Outcome.DONE}
        said = self.journal.append(operation, ev.Cancelling(why="test"))
        if again:
            await self.dies(operation, after=again)
        await self.carry(operation)
        state = self.journal.operation(operation)
        taken = any(step.startswith(UNDO) for step in state.steps)
        wanted = Outcome.DONE if done and not taken else Outcome.CANCELLED
        assert state.outcome is wanted, (state.result, self.told(operation))
        events = [entry.event for entry in self.journal.entries(operation, said.seq)]
        later = [event.step for event in events if kind_of(event) == "intended"]
        assert all(step.startswith(UNDO) for step in later), later
        for then, now in zip(asked, self.counts(names), strict=True):
            assert all(now.get(word, 0) == then.get(word, 0) for word in {*now} - TAKEN_BACK), (then, now)
        if self.row.undone:
            assert [self.far.stands(name) for name in names] == before
            holds = self.journal.holds("austin")
            assert [_said(holds.get(name)) for name in names] == [_said(self.held.get(name)) for name in names]


def _said(hold):
    """A hold but for who wrote it down when: one that is taken back is made again."""
    return hold and (hold.reason, hold.owner, hold.ticket, hold.until)


@pytest.fixture
async def site(request, tmp_path, forkers):
    """The pod of a row, which is the parameter: in the words of `Row`."""
    row = Row(**request.param)
    async with serve(ServeOptions(racks=1, nodes=row.nodes, gpus=1, speed=row.speed)) as (pod,):
        mark = f"megapod:{OLDER} {user()}: {text_of('leak', '', None) if 'held' in row.ready else 'leak'}"
        far = Far(pod.clock.world(), mark)
        config = tmp_path / "config.toml"
        fast = replace(pod.endpoints, scheduler=replace(pod.endpoints.scheduler, interval_s=0.5))
        _write_config(config, [fast if row.verb == "power" or row.controllers else replace(fast, redfish=())])
        with config.open("a") as file:
            file.write(MORE)
        for name in far.world.nodes:
            for word in row.ready:
                far.make(name, word)
        async with Session(load(str(config))) as session:
            await session.look(30.0)
            site = Site(row, far, session, str(config), tmp_path, forkers)
            if "held" in row.ready:
                site.journal.append(OLDER, ev.Held(pod="austin", nodes=tuple(far.world.nodes), reason="leak"))
                site.held = site.journal.holds("austin")
            yield site
            site.journal.close()
