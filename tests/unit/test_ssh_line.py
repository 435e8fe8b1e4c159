import shlex

import pytest

from backends.model.endpoint import NodeSsh, SshEndpoint
from console.ssh_line import to_head, to_node

PLAIN = SshEndpoint(host="austin-head")
KEYED = SshEndpoint(host="10.0.0.1", port=2222, user="ops", identity="~/my key", known_hosts="/etc/k", config="/etc/c")


def test_what_the_config_does_not_say_is_left_to_the_user_s_ssh_config():
    assert to_head(PLAIN) == ("ssh", "--", "austin-head")
    assert to_node("gpu007", NodeSsh(), PLAIN) == ("ssh", "-J", "austin-head", "--", "gpu007")
    assert to_node("gpu007", NodeSsh(via="direct", host="{node}.mgmt"), PLAIN) == ("ssh", "--", "gpu007.mgmt")


def test_what_it_does_say_goes_with_it_and_host_keys_are_checked_against_its_list():
    argv = to_head(KEYED)
    assert argv[-2:] == ("--", "10.0.0.1")
    for words in (("-F", "/etc/c"), ("-p", "2222"), ("-l", "ops"), ("-i", "~/my key")):
        assert " ".join(words) in " ".join(argv)
    assert "UserKnownHostsFile=/etc/k" in argv
    assert "StrictHostKeyChecking=yes" in argv


def test_a_jump_that_needs_a_key_is_a_proxy_command_of_quoted_words():
    argv = to_node("gpu007", NodeSsh(user="root"), KEYED)
    proxy = next(word for word in argv if word.startswith("ProxyCommand=")).removeprefix("ProxyCommand=")
    words = shlex.split(proxy)
    assert words[0] == "ssh"
    assert words[-4:] == ["-W", "[%h]:%p", "--", "10.0.0.1"]
    assert "~/my key" in words
    assert argv[argv.index("-l") + 1] == "root"


@pytest.mark.parametrize("node", ["-oProxyCommand=id", "gpu007"])
def test_a_node_s_name_is_never_an_option(node):
    argv = to_node(node, NodeSsh(), PLAIN)
    assert argv.index("--") == argv.index(node) - 1
