import asyncio
import time

import msgspec
import pytest

from backends.errors import AuthFailed, Malformed, TimedOut, Unreachable, Untrusted
from backends.transport.ssh import CHANNELS, OUTPUT_LIMIT_BYTES, SshShell

pytestmark = pytest.mark.sshd


@pytest.fixture
async def reach():
    """Make shells on a lab's sshd, with some fields of its endpoint changed; they are closed with the test."""
    made = []

    def make(lab, *, clock=time.monotonic, output_limit_bytes=OUTPUT_LIMIT_BYTES, **fields):
        endpoint = msgspec.structs.replace(lab.ssh, **fields)
        made.append(SshShell(endpoint, clock=clock, draw=lambda: 0.0, output_limit_bytes=output_limit_bytes))
        return made[-1]

    yield make
    for shell in made:
        await shell.close()


async def test_arguments_arrive_as_they_were_given(sshd, reach):
    shell = reach(sshd)
    odd = ["a b", "$HOME", "`id`", "'", '"', "", "ü\n\x1b[31m", ";reboot"]
    answer = await shell.run(["printf", "%s\\0", *odd])
    assert answer.stdout.split("\0")[:-1] == odd
    await shell.close()
    await shell.close()


async def test_the_cipher_that_costs_least_unless_ssh_config_has_chosen(sshd, reach, tmp_path):
    chosen = tmp_path / "ssh_config"
    chosen.write_text("Ciphers aes256-ctr\n")
    ciphers = []
    for shell in (reach(sshd), reach(sshd, config=str(chosen))):
        link = await shell.link()
        ciphers.append(link.connection.get_extra_info("send_cipher"))
    assert ciphers == ["aes256-gcm@openssh.com", "aes256-ctr"]


async def test_statuses_and_signals_are_answers(sshd, reach):
    shell = reach(sshd)
    assert (await shell.run(["sh", "-c", "echo out; echo err >&2; exit 3"])).status == 3
    assert (await shell.run(["sh", "-c", "kill -9 $$"])).status == 128 + 9
    assert (await shell.run(["printf", "\\377"])).stdout == "\ufffd"


async def test_many_callers_share_one_connection_and_its_sessions(sshd, reach):
    shell = reach(sshd)
    answers = await asyncio.gather(*(shell.run(["sh", "-c", "echo $SSH_CONNECTION"]) for _ in range(5 * CHANNELS)))
    assert len({answer.stdout for answer in answers}) == 1
    assert all(answer.status == 0 for answer in answers)


async def test_a_slow_command_is_given_up_and_the_connection_stays(sshd, reach):
    shell = reach(sshd)
    before = (await shell.run(["sh", "-c", "echo $SSH_CONNECTION"])).stdout
    with pytest.raises(TimedOut, match=r"`sleep` did not finish within 0.2 s"):
        await shell.run(["sleep", "30"], timeout_s=0.2)
    assert (await shell.run(["sh", "-c", "echo $SSH_CONNECTION"])).stdout == before


async def test_commands_that_hang_do_not_use_up_the_sessions(sshd, reach):
    shell = reach(sshd)
    for _ in range(6):
        hung = [shell.run(["sleep", "30"], timeout_s=0.3) for _ in range(CHANNELS)]
        assert {type(answer) for answer in await asyncio.gather(*hung, return_exceptions=True)} == {TimedOut}
    answers = await asyncio.gather(*(shell.run(["true"]) for _ in range(CHANNELS)))
    assert all(answer.status == 0 for answer in answers)


async def test_a_flood_of_output_is_refused(sshd, reach):
    shell = reach(sshd, output_limit_bytes=1_000_000)
    with pytest.raises(Malformed, match="more than 1000000 bytes"):
        await shell.run(["cat", "/dev/zero"])
    assert (await shell.run(["true"])).status == 0


async def test_sshd_killed_mid_command_is_one_line_and_the_next_run_connects_anew(sshd, reach, eventually):
    shell = reach(sshd)
    running = asyncio.create_task(shell.run(["env", "A=1", "sleep", "60"]))

    async def started():
        return (await shell.run(["pgrep", "-f", "^sleep 60"])).status == 0

    await eventually(started)
    sshd.ctl("kill", "sshd")
    with pytest.raises(Unreachable, match="connection lost while running sleep") as lost:
        await running
    assert "\n" not in str(lost.value)
    sshd.ctl("start", "sshd")
    assert (await shell.run(["true"])).status == 0


async def test_a_changed_host_key_names_the_file_and_the_remedy(sshd, reach):
    sshd.ctl("rekey", "sshd")
    shell = reach(sshd)
    with pytest.raises(Untrusted, match="not the one in") as changed_key:
        await shell.run(["true"])
    assert f"ssh-keygen -f {sshd.ssh.known_hosts} -R '[{sshd.ssh.host}]:{sshd.ssh.port}'" in str(changed_key.value)


