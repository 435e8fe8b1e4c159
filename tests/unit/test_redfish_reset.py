import pytest

from backends.errors import NotSupported
from backends.ports import PowerAction
from backends.redfish.paths import ServicePaths
from backends.redfish.reset import offered, reset_type
from backends.redfish.schema import ActionInfo, Parameter, ResetAction

ALL = ("On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "PushPowerButton", "PowerCycle")


@pytest.mark.parametrize(
    ("action", "types", "chosen"),
    [
        (PowerAction.ON, ALL, "On"),
        (PowerAction.ON, ("ForceOn",), "ForceOn"),
        (PowerAction.OFF, ALL, "ForceOff"),
        (PowerAction.OFF, ("On", "GracefulShutdown"), "GracefulShutdown"),
        (PowerAction.RESET, ALL, "ForceRestart"),
        (PowerAction.RESET, ("GracefulRestart",), "GracefulRestart"),
        (PowerAction.SHUT_DOWN, ALL, "GracefulShutdown"),
        (PowerAction.RESTART, ALL, "GracefulRestart"),
        (PowerAction.NMI, (*ALL, "Nmi"), "Nmi"),
        (PowerAction.CYCLE, ALL, "PowerCycle"),
        (PowerAction.CYCLE, ("FullPowerCycle",), "FullPowerCycle"),
        (PowerAction.CYCLE, (), "PowerCycle"),
    ],
)
def test_the_first_that_is_offered(action, types, chosen):
    assert reset_type(action, types, "bmc") == chosen


@pytest.mark.parametrize("action", list(PowerAction))
def test_the_power_button_is_never_pushed(action):
    with pytest.raises(NotSupported, match="it offers PushPowerButton, Suspend"):
        reset_type(action, ("PushPowerButton", "Suspend"), "bmc")


@pytest.mark.parametrize("action", [PowerAction.SHUT_DOWN, PowerAction.RESTART, PowerAction.NMI])
def test_what_asks_the_system_is_never_done_the_hard_way(action):
    with pytest.raises(NotSupported, match=f"power {action}: it offers no "):
        reset_type(action, ("On", "ForceOff", "ForceRestart", "PowerCycle"), "bmc")


def test_what_is_offered_is_in_the_action_or_in_its_description():
    info = ActionInfo([Parameter("Other", ["x"]), Parameter("ResetType", ["On"])])
    assert offered(ResetAction(allowable=["Nmi"]), info) == ("Nmi",)
    assert offered(ResetAction(), info) == ("On",)
    assert offered(ResetAction(), None) == ()
    assert offered(None, info) == ()


@pytest.mark.parametrize(
    ("base", "root", "link", "path"),
    [
        ("", "/redfish/v1/", "/redfish/v1/Systems/1?a=b", "/redfish/v1/Systems/1?a=b"),
        ("/redfish/v1/", "/redfish/v1/", "/redfish/v1/Systems", "/redfish/v1/Systems"),
        ("/dev/n7", "/dev/n7/redfish/v1/", "/redfish/v1/Systems", "/dev/n7/redfish/v1/Systems"),
        ("/dev/n7", "/dev/n7/redfish/v1/", "/dev/n7/redfish/v1/Systems", "/dev/n7/redfish/v1/Systems"),
        ("/dev/n7", "/dev/n7/redfish/v1/", "/dev/n70/x", "/dev/n7/dev/n70/x"),
        ("", "/redfish/v1/", "https://elsewhere/redfish/v1/S/1", "/redfish/v1/S/1"),
        ("", "/redfish/v1/", "//elsewhere/x", "/x"),
    ],
)
def test_links_stay_on_the_service(base, root, link, path):
    assert ServicePaths(base).root == root
    assert ServicePaths(base).of(link) == path
