"""Who carries an operation: the process that holds its lock. The kernel lets go of it, however the process ends.

The lock is an flock on `running/<operation>.lock`; who it is stands inside, for people. It can be handed to a child
as an open file, so that there is no moment in which nobody carries what has just begun.
"""

import fcntl
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from console.operations.event import Actor
from console.operations.journal_error import JournalError
from console.operations.place import Place

_TRIES = 20
_PAUSE_S = 0.02
_LONGEST = 4096


class Holder(Struct, frozen=True):
    """Who carries an operation, and since when; by its own word. An unknown one has not said yet."""

    actor: Actor
    since: datetime | None = None

    def __str__(self) -> str:
        """One line for a person."""
        if self == _UNKNOWN:
            return "a process that has not said who it is"
        return f"process {self.actor.pid} of {self.actor.user} on {self.actor.host}"


_UNKNOWN = Holder(Actor(user="?", host="?", pid=0))


class Lock:
    """The lock of one operation, held. `descriptor` is the open file: who inherits it holds the lock, too."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.descriptor = descriptor
        self._path = path

    def sign(self, who: Actor, now: datetime) -> None:
        """Say who we are."""
        data = msgspec.json.encode(Holder(who, now))
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, data, 0)

    def hand_over(self) -> None:
        """Close our copy; a child that inherited the file holds the lock on."""
        os.close(self.descriptor)

    def release(self) -> None:
        """Let go, and leave no file behind."""
        self._path.unlink(missing_ok=True)
        os.close(self.descriptor)


def take(place: Place, operation: str, pause: Callable[[float], None] = time.sleep) -> Lock | None:
    """The lock, or None where somebody else carries the operation. Raises JournalError where there can be none."""
    path = _path(place, operation)
    try:
        place.folder(place.running)
        for left in range(_TRIES, -1, -1):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            if _locked(descriptor, fcntl.LOCK_EX):
                if _still(path, descriptor):
                    if place.shared and os.fstat(descriptor).st_uid == os.geteuid():
                        os.fchmod(descriptor, 0o660)
                    return Lock(path, descriptor)
                os.close(descriptor)  # its last holder took the file away meanwhile
                continue
            os.close(descriptor)
            if left:  # it may be somebody who only looks: that takes microseconds
                pause(_PAUSE_S)
    except OSError as error:
        raise JournalError(f"{path}: cannot be locked: {error.strerror}") from error
    return None


def inherited(place: Place, operation: str, descriptor: int) -> Lock:
    """The lock that our parent took for us. Raises JournalError where the file is not that."""
    path = _path(place, operation)
    try:
        good = _still(path, descriptor) and _locked(descriptor, fcntl.LOCK_EX)
        os.set_inheritable(descriptor, False)
    except OSError as error:
        raise JournalError(f"{path}: no lock was handed to us: {error.strerror}") from error
    if not good:
        raise JournalError(f"{path}: what was handed to us is not its lock")
    return Lock(path, descriptor)


def carried(place: Place, operation: str) -> Holder | None:
    """Who carries the operation now; None when nobody does."""
    path = _path(place, operation)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except PermissionError:
        return _UNKNOWN  # made by another user just now: its mode for the group comes a moment later
    except OSError as error:
        raise JournalError(f"{path}: cannot tell who carries it: {error.strerror}") from error
    try:
        if _locked(descriptor, fcntl.LOCK_SH):
            return None
        return _holder(os.pread(descriptor, _LONGEST, 0))
    finally:
        os.close(descriptor)


def _path(place: Place, operation: str) -> Path:
    if not operation.replace("-", "").isalnum():
        raise JournalError(f"{operation!r} is no operation")
    return place.running / f"{operation}.lock"


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still(path: Path, descriptor: int) -> bool:
    """Whether the open file is the one that stands under the name."""
    ours = os.fstat(descriptor)
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


def _holder(data: bytes) -> Holder:
    try:
        return msgspec.json.decode(data, type=Holder)
    except msgspec.MsgspecError:
        return _UNKNOWN
