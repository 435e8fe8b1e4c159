"""What clients may change in the simulated plant, over the wire: every write changes the pod, and nothing else does."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.transport.tls import client_context

ROOT = "/redfish/v1"
CDU = f"{ROOT}/ThermalEquipment/CDUs/austin-cdu1"
SUPPLY = f"{CDU}/SecondaryCoolantConnectors/1"
PDU = f"{ROOT}/PowerEquipment/RackPDUs/austin-r1-pdu1"
SHELF = f"{ROOT}/Chassis/austin-r1-shelf1"
DETECTOR = f"{ROOT}/Chassis/austin-r1-t01/ThermalSubsystem/LeakDetection/LeakDetectors/tray"
PLANT = ("Chassis", "Managers", "PowerEquipment", "ThermalEquipment")
WRITABLE = "@Redfish.WriteableProperties"


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def one_pod(clock: HandClock) -> AsyncIterator[ServedPod]:
    async with serve(ServeOptions(racks=1, nodes=2, gpus=2, monotonic=clock)) as pods:
        yield pods[0]


def password(pod: ServedPod) -> str:
    return Path(pod.endpoints.redfish[0].secret.password_command[-1]).read_text().strip()


@asynccontextmanager
async def http(pod: ServedPod, user: str = "operator") -> AsyncIterator[httpx.AsyncClient]:
    end = pod.endpoints.redfish[0]
    verify = client_context(fingerprint=end.fingerprint)
    async with httpx.AsyncClient(base_url=end.url, auth=(user, password(pod)), timeout=5, verify=verify) as client:
        yield client


async def get(client: httpx.AsyncClient, path: str) -> dict:
    answer = await client.get(path)
    assert answer.status_code == 200, path
    return answer.json()


def error_ids(answer: httpx.Response) -> list[str]:
    body = answer.json()
    infos = body["error"]["@Message.ExtendedInfo"] if "error" in body else body["@Message.ExtendedInfo"]
    return [each["MessageId"].rpartition(".")[2] for each in infos]


def links(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(links, value))
    if isinstance(value, dict):
        own = {value["@odata.id"].partition("#")[0]} if isinstance(value.get("@odata.id"), str) else set()
        return own.union(*map(links, value.values()))
    return set()


def announced(body: dict) -> dict:
    """What a resource says may be written, each with the value that it has."""
    own = {name: body[name] for name in body.get(WRITABLE, ())}
    inner = {name: announced(value) for name, value in body.items() if isinstance(value, dict)}
    return own | {name: value for name, value in inner.items() if value}


async def test_every_property_that_is_announced_as_writable_takes_the_value_it_has_and_no_other_is_taken() -> None:
    clock, seen, written = HandClock(), set(), 0
    async with one_pod(clock) as pod, http(pod, "admin") as client:
        queue = [f"{ROOT}/{name}" for name in PLANT]
        while queue:
            path = queue.pop()
            if path in seen or path.split("/")[3] not in PLANT:
                continue
            seen.add(path)
            answer = await client.get(path)
            body = answer.json()
            queue += links(body)
            wanted = announced(body)
            assert bool(wanted) == ("PATCH" in answer.headers["Allow"]), path
            if not wanted:
                continue
            took = await client.patch(path, json=wanted, headers={"If-Match": answer.headers["ETag"]})
            assert took.status_code == 200, (path, took.text)
            assert "@Message.ExtendedInfo" not in took.json(), path
            assert announced(took.json()).keys() == wanted.keys()
            refused = await client.patch(path, json={"Name": "mine", "Nonsense": 1})
            assert (refused.status_code, sorted(error_ids(refused))) == (
                400,
                ["PropertyNotWritable", "PropertyUnknown"],
            )
            written += len(wanted)
    assert written > 100


@pytest.mark.parametrize(
    ("path", "body", "bad"),
    [
        (SUPPLY, {"SupplyTemperatureControlCelsius": {"SetPoint": 31}}, 90),
        (f"{CDU}/PrimaryCoolantConnectors/1", {"ValvePositionControlPercent": {"SetPoint": 60}}, 101),
        (f"{CDU}/Pumps/pump1", {"SpeedControlPercent": {"SetPoint": 80}}, "fast"),
        (f"{CDU}/Filters/1", {"ServiceHours": 0}, -1),
        (DETECTOR, {"ReactionDelaySeconds": 5}, 1.5),
        (DETECTOR, {"CriticalReactionType": "GracefulShutdown"}, "Evaporate"),
        (DETECTOR, {"Enabled": False}, "no"),
        (f"{PDU}/Outlets/outlet1", {"ElectricalConsumerNames": ["a", "b"]}, [1]),
        (f"{PDU}/Mains/A", {"ElectricalSourceName": "Feed A"}, 7),
        (SHELF, {"Location": {"Placement": {"Rack": "17"}}}, 17),
        (f"{SHELF}/PowerSubsystem/PowerSupplies/psu1", {"LocationIndicatorActive": True}, 1),
    ],
)
async def test_a_write_is_kept_for_who_may_and_a_bad_one_changes_nothing(path: str, body: dict, bad: object) -> None:
    def with_value(shape: object, value: object) -> object:
        return {key: with_value(each, value) for key, each in shape.items()} if isinstance(shape, dict) else value

    def value_at(shape: object, found: object) -> object:
        for key, each in shape.items() if isinstance(shape, dict) else ():
            return value_at(each, found[key])
        return found

    async with one_pod(HandClock()) as pod, http(pod) as client, http(pod, "monitor") as monitor:
        before = value_at(body, await get(client, path))
        assert (await monitor.patch(path, json=body)).status_code == 403
        assert (await client.patch(path, json=body, headers={"If-Match": '"stale"'})).status_code == 412
        refused = await client.patch(path, json=with_value(body, bad))
        assert (refused.status_code, error_ids(refused)) == (400, ["PropertyValueIncorrect"])
        assert value_at(body, await get(client, path)) == before
        assert (await client.patch(path, json=body)).status_code == 200
        assert value_at(body, await get(client, path)) == value_at(body, body) != before


async def test_a_supply_set_point_warms_what_reaches_the_racks_and_the_sensor_tells_of_it() -> None:
    clock = HandClock()
    async with one_pod(clock) as pod, http(pod) as client:
        assert (
            await client.patch(SUPPLY, json={"SupplyTemperatureControlCelsius": {"SetPoint": 34}})
        ).status_code == 200
        for clock.now_s in (5.0, 30.0, 400.0):
            assert (await client.get(f"{ROOT}/Chassis")).status_code == 200
        rack = await get(client, f"{ROOT}/Chassis/austin-r1/EnvironmentMetrics")
        assert rack["TemperatureCelsius"]["Reading"] == pytest.approx(34, abs=0.2)
        assert (await get(client, SUPPLY))["Status"]["Health"] == "Warning"
        entries = await get(client, f"{ROOT}/Managers/controller/LogServices/Events/Entries")
        said = [entry for entry in entries["Members"] if str(entry.get("MessageId", "")).startswith("SensorEvent.")]
        assert [entry["MessageId"].rpartition(".")[2] for entry in said] == ["ReadingAboveUpperCautionThreshold"]
        assert said[0]["MessageArgs"][0] == "SupplyTemperature"


async def test_an_outlet_that_is_switched_off_takes_the_input_of_its_shelf_until_it_is_on() -> None:
    clock = HandClock()
    outlet, psu = f"{PDU}/Outlets/outlet1", f"{SHELF}/PowerSubsystem/PowerSupplies/psu1"
    control = f"{outlet}/Actions/Outlet.PowerControl"
    async with one_pod(clock) as pod, http(pod) as client, http(pod, "monitor") as monitor:
        assert (await monitor.post(control, json={"PowerState": "Off"})).status_code == 403
        assert (await client.post(control, json={"PowerState": "Sideways"})).status_code == 400
        assert (await client.post(control, json={"PowerState": "Off"})).status_code == 204
        assert ((await get(client, outlet))["PowerState"], (await get(client, psu))["LineInputStatus"]) == (
            "Off",
            "LossOfInput",
        )
        entries = await get(client, f"{ROOT}/Managers/controller/LogServices/Events/Entries")
        ids = {str(entry.get("MessageId")).rpartition(".")[2] for entry in entries["Members"]}
        assert {"OutletPoweredOff", "LossOfInputPower"} <= ids
        assert (await client.patch(outlet, json={"PowerControlLocked": True})).status_code == 200
        assert (await client.post(control, json={"PowerState": "On"})).status_code == 409
        assert (await client.patch(outlet, json={"PowerControlLocked": False})).status_code == 200
        assert (await client.post(control, json={"PowerState": "PowerCycle"})).status_code == 204
        assert (await get(client, psu))["LineInputStatus"] == "LossOfInput"
        clock.now_s = 6.0
        assert ((await get(client, outlet))["PowerState"], (await get(client, psu))["LineInputStatus"]) == (
            "On",
            "Normal",
        )
        assert (await get(client, f"{ROOT}/ServiceConditions"))["HealthRollup"] == "OK"


async def test_a_reset_of_metrics_begins_energy_and_peak_anew_and_leaves_the_lifetime() -> None:
    clock = HandClock()
    power, metrics = f"{ROOT}/Chassis/austin-r1-pdu1/Sensors/Power", f"{PDU}/Metrics"
    async with one_pod(clock) as pod, http(pod) as client:
        readings = []
        for clock.now_s in (1.0, 40.0, 300.0, 3_600.0):
            readings.append((await get(client, power))["Reading"])
        sensor = await get(client, power)
        assert sensor["PeakReading"] >= max(readings)
        counted = (await get(client, metrics))["EnergykWh"]["Reading"]
        assert counted > 1
        target = f"{metrics}/Actions/PowerDistributionMetrics.ResetMetrics"
        assert (await client.post(target, json={})).status_code == 204
        clock.now_s += 36.0
        energy, sensor = (await get(client, metrics))["EnergykWh"], await get(client, power)
        assert energy["Reading"] < counted / 20
        assert energy["LifetimeReading"] > counted
        assert sensor["PeakReadingTime"] >= energy["SensorResetTime"]
        whole = (await get(client, f"{PDU}/Outlets/outlet1"))["EnergykWh"]
        assert "LifetimeReading" not in whole


async def test_a_unit_and_its_pumps_are_switched_by_their_mode() -> None:
    clock = HandClock()
    async with one_pod(clock) as pod, http(pod) as client:
        rated = (await get(client, SUPPLY))["FlowLitersPerMinute"]["Reading"]
        stop = f"{CDU}/Pumps/pump2/Actions/Pump.SetMode"
        assert (await client.post(stop, json={"Mode": "Disabled"})).status_code == 204
        clock.now_s = 60.0
        assert (await get(client, SUPPLY))["FlowLitersPerMinute"]["Reading"] == pytest.approx(rated / 2, rel=0.01)
        pumps = [await get(client, f"{CDU}/Pumps/pump{number}") for number in (1, 2)]
        assert [pump["PumpSpeedPercent"]["Reading"] for pump in pumps] == [100, 0]
        assert [pump["Status"]["State"] for pump in pumps] == ["Enabled", "Disabled"]
        whole = f"{CDU}/Actions/CoolingUnit.SetMode"
        assert (await client.post(whole, json={"Mode": "Disabled"})).status_code == 204
        clock.now_s = 120.0
        assert (await get(client, CDU))["Status"]["State"] == "Disabled"
        assert (await get(client, SUPPLY))["FlowLitersPerMinute"]["Reading"] < rated / 10
        assert (await client.post(whole, json={"Mode": "Enabled"})).status_code == 204
        assert (await client.post(stop, json={"Mode": "Enabled"})).status_code == 204
        clock.now_s = 1_500.0
        assert (await get(client, f"{ROOT}/ServiceConditions"))["HealthRollup"] == "OK"


async def test_a_controller_that_restarts_is_gone_for_a_while_and_its_sessions_for_good() -> None:
    clock = HandClock()
    reset, form = f"{ROOT}/Managers/controller/Actions/Manager.Reset", {"ResetType": "ForceRestart"}
    async with one_pod(clock) as pod, http(pod) as client, http(pod, "admin") as admin:
        assert (await client.post(reset, json=form)).status_code == 403
        login = {"UserName": "operator", "Password": password(pod)}
        token = (await client.post(f"{ROOT}/SessionService/Sessions", json=login)).headers["X-Auth-Token"]
        clock.now_s = 2.0
        assert (await admin.post(reset, json=form)).status_code == 204
        gone = await client.get(f"{ROOT}/Chassis")
        assert (gone.status_code, gone.headers["Retry-After"]) == (503, "30")
        clock.now_s = 20.0
        client.auth = None
        assert (await client.get(f"{ROOT}/Chassis", headers={"X-Auth-Token": token})).status_code == 401
        body = await get(admin, f"{ROOT}/Managers/controller")
        assert datetime.fromisoformat(body["LastResetTime"]) < datetime.fromisoformat(body["DateTime"])
        assert body["UUID"]


def signed(request: x509.CertificateSigningRequest, key: ec.EllipticCurvePrivateKey) -> str:
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A test's own authority")])
    builder = x509.CertificateBuilder().subject_name(request.subject).issuer_name(issuer)
    builder = builder.public_key(request.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


async def test_a_certificate_that_was_signed_for_a_request_takes_the_place_of_the_one_on_the_wire() -> None:
    service, https = f"{ROOT}/CertificateService", f"{ROOT}/Managers/controller/NetworkProtocol/HTTPS/Certificates"
    async with one_pod(HandClock()) as pod, http(pod, "admin") as admin, http(pod) as operator:
        generate, replace = (
            f"{service}/Actions/CertificateService.{name}" for name in ("GenerateCSR", "ReplaceCertificate")
        )
        form = {"CertificateCollection": {"@odata.id": https}, "CommonName": "austin-controller", "Country": "FR"}
        assert (await operator.post(generate, json=form)).status_code == 403
        assert (await admin.post(generate, json={**form, "Country": "France"})).status_code == 400
        made = await admin.post(generate, json=form)
        assert made.status_code == 200
        request = x509.load_pem_x509_csr(made.json()["CSRString"].encode())
        authority = ec.generate_private_key(ec.SECP256R1())
        pem = signed(request, authority)
        other = ec.generate_private_key(ec.SECP256R1())
        stranger = x509.CertificateSigningRequestBuilder().subject_name(request.subject).sign(other, hashes.SHA256())
        link = {"CertificateType": "PEM", "CertificateUri": {"@odata.id": f"{https}/1"}}
        wrong = await admin.post(replace, json={**link, "CertificateString": signed(stranger, authority)})
        assert wrong.status_code == 400
        assert (await admin.post(replace, json={**link, "CertificateString": pem})).status_code == 204
        shown = await get(admin, f"{https}/1")
        assert (shown["CertificateString"], shown["Issuer"]["CommonName"]) == (pem, "A test's own authority")
        assert (await get(admin, f"{ROOT}/Managers/controller/NetworkProtocol"))["HTTPS"]["Port"] == admin.base_url.port
        with pytest.raises(httpx.ConnectError):
            async with http(pod) as again:
                await again.get(f"{ROOT}/")
        fingerprint = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()
        context = client_context(fingerprint=fingerprint)
        assert isinstance(context, ssl.SSLContext)
        async with httpx.AsyncClient(base_url=admin.base_url, verify=context) as fresh:
            assert (await fresh.get(f"{ROOT}/")).status_code == 200
