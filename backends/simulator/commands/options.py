"""Command line options of squeue and sinfo: short ones that may be bundled, long ones with `=` or a word after."""

from msgspec import Struct


class OptionError(ValueError):
    """An option the command does not have: the line real Slurm's getopt writes."""


class Options(Struct, frozen=True):
    """Options by their long name: "" where none takes a value."""

    values: dict[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def get(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return self.values.get(name, default)

    def words(self, name: str) -> list[str]:
        """The value of an option, split at commas."""
        return [word for word in self.get(name).split(",") if word]


def read_options(command: str, words: list[str], flags: dict[str, str], valued: dict[str, str]) -> Options:
    """Read options; `flags` and `valued` map a short letter to its long name. Raises OptionError.

    `--json` takes a value only behind `=`, as getopt's optional arguments do.
    """
    values: dict[str, str] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word.startswith("--"):
            name, given, value = word[2:].partition("=")
            if name in valued.values():
                values[name] = value if given else _next(command, name, queue)
            elif name in flags.values() or name == "json":
                values[name] = value
            else:
                raise OptionError(f"{command}: unrecognized option '--{name}'")
        elif word.startswith("-") and len(word) > 1:
            letter, rest = word[1], word[2:]
            if letter in valued:
                values[valued[letter]] = rest or _next(command, letter, queue)
            elif letter in flags:
                values[flags[letter]] = ""
                if rest:
                    queue.insert(0, f"-{rest}")
            else:
                raise OptionError(f"{command}: invalid option -- '{letter}'")
        else:
            raise OptionError(f"{command}: unrecognized argument '{word}'")
    return Options(values)


def _next(command: str, name: str, queue: list[str]) -> str:
    if not queue:
        raise OptionError(f"{command}: option requires an argument -- '{name}'")
    return queue.pop(0)
