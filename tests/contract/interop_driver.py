"""DMTF's interop validator: `python interop_driver.py URL USER CA_FILE PROFILE LOG_DIR [RESOURCE MOST]...`.

The password comes on stdin, never on the command line. PROFILE is the file of an interoperability profile; those that
it requires lie beside it. Prints one JSON object: the counts, and everything that failed, the resources that were to
be there and are not included.

Release 3.0.4 has no branch for a use case that compares with `AnyOf`: none ever applies, and OCPRackPDU's branch
circuits are then missing from every service. Its `Equal` takes a list and matches any of it: such a use case is given
that instead, and its requirements are checked.
"""

import contextlib
import json
import sys
from pathlib import Path

import redfish
from redfish_interop_validator import logger, profile
from redfish_interop_validator.system_under_test import SystemUnderTest


def main(url, user, path, log_dir, limits):
    logger.logger = redfish.redfish_logger(str(Path(log_dir) / "interop.log"), "%(message)s", "ERROR")
    profile.load_profile(str(path.parent), path.name)
    for use_case in profile.get_all_use_cases():
        if use_case.get("UseCaseComparison") == "AnyOf":
            use_case["UseCaseComparison"] = "Equal"
    sut = SystemUnderTest(url, user, sys.stdin.readline().strip(), 10, "session", None, None, None, limits, False)
    with contextlib.redirect_stdout(sys.stderr):
        sut.validate(None, "/redfish/v1/", "/redfish/v1/")
        sut.apply_global_checks()
    sut.logout()
    results = {f"{uri}{name}": each for uri, one in sut._resources.items() for name, each in one["Results"].items()}
    results |= sut._service_resource_results["Results"]
    failed = sorted(f"{name}: {each['Message']}" for name, each in results.items() if each["Result"].name == "FAIL")
    unread = sorted(uri for uri, one in sut._resources.items() if one["StatusCode"] != 200)
    print(json.dumps({"failed": failed, "unread": unread, "fails": sut.fail_count, "passed": sut.pass_count}))


url, user, _ca_file, path, log_dir, *limits = sys.argv[1:]
main(url, user, Path(path), log_dir, limits)
