import asyncio
import os
import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from backends.errors import AuthFailed
from backends.model.endpoint import SecretRef
from backends.transport import secret
from backends.transport.secret import resolve

VALUE = "hunter2"


async def found(**ref):
    return await resolve(SecretRef(**ref), where="https://bmc", user="root")


async def refused(**ref):
    with pytest.raises(AuthFailed) as caught:
        await found(**ref)
    assert VALUE not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.where == "https://bmc"
    assert caught.value.remedy
    return str(caught.value)


def python(code):
    return (sys.executable, "-c", code)


async def test_a_command_gives_its_first_line(capfd):
    password = await found(
        password_command=python(f"import sys; print('{VALUE}\\r\\nuser: root'); print('x', file=sys.stderr)")
    )
    assert password.reveal() == VALUE
    assert VALUE not in repr(password)
    assert capfd.readouterr() == ("", ""), "its chatter stays off the screen"


async def test_a_command_is_not_a_shell_line():
    assert (await found(password_command=("echo", "$(id) ; `id`"))).reveal() == "$(id) ; `id`"


async def test_a_command_that_reads_gets_nothing_to_read():
    assert "status 1" in await refused(password_command=python("print(input('password: '))"))


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (python("pass"), "printed nothing"),
        (python(f"print(); print('{VALUE}')"), "printed nothing"),
        (python(f"print('{VALUE}'); raise SystemExit(3)"), "status 3"),
        (("/nonexistent/pass",), "cannot be run"),
    ],
)
async def test_a_command_that_fails_says_how(argv, says):
    assert says in await refused(password_command=argv)


@pytest.fixture
def hanging(tmp_path):
    """A command that writes its process id and hangs; `pid()` waits until it has."""
    noted = tmp_path / "pid"

    class Hanging:
        # The command under test must hang: it is ended by us, which is what this shows.
        argv = python(f"import os,time; open({str(noted)!r},'w').write(f'{{os.getpid()}}.'); time.sleep(600)")

        async def pid(self):
            async with asyncio.timeout(20):
                while not (noted.exists() and noted.read_text().endswith(".")):  # noqa: ASYNC110 - another process writes
                    await asyncio.sleep(0.01)
            return int(noted.read_text()[:-1])

    return Hanging()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_command_that_hangs_is_ended(monkeypatch, hanging):
    monkeypatch.setattr(secret, "COMMAND_TIMEOUT_S", 1.0)
    assert "gave no password in 1 s" in await refused(password_command=hanging.argv)
    assert not alive(await hanging.pid())


async def test_a_cancelled_look_up_ends_its_command(hanging):
    look = asyncio.create_task(found(password_command=hanging.argv))
    pid = await hanging.pid()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert not alive(pid)


async def test_a_variable_is_read_and_an_unset_or_empty_one_is_refused(monkeypatch):
    monkeypatch.setenv("BMC_PASSWORD", VALUE)
    assert (await found(password_env="BMC_PASSWORD")).reveal() == VALUE
    monkeypatch.setenv("BMC_PASSWORD", "")
    assert "BMC_PASSWORD that holds the password is empty" in await refused(password_env="BMC_PASSWORD")
    monkeypatch.delenv("BMC_PASSWORD")
    assert "is not set" in await refused(password_env="BMC_PASSWORD")


class Memory(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return VALUE if (service, username) == ("megapod", "root") else None

    def set_password(self, *_):
        raise AssertionError("megapod stores no password")


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


async def test_the_keyring_is_asked_by_service_and_user(ring):
    ring(Memory())
    assert (await found(password_keyring="megapod")).reveal() == VALUE
    assert "no password for 'root' under 'other'" in await refused(password_keyring="other")


@pytest.mark.parametrize(("backend", "says"), [(null.Keyring, "has no password"), (fail.Keyring, "does not answer")])
async def test_a_keyring_that_is_none_says_what_to_do(ring, backend, says):
    ring(backend())
    text = await refused(password_keyring="megapod")
    assert says in text
    assert "keyring set megapod root" in text


async def test_nothing_asked_for_is_an_empty_secret():
    assert not await found()
