"""The crash matrix: a worker is killed at every event of every kind of plan, taken up, and nothing happens twice.

The worker is a process of its own that SIGKILLs itself (`dying.py`) right after an event is on the disk, and, where
an effect has just happened, right before its record is. It works over real SSH and TLS Redfish on a simulated pod, and
what happened is counted there. Each point is taken up to go on, and again to be cancelled. A kind of plan is one row.
"""

import asyncio
import signal
from contextlib import asynccontextmanager
from functools import partial

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


class Row(Struct, frozen=True, kw_only=True):
    """A kind of plan: what is asked for, how its node is before (`ready`), and what happens at the far side, once.

    `undone`: cancelled, its node is as it was; where it is not, what has happened stays so. `events` are the kinds
    that its worker writes down: at each of them it is killed at least once. `nodes`: one for each point, or FEW where
    they can be brought back: a worker that asks the controllers asks for each of them. `width`: nodes of each plan.
    `controllers`: it needs them. `untold`: nothing tells whether its effect has happened, so that it ends UNKNOWN
    where it was cut off at that, and is never done again.
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
    speed: float = SPEED
    events: frozenset[str] = frozenset({"started", "intended", "applied", "ended", "closed"})


HOLDS = frozenset({"started", "intended", "held", "applied", "ended", "closed"})
RELEASES = frozenset({"started", "intended", "released", "applied", "ended", "closed"})
ROWS = {
    "drain finish": Row(verb="drain", ready=("job that ends",), nodes=FEW, far={"drain": 1}),
    "cordon": Row(verb="cordon", ready=("job",), far={"drain": 1}),
    "resume": Row(verb="resume", ready=("drained",), far={"resume": 1}, undone=False),
    "hold": Row(verb="hold", options=Options(ticket="OPS-1"), far={"drain": 1}, events=HOLDS),
    "release": Row(verb="release", ready=("held",), far={"drain": 1}, events=RELEASES),
    "release back": Row(
        verb="release", ready=("held",), options=Options(back=True), far={"resume": 1}, undone=False, events=RELEASES
    ),
    "power cycle": Row(
        verb="power", nodes=FEW, options=Options(power="cycle"), far={"ForceOff": 1, "On": 1}, undone=False
    ),
    "power reset": Row(verb="power", nodes=FEW, options=Options(power="reset"), far={"ForceRestart": 1}, undone=False),
    "power shut-down": Row(
        verb="power", nodes=FEW, options=Options(power="shut-down"), far={"GracefulShutdown": 1}, undone=False
    ),
    "power nmi": Row(verb="power", nodes=FEW, options=Options(power="nmi"), far={"Nmi": 1}, undone=False, untold=True),
    "drain requeue, in turn": Row(
        verb="drain",
        ready=("job",),
        options=Options(mode="requeue", at_once=1),
        nodes=2 * FEW,
        width=2,
        far={"drain": 1, "requeue": 1},
    ),
    "hold what is drained": Row(verb="hold", ready=("drained",), far={"drain": 1}, events=HOLDS),
    "resume with gate": Row(
        verb="resume",
        ready=("drained",),
        options=Options(gate="burn-in"),
        nodes=FEW,
        far={"resume": 1},
        undone=False,
        controllers=True,
    ),
}
PROVISION = Row(
    verb="provision",
    options=Options(profile="disc"),
    nodes=FEW,
    far={"drain": 1, "insert": 1, "override": 1, "ForceOff": 1, "On": 1, "eject": 1, "resume": 1},
    undone=False,
    controllers=True,
    speed=60.0,
)
"""A plan of so many steps that a worker for each point would take minutes: it is killed again and again on its way."""
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
        log = journal.with_name(f"{operation}.log")
        return await self.forkers.run("carry", operation, "--journal", str(journal), log=log, **dies)

    async def say(self, word, operation):
        """`megapod ops`, by a process that dies right after its word is on the disk; nothing else of it is done."""
        before = len(self.told(operation))
        journal = str(self.place.journal)
        log = self.place.journal.with_name(f"{operation}.{word}.log")
        code = await self.forkers.run("ops", word, operation, "--journal", journal, log=log, after=1)
        assert code == -signal.SIGKILL, log.read_text()
        assert WORDS[word] in self.told(operation)[before:]

    def told(self, operation):
        return [kind_of(entry.event) for entry in self.journal.entries(operation)][1:]


@pytest.fixture(params=ROWS.values(), ids=ROWS)
async def site(request, tmp_path, forkers):
    row = request.param
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


async def untouched(site):
    """A worker that is left alone: what it writes down, and that it did what the row says."""
    async with site.nodes() as names:
        operation = site.begin(names)
        assert await site.carry(operation) == 0
        assert site.counts(names) == [site.row.far] * len(names)
    told = [kind for kind in site.told(operation) if kind != "noted"]
    assert set(told) == site.row.events
    return told


async def meet(site, point):
    async with site.nodes() as names:
        return await die_and_go_on(site, point, names)


async def die_and_go_on(site, point, names):
    """One point: killed there, looked at by nobody, taken up; the kind of event it died at."""
    operation = site.begin(names)
    before = [site.far.stands(name) for name in names]
    if dies := {word: number for word in ("after", "before", "noted") if (number := getattr(point, word))}:
        code = await site.carry(operation, **dies)
        if code != -signal.SIGKILL:
            assert site.told(operation)[-1] == "closed", "it had come to its end before it got there"
            return ""
    told = site.told(operation)
    if "closed" in told:
        assert site.counts(names) == [site.row.far] * len(names), site.journal.operation(operation).result
        return "closed"
    if point.cancel:
        await take_back(site, operation, names, before, point.again)
    else:
        asked = site.counts(names)
        site.journal.append(operation, ev.Adopted())
        code = await site.carry(operation)
        outcome = site.journal.operation(operation).result.outcome
        if site.row.untold and told[-1:] == ["intended"]:
            assert (code, outcome, site.counts(names)) == (Exit.PARTIAL, Outcome.UNKNOWN, asked), (point, told)
        else:
            assert (code, outcome) == (0, Outcome.DONE), (point, site.told(operation))
            assert site.counts(names) == [site.row.far] * len(names), (point, site.told(operation))
    return told[-1] if told else "begun"


async def take_back(site, operation, names, before, again):
    """Cancelled where it was cut off: no later step runs, and what it changed is as before."""
    asked = site.counts(names)
    said = site.journal.append(operation, ev.Cancelling(why="test"))
    if again:
        assert await site.carry(operation, after=again) == -signal.SIGKILL
    await site.carry(operation)
    state = site.journal.operation(operation)
    assert state.result.outcome is Outcome.CANCELLED, (state.result, site.told(operation))
    later = [
        entry.event.step for entry in site.journal.entries(operation, said.seq) if kind_of(entry.event) == "intended"
    ]
    assert all(step.startswith(UNDO) for step in later), later
    for then, now in zip(asked, site.counts(names), strict=True):
        assert all(now.get(word, 0) == then.get(word, 0) for word in {*now} - TAKEN_BACK), (then, now)
    if site.row.undone:
        assert [site.far.stands(name) for name in names] == before
        holds = site.journal.holds("austin")
        assert [said_of(holds.get(name)) for name in names] == [said_of(site.held.get(name)) for name in names]


def said_of(hold):
    """A hold but for who wrote it down when: one that is taken back is made again."""
    return hold and (hold.reason, hold.owner, hold.ticket, hold.until)


async def test_killed_at_any_event_it_goes_on_and_nothing_happens_twice(site):
    told = await untouched(site)
    points = [Point(noted=1), *(Point(after=number) for number in range(len(told) + 1))]
    points += [Point(before=number) for number, kind in enumerate(told, 1) if kind == "applied"]
    points += [
        Point(after=number, cancel=True)
        for number, kind in enumerate(told, 1)
        if kind in ("intended", "applied", "ended", "held", "released")
    ]
    points += [Point(before=number, cancel=True) for number, kind in enumerate(told, 1) if kind == "applied"]
    if site.row.undone:
        first = told.index("ended") + 1
        points += [Point(after=first, cancel=True, again=number) for number in range(1, 6)]
    async with asyncio.timeout(WITHIN_S):
        kinds = await asyncio.gather(*(meet(site, point) for point in points), return_exceptions=True)
    for kind in kinds:
        if isinstance(kind, BaseException):
            raise kind
    assert site.row.events | {"begun"} <= set(kinds)


WORDS = {"pause": "paused", "resume": "continued", "adopt": "adopted", "retry": "retried"}
IN_TURN = pytest.mark.parametrize("site", [ROWS["drain requeue, in turn"]], ids=["in turn"], indirect=True)


@IN_TURN
async def test_who_pauses_resumes_and_adopts_dies_at_each_word_and_nothing_happens_twice(site):
    """Each word is taken up by the next process, or heard by a worker that lives."""

    async def point(looks, goes_on, **dies):
        async with site.nodes() as names:
            operation = site.begin(names)
            assert await site.carry(operation, **dies) == -signal.SIGKILL
            asked = site.counts(names)
            await site.say("pause", operation)
            await looks(operation)
            assert site.counts(names) == asked, "paused, it does nothing"
            assert await goes_on(operation) == Exit.DONE
            assert site.counts(names) == [site.row.far] * len(names), site.told(operation)

    async def beside(word, operation):
        begun, worker = site.told(operation).count("started"), asyncio.create_task(site.carry(operation))
        while site.told(operation).count("started") == begun and not worker.done():  # noqa: ASYNC110 - tells nobody here
            await asyncio.sleep(0.05)
        await site.say(word, operation)
        return await worker

    async def cut_off(operation):
        assert await site.carry(operation, noted=1) == -signal.SIGKILL

    async def let_go(operation):
        assert await beside("adopt", operation) == Exit.CONFLICT

    async def taken_up(operation):
        await site.say("resume", operation)
        await site.say("adopt", operation)
        return await site.carry(operation)

    points = [(cut_off, taken_up, {"after": 1}), (cut_off, taken_up, {"before": 3}), (let_go, taken_up, {"before": 6})]
    points += [(let_go, partial(beside, "resume"), {"at": "intended"})]
    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(*(point(looks, goes_on, **dies) for looks, goes_on, dies in points))


@IN_TURN
async def test_killed_as_it_trips_and_as_it_is_retried_it_goes_on_and_nothing_happens_twice(site):
    """Another hand gives the first node back on its way: the second one's turn never comes, until it is retried."""
    scheduler, nodes = site.far.world.scheduler, site.far.world.nodes
    requeue, first = scheduler.requeue, set()

    def given_back(job):
        names = job.nodes
        requeue(job)
        for name in first.intersection(names):
            nodes[name].drain = False

    scheduler.requeue = given_back

    async def point(**dies):
        async with site.nodes() as names:
            first.add(names[0])
            operation = site.begin(names, replace(site.row.options, stop_after=0))
            assert await site.carry(operation, at="tripped") == -signal.SIGKILL
            assert site.told(operation)[-1] == "tripped"
            asked = site.counts(names)
            assert asked == [site.row.far, {"drain": 1}]
            await site.say("adopt", operation)
            assert await site.carry(operation) != Exit.DONE
            result = site.journal.operation(operation).result
            assert (result.outcome, result.text[:9]) == (Outcome.FAILED, "stopped: ")
            assert site.counts(names) == asked
            nodes[names[0]].drain = True
            await site.say("retry", operation)
            if dies:
                assert await site.carry(operation, **dies) == -signal.SIGKILL
            assert await site.carry(operation) == Exit.DONE
            assert site.counts(names) == [site.row.far] * len(names), site.told(operation)
            first.discard(names[0])

    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(point(), point(at="intended"), point(at="applied"))


