"""The only writer of stdout. Data, never a remark; no colour and no cursor movement, whatever it is piped to."""

import asyncio
import os
import stat
import sys

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.form import TABLE, Form, document_text, json_text
from console.headless.table import Table, terminal_width
from console.views.cell import View

API_VERSION = "megapod/v1"


def write(text: str) -> None:
    """One piece of data, flushed, in UTF-8 whatever the locale: what a script reads must not depend on it.

    A reader that left (`| head`), or a stdout that was closed from the start, is not an error: the rest is dropped.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(errors="replace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python would complain once more at exit, when it flushes; give it somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Stop(Exit.FAILED, f"stdout cannot be written: {error.strerror}") from error


async def left() -> None:
    """Wait until nobody reads stdout any more: for ever, unless it is a pipe. Who follows must not outlive its reader.

    The end that writes to a pipe becomes "readable" by one thing only, the error that its reader is gone.
    """
    gone = asyncio.Event()
    if sys.stdout is None or not stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
        await gone.wait()
    loop = asyncio.get_running_loop()
    descriptor = sys.stdout.fileno()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)


def write_json(value: object, *, indent: bool = True) -> None:
    """A value as JSON."""
    write(json_text(value, indent=indent))


def write_document(value: object, form: Form) -> None:
    """A value in one of the forms of a document. Raises Stop where a path leads to nothing that it could ever have."""
    text = document_text(value, form)
    if form.path is not None and not text:
        from console.headless.path_check import refuse  # every kind there is: for slips alone

        refuse(form, str(value["kind"] if isinstance(value, dict) else getattr(value, "kind", "")))
    write(text)


def write_table(view: View, form: Form = TABLE) -> None:
    """A view as a table of aligned columns. On a terminal the least important columns go when they do not fit."""
    if view.rows:
        width = None if form.name == "wide" else terminal_width()
        write("".join(f"{line}\n" for line in Table(width).lines(view)))