async def test_an_unknown_host_is_told_from_a_changed_one(sshd, reach, tmp_path):
    shell = reach(sshd, known_hosts=str(tmp_path / "none"))
    with pytest.raises(Untrusted, match="host key is unknown"):
        await shell.run(["true"])


async def test_ssh_config_cannot_switch_the_check_off(sshd, reach, tmp_path):
    config = tmp_path / "config"
    config.write_text("Host *\n  UserKnownHostsFile none\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking no\n")
    shell = reach(sshd, known_hosts="", config=str(config))
    with pytest.raises(Untrusted):
        await shell.run(["true"])


async def test_broken_lines_in_known_hosts_do_not_matter(sshd, reach, tmp_path):
    known = tmp_path / "known_hosts"
    good = (sshd.folder / "ssh" / "known_hosts").read_text()
    known.write_text(f"@nonsense {sshd.ssh.host} x\n{sshd.ssh.host}\n|1|bad|hash ssh-rsa AAAA\n{good}")
    shell = reach(sshd, known_hosts=str(known))
    assert (await shell.run(["true"])).status == 0


async def test_a_wrong_key_is_refused_once_and_then_not_tried_again(sshd, reach, eventually):
    now = [0.0]
    shell = reach(sshd, identity=str(sshd.folder / "ssh" / "id_stranger"), clock=lambda: now[0])
    log = sshd.folder / "log" / "sshd.log"

    def logins(count):
        async def ask():
            return log.read_text().count("authenticating user root") == count

        return ask

    for at in (0.0, 10.0, 29.0):
        now[0] = at
        with pytest.raises(AuthFailed, match="does not accept any of our keys for user root"):
            await shell.run(["true"])
    await eventually(logins(1))
    now[0] = 31.0
    with pytest.raises(AuthFailed):
        await shell.run(["true"])
    await eventually(logins(2))


async def test_a_stopped_sshd_is_refused_until_the_next_attempt_is_due(sshd, reach):
    now = [0.0]
    shell = reach(sshd, clock=lambda: now[0])
    sshd.ctl("stop", "sshd")
    with pytest.raises(Unreachable, match="connection refused"):
        await shell.run(["true"])
    sshd.ctl("start", "sshd")
    with pytest.raises(Unreachable, match="connection refused"):
        await shell.run(["true"])
    now[0] = 0.6
    assert (await shell.run(["true"])).status == 0


async def test_a_hung_sshd_times_out_and_says_that_it_accepted(sshd, reach):
    sshd.ctl("pause", "sshd")
    shell = reach(sshd, connect_timeout_s=0.5)
    began = time.monotonic()
    with pytest.raises(TimedOut, match=r"accepts connections but does not answer within 0.5 s"):
        await shell.run(["true"])
    assert time.monotonic() - began < 2.0
    sshd.ctl("cont", "sshd")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"port": 1}, "connection refused"),
        ({"host": "no-such-host.invalid"}, "the host name is unknown"),
        ({"identity": "/nowhere/id"}, "/nowhere/id does not exist"),
        ({"config": "/nowhere/config"}, "/nowhere/config does not exist"),
    ],
)
async def test_settings_that_lead_nowhere_are_named(sshd, reach, fields, words):
    with pytest.raises(Unreachable, match=words):
        await reach(sshd, **fields).run(["true"])


async def test_a_bad_ssh_config_is_named_with_its_line(sshd, reach, tmp_path):
    config = tmp_path / "config"
    config.write_text("Host *\n  Port twenty\n")
    with pytest.raises(Unreachable, match=r"ssh_config: .*line 2"):
        await reach(sshd, config=str(config)).run(["true"])


async def test_an_alias_and_a_jump_come_from_ssh_config(sshd, reach, tmp_path):
    config = tmp_path / "config"
    common = f"""
      Port {sshd.ssh.port}
      User root
      IdentityFile {sshd.ssh.identity}
      UserKnownHostsFile {sshd.ssh.known_hosts}
      HostKeyAlias {sshd.ssh.host}
    """
    # Only the gate knows the name lab-head: whoever gets there came through it.
    config.write_text(
        f"Host head\n ProxyJump gate\nHost head direct\n HostName lab-head\n{common}"
        f"Host gate\n HostName {sshd.ssh.host}\n{common}"
    )
    alias = {"port": None, "user": "", "identity": "", "known_hosts": "", "config": str(config)}
    with pytest.raises(Unreachable, match="name is unknown"):
        await reach(sshd, host="direct", **alias).run(["true"])
    shell = reach(sshd, host="head", **alias)
    assert (await shell.run(["hostname"])).stdout == "lab-head\n"


async def test_an_untrusted_jump_host_is_not_used(sshd, reach, tmp_path):
    (tmp_path / "known_hosts").write_text("")
    shell = reach(sshd, jump=f"root@{sshd.ssh.host}:{sshd.ssh.port}", known_hosts=str(tmp_path / "known_hosts"))
    with pytest.raises(Untrusted, match="jump host"):
        await shell.run(["true"])
