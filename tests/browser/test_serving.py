"""What `reel view` and `reel viewer` do, without a browser: answers, policy, --once, Ctrl-C, and the installed viewer's checks."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import time
from urllib.parse import urlsplit

import pytest
from conftest import REEL, VIEWER_DIR, VIEWER_VERSION, View, run


def get(url, path="/", method="GET", **headers):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_the_policy_allows_the_pages_own_parts_and_nothing_else(official_recording):
    with View(official_recording) as view:
        answer, body = get(view.url)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'none'"] and policy["connect-src"] == ["'self'"]
    inline = re.findall(r"<script[^>]*>([^<]+)</script>", body.decode())
    hashes = ["'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'" for text in inline]
    assert len(inline) == 1
    assert sorted(policy["script-src"]) == sorted(["'self'", "'wasm-unsafe-eval'", *hashes])
    assert "unsafe-inline" not in str({name: values for name, values in policy.items() if name != "style-src-attr"})
    for path, text in json.loads(inline[0])["integrity"].items():
        content = (VIEWER_DIR / path.removeprefix("/viewer/")).read_bytes()
        assert text == "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_the_viewers_program_comes_compressed_as_wasm(official_recording):
    with View(official_recording) as view:
        answer, body = get(view.url, f"/viewer/{VIEWER_VERSION}/re_viewer_bg.wasm", Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/wasm" and answer.headers["Content-Encoding"] == "gzip"
    raw = gzip.decompress(body)
    assert raw[:4] == b"\0asm" and int(answer.headers["rerun-final-length"]) == len(raw)


def test_a_recording_is_read_anew_at_each_request(tmp_path):
    path = tmp_path / "growing.rrd"
    path.write_bytes(b"RRF2 and so on")
    with View(path) as view:
        first, body = get(view.url, "/recording/0/growing.rrd")
        assert body == b"RRF2 and so on" and first.headers["Cache-Control"] == "no-cache"
        assert get(view.url, "/recording/0/growing.rrd", If_None_Match=first.headers["ETag"])[0].status == 304
        with open(path, "ab") as file:
            file.write(b", and more")
        answer, body = get(view.url, "/recording/0/growing.rrd", If_None_Match=first.headers["ETag"])
        assert answer.status == 200 and body == b"RRF2 and so on, and more"
        path.unlink()
        answer, body = get(view.url, "/recording/0/growing.rrd")
        assert answer.status == 404 and b"growing.rrd: No such file" in body


def test_nothing_but_the_given_files_is_served(tmp_path):
    (tmp_path / "run.rrd").write_bytes(b"RRF2")
    (tmp_path / "secret.txt").write_text("secret")
    with View(tmp_path / "run.rrd") as view:
        for path in ("/recording/0/secret.txt", "/recording/0/../secret.txt", "/recording/0/%2e%2e/secret.txt", "/recording/0/", "/recording/1/run.rrd",
                     str(tmp_path / "secret.txt"), f"/viewer/{VIEWER_VERSION}/viewer.txt", "/viewer/../viewer.txt", "/.git/config"):
            assert get(view.url, path)[0].status in (400, 404), path
        assert get(view.url, "/recording/0/run.rrd", Host="evil.example")[0].status == 403
        assert get(view.url, "/recording/0/run.rrd", method="DELETE")[0].status == 405


def test_a_name_that_is_no_text_is_served_too(tmp_path):
    name = b"odd\xff\"<\\.rrd"
    (tmp_path / "x").write_bytes(b"RRF2")
    path = bytes(tmp_path) + b"/" + name
    (tmp_path / "x").rename(path.decode("utf-8", "surrogateescape"))
    with View(path.decode("utf-8", "surrogateescape")) as view:
        listed = json.loads(get(view.url, "/reel.json")[1])["recordings"]
        assert listed == [{"name": 'odd\N{REPLACEMENT CHARACTER}"<\\.rrd', "url": "/recording/0/odd%FF%22%3C%5C.rrd"}]
        assert get(view.url, listed[0]["url"])[1] == b"RRF2"


def test_once_proves_that_everything_answers(official_recording):
    done = run("view", "--once", official_recording)
    assert done.returncode == 0 and done.stderr == ""
    assert re.match(r"http://127\.0\.0\.1:\d+/\n", done.stdout)
    assert f"official.rrd: 206 application/octet-stream, {official_recording.stat().st_size} bytes" in done.stdout
    assert "re_viewer_bg.wasm: 206 application/wasm, gzip" in done.stdout


def test_once_fails_when_something_does_not_answer(tmp_path, official_recording):
    (tmp_path / "notes.rrd").write_text("no recording")
    done = run("view", "--once", official_recording, tmp_path / "notes.rrd")
    assert done.returncode == 1 and "notes.rrd" in done.stderr and "official.rrd" not in done.stderr
    done = run("view", "--once", tmp_path / "missing.rrd")
    assert done.returncode == 1 and "No such file or directory" in done.stderr
    done = run("view", "--once", official_recording, env={"REEL_VIEWER_DIR": str(tmp_path / "nothing")})
    assert done.returncode == 1 and "reel viewer install" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(official_recording, number):
    restore = signal.signal(signal.SIGINT, signal.default_int_handler)  # an ignored signal would stay ignored in the child
    try:
        with View(official_recording) as view:
            assert get(view.url)[0].status == 200
            view.process.send_signal(number)
            assert view.process.wait(timeout=20) == 0
    finally:
        signal.signal(signal.SIGINT, restore)


def test_a_given_port_is_used_and_a_taken_one_is_named(official_recording):
    with View(official_recording) as view:
        port = urlsplit(view.url).port
        done = run("view", "--port", port, "--no-browser", official_recording)
        assert done.returncode == 1 and f"port {port} of 127.0.0.1" in done.stderr
    with View("--port", port, official_recording) as again:
        assert urlsplit(again.url).port == port


@pytest.mark.parametrize("arguments", [[], ["--port", "65536", "x.rrd"], ["--port", "x", "x.rrd"], ["--nonsense", "x.rrd"]])
def test_a_senseless_view_command_is_refused(arguments):
    done = run("view", *arguments)
    assert done.returncode == 2 and done.stderr.startswith("reel view: ")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["status", "path"], ["status", "--from", "x"], ["install", "--from"], ["path", "--dir", ""]])
def test_a_senseless_viewer_command_is_refused(arguments):
    done = run("viewer", *arguments)
    assert done.returncode == 2 and done.stderr.startswith("reel viewer: ")


# --- the installed viewer ---------------------------------------------------------------------------------------------------------


def test_an_installed_viewer_is_known_and_left_alone():
    assert run("viewer", "path").stdout == f"{VIEWER_DIR}\n"
    done = run("viewer", "status")
    assert done.returncode == 0 and "complete and unchanged" in done.stdout
    before = (VIEWER_DIR / VIEWER_VERSION).stat()
    done = run("viewer", "install")
    assert done.returncode == 0 and "already" in done.stdout
    assert (VIEWER_DIR / VIEWER_VERSION).stat() == before


def test_the_list_of_files_tells_the_truth():
    lines = (VIEWER_DIR / VIEWER_VERSION / "viewer.txt").read_text().splitlines()
    assert lines[0] == f"reel viewer {VIEWER_VERSION}"
    for line in lines[1:-1]:
        name, size, text = line.split()
        content = (VIEWER_DIR / VIEWER_VERSION / name).read_bytes()
        assert int(size) == len(content)
        assert text == "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()
    packed = (VIEWER_DIR / VIEWER_VERSION / "re_viewer_bg.wasm.gz").read_bytes()
    assert lines[-1] == f"re_viewer_bg.wasm {len(gzip.decompress(packed))}"


def test_a_changed_or_missing_file_is_found(tmp_path):
    shutil.copytree(VIEWER_DIR / VIEWER_VERSION, tmp_path / VIEWER_VERSION)
    script = tmp_path / VIEWER_VERSION / "index.js"
    good = script.read_bytes()
    for content, expected in ((good[:-1] + b" ", "is not the file that was installed"), (good[:-1], f"has {len(good) - 1} bytes, {len(good)} are expected")):
        script.write_bytes(content)
        done = run("viewer", "status", "--dir", tmp_path)
        assert done.returncode == 1 and expected in done.stderr and "reel viewer install" in done.stderr
    script.unlink()
    done = run("viewer", "status", "--dir", tmp_path)
    assert done.returncode == 1 and "index.js: No such file" in done.stderr


def test_a_wrong_package_is_refused_and_leaves_nothing(tmp_path):
    package = tmp_path / "package.tgz"
    package.write_bytes(b"not the package")
    done = run("viewer", "install", "--from", package, "--dir", tmp_path / "deep/viewer")
    assert done.returncode == 1
    assert hashlib.sha256(b"not the package").hexdigest() in done.stderr
    assert list((tmp_path / "deep/viewer").iterdir()) == []


def test_missing_programs_are_named(tmp_path):
    for arguments, program in (([], "npm"), (["--from", "/dev/null"], "sha256sum")):
        done = run("viewer", "install", "--dir", tmp_path / "viewer", *arguments, env={"PATH": str(tmp_path)})
        assert done.returncode == 1
        assert f"the program {program} is needed" in done.stderr
    assert list((tmp_path / "viewer").iterdir()) == []


def test_a_failing_fetch_is_reported(tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 7\n")
    npm.chmod(0o755)
    done = run("viewer", "install", "--dir", tmp_path / "viewer", env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "no network" in done.stderr and "npm failed with exit code 7" in done.stderr and "--from" in done.stderr


def test_the_folder_must_be_a_folder(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("viewer", "install", "--from", "/dev/null", "--dir", tmp_path / "file/viewer")
    assert done.returncode == 1 and str(tmp_path / "file") in done.stderr


def test_an_opened_browser_gets_the_address(tmp_path, official_recording):
    opener = tmp_path / "xdg-open"
    opener.write_text(f"#!/bin/sh\necho \"$@\" >{tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n")
    opener.chmod(0o755)
    command = [str(REEL), "view", str(official_recording)]
    env = {**os.environ, "DISPLAY": ":7", "PATH": f"{tmp_path}:{os.environ['PATH']}", "REEL_VIEWER_DIR": str(VIEWER_DIR)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            url = process.stdout.readline()
            deadline = time.monotonic() + 20
            while not (tmp_path / "opened").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:
            process.terminate()
    assert (tmp_path / "opened").read_text() == url
