"""The OCP profile of GPU baseboards (OCP_UBB) on the simulated pod, by DMTF's validator in its own process."""

import asyncio
import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from backends.simulator.server import ServeOptions, serve

DATA = Path(os.environ.get("MEGAPOD_REDFISH_DATA", ""))
PROFILE = DATA / "ocp-profiles" / "OCP_UBB_BaselineManagement.v1.0.0.json"
LOG_ENTRY = DATA / "csdl-2026.1" / "LogEntry_v1.xml"
# The profile asks for this beside LogEntry's Links, where no version of DMTF's schema has it: no service can have both.
ERRATUM = "OriginOfCondition"

# The profiles are others' data and not in this repository; the gate points at them where they are.
pytestmark = pytest.mark.skipif(
    "MEGAPOD_REDFISH_DATA" not in os.environ, reason="MEGAPOD_REDFISH_DATA names no folder with ocp-profiles in it"
)


async def judged(url: str, password: str, ca_file: str, profile: Path, logs: Path) -> dict[str, object]:
    driver = str(Path(__file__).parent / "interop_driver.py")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, driver, url, "admin", ca_file, str(profile), str(logs)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "REQUESTS_CA_BUNDLE": ca_file},
    )
    try:
        out, err = await process.communicate(f"{password}\n".encode())
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()[-2000:]
    return dict(json.loads(out.splitlines()[-1]))


def _line(path: Path) -> str:
    return path.read_text().strip()


def put_right(folder: Path) -> Path:
    """The profile with its one erratum where the schema has that property."""
    profile = json.loads(PROFILE.read_text())
    wanted = profile["Resources"]["LogEntry"]["PropertyRequirements"]
    wanted["Links"] = {"PropertyRequirements": {ERRATUM: {**wanted.pop(ERRATUM), "ReadRequirement": "Mandatory"}}}
    file = folder / PROFILE.name
    file.write_text(json.dumps(profile))
    return file


def test_the_erratum_is_one() -> None:
    schema = ET.parse(LOG_ENTRY)
    owners = {
        owner.get("Name")
        for owner in schema.iter()
        if any(each.get("Name") == ERRATUM for each in owner if each.tag.endswith("Property"))
    }
    assert owners == {"Links"}


async def test_the_gpu_profile_finds_nothing_but_its_own_erratum(tmp_path: Path) -> None:
    async with serve(ServeOptions(racks=1, nodes=2, gpus=2)) as pods:
        end = pods[0].endpoints.redfish[0]
        secret = Path(end.secret.password_command[-1])
        password, ca_file = await asyncio.to_thread(_line, secret), str(secret.parent / "bmc-certificate.pem")
        right = await judged(end.url, password, ca_file, put_right(tmp_path), tmp_path)
        published = await judged(end.url, password, ca_file, PROFILE, tmp_path)
    assert (right["failed"], right["fails"], right["unread"]) == ([], 0, [])
    assert int(str(right["passed"])) > 1_500
    failed = published["failed"]
    assert isinstance(failed, list)
    assert failed
    assert all("/Entries/" in line and f"/{ERRATUM}: Read Requirement Error" in line for line in failed)
    assert len(failed) == published["fails"]
