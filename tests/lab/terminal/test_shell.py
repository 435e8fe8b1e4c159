"""`s`: the system's own ssh in the terminal's place, on a real sshd, and the console again afterwards as it was."""

import json

import pytest

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]
READ_S = 30.0


def configured(pod, folder, via, host, port):
    """The lab's pod as a config file. Every node's name is an alias in an ssh_config for one host and port."""
    path, aliases = folder / "config.toml", folder / "ssh_config"
    aliases.write_text(f"Host gpu*\n  HostName {host}\n  Port {port}\n")
    nodes = {"via": via, "config": str(aliases)}
    keys = ("host", "port", "user", "identity", "known_hosts")
    tables = {"ssh": {key: getattr(pod.ssh, key) for key in keys}, "node_ssh": nodes}
    path.write_text(
        f"journal = {json.dumps(str(folder / 'journal.db'))}\n"
        + "".join(
            f"[pods.lab.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
            for name, table in tables.items()
        )
    )
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("via", ["head", "direct"])
def test_a_shell_on_a_node_and_back(pod, tmp_path, terminals, via):
    # The lab has one sshd, the head's: it stands for the node, reached through itself or directly.
    config = configured(pod, tmp_path, via, pod.ssh.host, pod.ssh.port)
    terminal = terminals("-m", "console", MEGAPOD_CONFIG=config, TERM="tmux-256color")
    terminal.press("5")
    terminal.shows("gpu016", within_s=READ_S)
    terminal.press("Down", "Down", "s")
    terminal.until(lambda text: "leave it to come back" in text and text.rstrip().endswith(("#", "$")), READ_S)
    terminal.type("echo there-$((40+2)) $SSH_CONNECTION")
    terminal.press("Enter")
    terminal.shows("there-42", pod.ssh.host)
    terminal.type("exit")
    terminal.press("Enter")
    text = terminal.shows("gpu016", "filter")
    assert "there-42" not in text
    terminal.press("Enter")
    terminal.shows("node gpu003")


def test_a_connection_that_fails_says_why_before_it_goes(pod, tmp_path, terminals):
    config = configured(pod, tmp_path, "direct", "127.0.0.1", 9)
    terminal = terminals("-m", "console", MEGAPOD_CONFIG=config, TERM="tmux-256color")
    terminal.press("5")
    terminal.shows("gpu016", within_s=READ_S)
    terminal.press("s")
    terminal.shows("refused", "press enter to go back", within_s=READ_S)
    terminal.press("Enter")
    terminal.shows("ssh got no connection", "gpu016")
