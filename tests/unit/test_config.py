import codecs
from pathlib import Path

import pytest

from console.config import ConfigError, default_path, load
from console.plain_file import MOST_BYTES

SSH = '[pods.alpha.ssh]\nhost = "head"\n'
REDFISH = '[pods.alpha.redfish]\nurl = "https://bmc"\n'


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return str(path)

    return write


def test_a_pod_is_read_only_until_it_says_otherwise(write):
    assert load(write(SSH)).pods["alpha"].read_only
    assert not load(write("[pods.alpha]\nread_only = false\n" + SSH)).pods["alpha"].read_only


def test_an_ssh_host_has_slurm_on_it(write):
    endpoints = load(write(SSH)).pods["alpha"].endpoints("alpha")
    assert (endpoints.pod, endpoints.ssh.host, endpoints.scheduler.kind) == ("alpha", "head", "slurm")
    assert load(write(REDFISH)).pods["alpha"].endpoints("alpha").scheduler is None


def test_one_redfish_endpoint_is_one_table_and_several_are_an_array(write):
    assert [one.url for one in load(write(REDFISH)).pods["alpha"].redfish] == ["https://bmc"]
    many = '[[pods.alpha.redfish]]\nurl = "https://a"\n[[pods.alpha.redfish]]\nurl = "https://b"\n'
    assert [one.url for one in load(write(many)).pods["alpha"].redfish] == ["https://a", "https://b"]


def test_a_whole_pod_is_read(write):
    text = """
    [pods.alpha]
    requests_per_minute = 60
    node_names = { "SN123" = "gpu001" }
    racks = { r1 = "gpu[001-004]" }
    ssh = { host = "head", port = 2222, user = "ops", command_timeout_s = 5 }
    scheduler = { interval_s = 1.5 }
    redfish = { url = "https://bmc/x", user = "root", secret = { password_command = ["pass", "bmc"] } }
    """
    pod = load(write(text)).pods["alpha"]
    assert (pod.ssh.port, pod.ssh.command_timeout_s, pod.scheduler.interval_s) == (2222, 5.0, 1.5)
    assert pod.redfish[0].secret.password_command == ("pass", "bmc")
    assert pod.node_names == {"SN123": "gpu001"}


def test_a_profile_is_read_and_starts_as_it_says(write):
    text = f"""
    {SSH}
    [gates.burn-in]
    gpus = 4
    [profiles.pod-os]
    boot = "http"
    image = "https://images.example/pod-os.efi"
    gpus = 4
    firmware = {{ bios = "2.1" }}
    gate = "burn-in"
    deadlines = {{ booted_s = 600 }}
    """
    profile = load(write(text)).profiles["pod-os"]
    assert (profile.override.source.value, profile.override.http_uri) == ("UefiHttp", profile.image)
    assert (profile.firmware.bios, profile.deadlines.booted_s, profile.release) == ("2.1", 600.0, True)


