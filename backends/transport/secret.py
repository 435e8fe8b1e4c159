"""Finds the password a config points at: a command's first line, a variable, or the keyring."""

import asyncio
import os

from backends.clean import clean
from backends.errors import AuthFailed
from backends.model.endpoint import SecretRef
from backends.model.secret import Secret

COMMAND_TIMEOUT_S = 30.0


async def resolve(ref: SecretRef, *, where: str, user: str) -> Secret:
    """The password for `user` at `where`. Raises AuthFailed with what to do; the value appears in no message."""
    if ref.password_command:
        return await _from_command(ref.password_command, where)
    if ref.password_env:
        value = os.environ.get(ref.password_env)
        if not value:
            raise AuthFailed(
                f"the variable {ref.password_env} that holds the password is {'not set' if value is None else 'empty'}",
                where=where,
                remedy=f"export {ref.password_env} before starting megapod",
            )
        return Secret(value)
    if ref.password_keyring:
        return await _from_keyring(ref.password_keyring, user, where)
    return Secret("")


async def _from_command(argv: tuple[str, ...], where: str) -> Secret:
    remedy = f"run `{argv[0]} …` by hand and see; its first line must be the password"
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        raise AuthFailed(f"password_command cannot be run: {error.strerror}", where=where, remedy=remedy) from None
    try:
        output, _ = await asyncio.wait_for(process.communicate(), COMMAND_TIMEOUT_S)
    except TimeoutError:
        raise AuthFailed(
            f"password_command gave no password in {COMMAND_TIMEOUT_S:.0f} s", where=where, remedy=remedy
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise AuthFailed(f"password_command ended with status {process.returncode}", where=where, remedy=remedy)
    line = output.decode(errors="replace").split("\n", 1)[0].rstrip("\r")
    if not line:
        raise AuthFailed("password_command printed nothing", where=where, remedy=remedy)
    return Secret(line)


async def _from_keyring(service: str, user: str, where: str) -> Secret:
    import keyring  # 0.1 s, and only for those who use one
    from keyring.errors import KeyringError

    remedy = f"store it with `keyring set {service} {user}`"
    try:
        value = await asyncio.to_thread(keyring.get_password, service, user)
    except KeyringError as error:
        raise AuthFailed(f"the keyring does not answer: {clean(str(error))}", where=where, remedy=remedy) from None
    if not value:
        raise AuthFailed(f"the keyring has no password for {user!r} under {service!r}", where=where, remedy=remedy)
    return Secret(value)
