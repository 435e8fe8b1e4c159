"""The installed version."""


def version() -> str:
    """As the distribution says it."""
    from importlib.metadata import version as installed  # 20 ms, and only `--version` needs it

    return installed("megapod-console")
