"""DMTF's protocol validator, its event stream assertions included: `python protocol_driver.py URL USER CA_FILE`.

The password comes on stdin. Release 1.3.2 holds 13 assertions on event streams and a switch in the source that leaves
them out; the resources read here are its own, with the stream added. Its SSDP discovery is left out: it multicasts
beyond loopback for 20 s, and the pod has none. Prints one JSON object: counts, and what failed.
"""

import json
import sys

from redfish_protocol_validator import (
    etags,
    protocol_details,
    resources,
    security_details,
    service_details,
    service_requests,
    service_responses,
    sessions,
    utils,
)
from redfish_protocol_validator.constants import RequestType, Result
from redfish_protocol_validator.system_under_test import SystemUnderTest

EVENT_SERVICE = "/redfish/v1/EventService"


def with_stream(sut, uri="/redfish/v1/", uris=None):
    yield from resources.get_default_resources(sut, uri=uri, uris=uris)
    service = sut.get(EVENT_SERVICE).json()
    stream = service["ServerSentEventUri"]
    sut.set_server_sent_event_uri(stream)
    response, destination = utils.get_sse_stream(sut)
    sut.set_event_dest_uri(destination)
    yield {"uri": stream, "response": response, "request_type": RequestType.STREAMING}
    for _ in range(2):
        sut.post(service["Actions"]["#EventService.SubmitTestEvent"]["target"], json={})


def main(url, user, ca_file):
    sut = SystemUnderTest(url, user, sys.stdin.readline().strip(), verify=ca_file)
    sut.set_avoid_http_redirect(True)
    sut.login()
    resources.read_target_resources(sut, func=with_stream)
    stranger = sessions.no_auth_session(sut)
    resources.read_uris_no_auth(sut, stranger)
    resources.data_modification_requests(sut)
    resources.data_modification_requests_no_auth(sut, stranger)
    resources.unsupported_requests(sut)
    resources.basic_auth_requests(sut)
    resources.http_requests(sut)
    resources.bad_auth_requests(sut)
    sessions.bad_login(sut)
    protocol_details.test_protocol_details(sut)
    service_requests.test_service_requests(sut)
    service_responses.test_service_responses(sut)
    service_details.test_eventing(sut)
    service_details.test_server_sent_events(sut)
    security_details.test_security_details(sut)
    etags.test_etags(sut)
    sut.logout()
    failed = [
        f"{assertion.name} {each['method']} {each['uri']}: {each['msg']}"
        for assertion, entries in sut.results.items()
        for each in entries
        if each["result"] is Result.FAIL
    ]
    passed = sorted({a.name for a, entries in sut.results.items() if any(e["result"] is Result.PASS for e in entries)})
    print(json.dumps({"failed": failed, "passed": passed}))


main(*sys.argv[1:])
