"""The `ssh` command line that goes where megapod goes: to a pod's head node, or through it to a node.

What the config does not say is left to the user's own ssh_config, agent and known_hosts, since it is their ssh.
"""

import shlex

from backends.model.endpoint import NodeSsh, SshEndpoint


def to_head(head: SshEndpoint) -> tuple[str, ...]:
    """To the head node."""
    return ("ssh", *_options(head), "--", head.host)


def to_node(node: str, ways: NodeSsh, head: SshEndpoint) -> tuple[str, ...]:
    """To a node, by the scheduler's name."""
    target = SshEndpoint(
        host=ways.host.replace("{node}", node),
        port=ways.port,
        user=ways.user or head.user,
        identity=ways.identity or head.identity,
        known_hosts=ways.known_hosts or head.known_hosts,
        config=ways.config or head.config,
    )
    through = _through(head) if ways.via == "head" else ()
    return ("ssh", *_options(target), *through, "--", target.host)


def _through(head: SshEndpoint) -> tuple[str, ...]:
    """`-J` where that says it all; it takes no key and no known_hosts for the jump, a ProxyCommand does."""
    if not (head.identity or head.known_hosts or head.jump or head.config):
        user = f"{head.user}@" if head.user else ""
        return ("-J", f"{user}{head.host}" + (f":{head.port}" if head.port else ""))
    return ("-o", f"ProxyCommand={shlex.join(('ssh', *_options(head), '-W', '[%h]:%p', '--', head.host))}")


def _options(to: SshEndpoint) -> tuple[str, ...]:
    said = (
        ("-F", to.config),
        ("-p", str(to.port or "")),
        ("-l", to.user),
        ("-i", to.identity),
        ("-J", to.jump),
    )
    words = tuple(word for option, value in said if value for word in (option, value))
    # Host keys are checked wherever megapod goes; from a list of its own nothing new is taken.
    strict = ("-o", f"UserKnownHostsFile={to.known_hosts}", "-o", "StrictHostKeyChecking=yes")
    return (*words, *strict) if to.known_hosts else words
