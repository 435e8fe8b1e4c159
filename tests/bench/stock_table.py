"""A stock Textual DataTable that shows the nodes of a session's pod: what our own table is measured beside."""

import asyncio
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from backends.model.snapshot import Snapshot
from console.state.session import Session
from console.views import nodes

COLUMNS = tuple(column for column in nodes.COLUMNS if column.key != "seen")
"""As the console shows them: an age would tick in every line."""


class Stock(App[None]):
    """The rows of the nodes view, as they are now; each cell that reads otherwise is updated."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: dict[str, list[str]] = {}

    def compose(self):
        yield DataTable(cursor_type="row")

    async def on_mount(self) -> None:
        for column in COLUMNS:
            self.query_one(DataTable).add_column(column.title, key=column.key)
        self.run_worker(self._live())

    async def _live(self) -> None:
        async with self._session as session, asyncio.TaskGroup() as tasks:
            tasks.create_task(session.watch())
            with session.store.watch() as changes:
                async for pods in changes:
                    self._draw(session.store[pods[0]])
                    await asyncio.sleep(0.25)

    def _draw(self, snapshot: Snapshot) -> None:
        table = self.query_one(DataTable)
        for row in nodes.view(snapshot, snapshot.at).rows:
            texts = [cell.text for cell in row.cells[: len(COLUMNS)]]
            old = self._shown.get(row.key)
            if old is None:
                table.add_row(*texts, key=row.key)
            elif old != texts:
                for column, now, was in zip(COLUMNS, texts, old, strict=True):
                    if now != was:
                        table.update_cell(row.key, column.key, now)
            self._shown[row.key] = texts