PROFILE = "[profiles.os]\n"
BAD = {
    SSH + PROFILE: "profiles.os: Object missing required field `boot`: one of pxe, http, media, disk",
    SSH + PROFILE + 'boot = "pex"\n': "profiles.os.boot: Invalid enum value 'pex': one of pxe, http, media, disk",
    SSH + PROFILE + 'boot = "pxe"\ngpu = 4\n': "profiles.os.gpu: unknown key; did you mean 'gpus'?",
    SSH + PROFILE + 'boot = "media"\n': "profiles.os.image: boot = 'media' needs its address, as in cifs://",
    SSH + PROFILE + 'boot = "pxe"\nimage = "http://h/x"\n': "profiles.os.image: boot = 'pxe' starts from none",
    SSH + PROFILE + 'boot = "http"\nimage = "nfs://h/x"\n': "must begin with http:// or https://, and name a host",
    SSH + PROFILE + 'boot = "http"\nimage = "http://u:p@h/x"\n': "must not carry a user or a password",
    SSH + PROFILE + 'boot = "pxe"\nlinks = -1\n': "profiles.os.links: -1 must be 0 or more",
    SSH + PROFILE + 'boot = "pxe"\ndeadlines = { os_s = 0 }\n': "profiles.os.deadlines.os_s: 0 must be above 0",
    SSH + PROFILE + 'boot = "pxe"\ngate = "burn"\n[gates.burn-in]\ngpus = 4\n': "did you mean 'burn-in'?",
    "[pods.alpha": "not TOML",
    "": "no pod in it",
    "pods = 3": "pods: must be tables",
    "[pods]\nalpha = 3": "pods.alpha: must be a table, as in [pods.alpha]",
    '[pods.alpha]\nssh = "head"\n': "pods.alpha.ssh: must be a table, as in [pods.alpha.ssh]",
    '[pods.alpha.ssh]\nhost = ""\n': "pods.alpha.ssh.host: '' is no host",
    '[pods.alpha.ssh]\nhost = "-oProxyCommand=x"\n': "pods.alpha.ssh.host: '-oProxyCommand=x' is no host",
    "[pods.alpha]\nread_onyl = false\n" + SSH: "pods.alpha.read_onyl: unknown key; did you mean 'read_only'?",
    "[pod.alpha]\n": "pod: unknown key; did you mean 'pods'?",
    'path = "x"\n' + SSH: "path: unknown key",
    "[pods.alpha]\nread_only = 'no'\n" + SSH: "pods.alpha.read_only: Expected `bool`, got `str`",
    SSH + "hots = 1": "pods.alpha.ssh.hots: unknown key; did you mean 'host'?",
    '[pods."a b".ssh]\nhost = "h"': "pods.'a b': a pod's name is up to 63 letters",
    '[pods."a\\u001b[2J".ssh]\nhost = "h"': "pods.'a\\x1b[2J': no name: it cannot be printed",
    '[pods.alpha]\nracks = { "r\\u001b" = "n1" }\n' + SSH: "pods.alpha.racks.'r\\x1b': no name: it cannot be printed",
    '[pods."".ssh]\nhost = "h"': "pods.'': no name: it cannot be printed",
    SSH + "port = 65536": "pods.alpha.ssh.port: 65536 must be between 1 and 65535",
    "[pods.alpha.redfish]\nurl = 'https://[::1'": "pods.alpha.redfish.url: 'https://[::1' is no URL",
    "[pods.alpha.redfish]\nurl = 'https://bmc:0'": "pods.alpha.redfish.url: 'https://bmc:0' names no port",
    SSH + "port = 'x'": "pods.alpha.ssh.port: Expected `int",
    "[pods.alpha.ssh]\nuser = 'x'": "pods.alpha.ssh: Object missing required field `host`",
    "[pods.alpha]\nread_only = true": "pods.alpha: needs an `ssh` table, a `redfish` table, or both",
    REDFISH + "[pods.alpha.scheduler]\nkind = 'slurm'": "pods.alpha.scheduler: needs an `ssh` table",
    SSH + "[pods.alpha.scheduler]\nkind = 'pbs'": "pods.alpha.scheduler.kind: 'pbs' is not known",
    SSH + "[pods.alpha.scheduler]\ninterval_s = 0": "pods.alpha.scheduler.interval_s: 0 must be",
    SSH + "[pods.alpha.scheduler]\ninterval_s = nan": "pods.alpha.scheduler.interval_s: nan must be",
    SSH + "connect_timeout_s = -1": "pods.alpha.ssh.connect_timeout_s: -1 must be",
    REDFISH + "interval_s = inf": "pods.alpha.redfish.interval_s: inf must be",
    "[pods.alpha.policy]\nallow = { drian = ['ann'] }\n" + SSH: "allow.drian: no verb 'drian'; did you mean 'drain'?",
    "[[pods.alpha.policy.freeze]]\nname = 'f'\ndays = ['sat']\nverbs = ['powr off']\n" + SSH: (
        "freeze 'f': no verb 'powr off'; did you mean 'power off'?"
    ),
    "[pods.alpha]\nrequests_per_minute = 0\n" + SSH: "pods.alpha.requests_per_minute: must be at least 1",
    "[pods.alpha]\nracks = { r1 = 'gpu[' }\n" + SSH: "pods.alpha.racks.r1: gpu[: not a node set",
    REDFISH + "password = 'hunter2'": "pods.alpha.redfish.password: unknown key; passwords are not kept here",
    "[[pods.alpha.redfish]]\nurl = 'https://a'\n[[pods.alpha.redfish]]\nurl = 'https://b'\npassword = 'hunter2'": (
        "pods.alpha.redfish[2].password: unknown key; passwords are not kept here"
    ),
    "[pods.alpha.redfish]\nurl = 'bmc'": "pods.alpha.redfish.url: 'bmc' must start with https://",
    "[pods.alpha.redfish]\nurl = 'https://'": "names no host",
    "[pods.alpha.redfish]\nurl = 'https://root:hunter2@bmc'": "must not carry a user or a password",
    REDFISH + "auth = 'digest'": "pods.alpha.redfish.auth: 'digest' must be",
    REDFISH + "user = 'root'": "pods.alpha.redfish.secret: user 'root' needs password_command",
    REDFISH + "secret = { password_env = 'A', password_keyring = 'b' }": "pods.alpha.redfish.secret: give one of",
    REDFISH + "secret = { password_comand = ['x'] }": "did you mean 'password_command'?",
}


