"""Where operations leave what they must not forget: the journal, and beside it who carries what, and the logs."""

from pathlib import Path

from msgspec import Struct


class Place(Struct, frozen=True, kw_only=True):
    """A journal and its folder. `shared`: the operators of one host use it together, as one group."""

    journal: Path
    shared: bool = False

    @property
    def running(self) -> Path:
        """The locks of the operations that a process carries."""
        return self.journal.parent / "running"

    @property
    def logs(self) -> Path:
        """What those processes had to say beside the journal."""
        return self.journal.parent / "logs"

    def folder(self, path: Path) -> Path:
        """Make one of its folders: for the group of the journal's folder where it is shared, else for one person."""
        try:
            path.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            return path
        if self.shared:
            path.chmod(0o2770)  # whatever the umask says; setgid hands the group on to each file
        return path


def place(said: str) -> Place:
    """The place a config's `journal` names, or the person's own where it names none.

    A journal that is there already tells by its mode whether a group shares it.
    """
    if said:
        path = Path(said).expanduser()
        return Place(journal=path, shared=True)
    from platformdirs import user_state_path  # 8 ms, and not needed where the config names one

    return Place(journal=user_state_path("megapod") / "journal.db")


def place_of(journal: Path) -> Place:
    """The place of a journal that is there."""
    return Place(journal=journal, shared=bool(journal.stat().st_mode & 0o020))