PROVISIONING = pytest.mark.parametrize("site", [PROVISION], ids=["provision"], indirect=True)


@PROVISIONING
async def test_a_provisioning_whose_every_worker_dies_gets_there_and_nothing_happens_twice(site):
    """One worker after the other: each gets two events further, or dies before the record of what it has done."""

    async def march(**dies):
        died_at = set()
        async with site.nodes() as names:
            operation = site.begin(names)
            while (code := await site.carry(operation, **dies)) == -signal.SIGKILL:
                died_at |= {[kind for kind in site.told(operation) if kind != "noted"][-1]}
                site.journal.append(operation, ev.Adopted())
            result = site.journal.operation(operation).result
            assert (code, result.outcome) == (0, Outcome.DONE), result
            assert site.counts(names) == [site.row.far], site.told(operation)
            assert [site.far.starts_from(name) for name in names] == [("None", "")]
        return died_at

    async with asyncio.timeout(WITHIN_S):
        after, before = await asyncio.gather(march(after=3), march(before=3))
    assert after >= {"intended", "applied"}
    assert "intended" in before, "the effect has happened, and nothing says so"


@PROVISIONING
async def test_a_provisioning_cancelled_after_a_death_starts_nothing_more_and_takes_back_what_it_prepared(site):
    told = await untouched(site)

    async def point(number):
        async with site.nodes() as names:
            operation, (name,) = site.begin(names), names
            before = [site.far.stands(name)]
            assert await site.carry(operation, before=number) == -signal.SIGKILL
            await take_back(site, operation, names, before, 0)
            assert site.far.starts_from(name) == ("None", "")
            off = site.journal.operation(operation).progress(f"power-off/{name}", name)
            switched = off is not None and off.tries > 0
            given_back = site.journal.operation(operation).progress(f"resume/{name}", name) is not None
            assert site.far.world.nodes[name].drain is (switched and not given_back)
            return switched

    async with asyncio.timeout(WITHIN_S):
        points = [number for number, kind in enumerate(told, 1) if kind == "applied"]
        assert set(await asyncio.gather(*map(point, points))) == {True, False}
