"""Controllers that lie: what they say reaches no terminal unclean, and what they do not say is never called unknown."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ROOT = {"RedfishVersion": "1.15.0", "Systems": {"@odata.id": "/redfish/v1/Systems"}}
HOSTILE = {"Members": [{"@odata.id": "/redfish/v1/Systems/\x1b[2J\x1b]0;evil\x07"}], "Name": "\u202ex"}
LIES = {
    "truncated": b'{"Members": [{"@odata.id": "/redf',
    "hostile": json.dumps(HOSTILE).encode(),
    "of another type": b'{"Members": {"a": 5}, "Name": ["x"]}',
}
WORDS = (
    ["get", "nodes"],
    ["doctor"],
    ["describe", "n1"],
    ["check", "lie", "--write-expected"],
    ["power", "off", "n1", "--yes"],
    ["wait", "n1", "--for", "health=ok"],
)


@pytest.fixture
def config(tmp_path, request):
    """A pod of one controller, which answers its collection of systems with a lie."""

    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.rstrip("/")
            known = {"/redfish": {"v1": "/redfish/v1/"}, "/redfish/v1": {"@odata.id": "/redfish/v1", **ROOT}}
            body = json.dumps(known[path]).encode() if path in known else LIES[request.param]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        path = tmp_path / "config.toml"
        url = f"http://127.0.0.1:{server.server_port}"
        path.write_text(f'[pods.lie]\nread_only = false\n[pods.lie.redfish]\nurl = "{url}"\nauth = "none"\n')
        yield path
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("config", LIES, indirect=True)
def test_a_lie_is_one_clean_line_and_never_a_whole_answer(config, forks, tmp_path, request):
    runs = forks(tmp_path)
    try:
        results = runs.all([(" ".join(words), words, config, {}) for words in WORDS])
    finally:
        runs.close()
    for name, code, out, err in results:
        assert all(char.isprintable() or char == "\n" for char in out + err), name
        assert "Traceback" not in err
        if "another type" not in request.node.callspec.id:
            assert code == 3, (name, out, err)
    assert not list(tmp_path.glob("*.expected.toml"))