@pytest.mark.parametrize("text", BAD)
def test_each_mistake_is_one_line_that_says_where_and_what_to_do(write, text):
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert BAD[text] in said
    assert "\n" not in said
    assert "hunter2" not in said


def test_a_file_from_another_editor_is_read_as_it_is_meant(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(codecs.BOM_UTF8 + SSH.replace("\n", "\r\n").encode())
    assert load(str(path)).pods["alpha"].ssh.host == "head"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("# ok\n# caf\u00e9\n".encode("latin-1"), "cannot be read: not UTF-8 (line 2)"),
        (SSH.encode("utf-16"), "cannot be read: not UTF-8 (line 1)"),
        (b"#" * (MOST_BYTES + 1), "cannot be read: more than 16 MB"),
    ],
)
def test_a_file_that_is_no_config_is_said_in_one_line(tmp_path, data, said):
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        load(str(path))
    assert str(caught.value) == f"{path}: {said}"


def test_a_missing_file_says_how_to_begin(tmp_path):
    with pytest.raises(ConfigError, match=r"no such config.*megapod demo"):
        load(str(tmp_path / "none.toml"))


def test_what_is_no_text_is_one_line(tmp_path):
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    for path in (tmp_path, tmp_path / "x"):
        with pytest.raises(ConfigError, match="cannot be read"):
            load(str(path))


def test_the_argument_goes_before_the_variable_and_that_before_the_default(write, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert default_path() == tmp_path / "xdg" / "megapod" / "config.toml"
    monkeypatch.setenv("MEGAPOD_CONFIG", str(tmp_path / "none.toml"))
    assert load(write(SSH)).path.endswith("config.toml")
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load()
    monkeypatch.setenv("MEGAPOD_CONFIG", "")
    with pytest.raises(ConfigError, match="xdg"):
        load()
    default_path().parent.mkdir(parents=True)
    Path(default_path()).write_text(SSH)
    assert list(load().pods) == ["alpha"]


def test_one_pod_can_be_chosen_and_a_misspelt_one_is_suggested(write):
    config = load(write(SSH + SSH.replace("alpha", "beta")))
    assert list(config.only(None).pods) == ["alpha", "beta"]
    assert list(config.only("beta").pods) == ["beta"]
    with pytest.raises(ConfigError, match="no pod 'bata'; did you mean 'beta'"):
        config.only("bata")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('gate = "burnin"\n[gates.burn-in]\ngpus = 4\n', "pods.alpha.gate: no [gates.burnin]; did you mean 'burn-in'?"),
        ("[gates.x]\n", "gates.x: checks nothing; give gpus, ecc_uncorrectable, links or command"),
        ("[gates.x]\ngpu = 4\n", "gates.x.gpu: unknown key; did you mean 'gpus'?"),
        ("[gates.x]\ngpus = -1\n", "gates.x: gpus: -1 must be 0 or more"),
        ('[gates.x]\ncommand = "dcgmi diag"\n', "gates"),
        ('[gates.x]\ncommand = ["true"]\ncommand_s = 0\n', "gates.x: command_s: 0 must be above 0"),
    ],
)
def test_a_gate_that_cannot_be_meant_is_an_error(write, text, said):
    with pytest.raises(ConfigError) as error:
        load(write(f"[pods.alpha]\n{text}{SSH}"))
    assert said in str(error.value)
