"""deploy/quickstart.sh: one command, and everything runs; another, and nothing does."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
import stack
from client import http_call

pytestmark = pytest.mark.plain("the script waits as long as a program at its usual speed needs")
SCRIPT = stack.TOP / "deploy/quickstart.sh"
EXPECTED = {"TENANTD_URL", "DATABASE_URL", "DATABASE_OWNER_URL", "JWT_SECRET_KEY", "USER_TOKEN", "PARTNER_TOKEN", "PARTNER_KEY",
            "PLATFORM_TOKEN", "ADMIN_EMAIL", "ADMIN_PASSWORD", "ADMIN_TOKEN", "TENANTD", "TENANTD_CONFIG"}


@pytest.fixture
def quickstart():
    """Runs the script on a directory of its own, with the build that is there."""
    place = stack.Directory("tdq.")
    env = {**os.environ, "TENANTD_BUILD": os.path.dirname(stack.PROGRAM)}

    def run(*args, status=0):
        done = subprocess.run(["sh", str(SCRIPT), "--dir", str(run.dir), *args], capture_output=True,
                              text=True, check=False, timeout=900, cwd="/", env=env)
        assert done.returncode == status, f"{done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout
    run.dir, run.env = place.path / "qs", env
    yield run
    run("--stop")
    place.remove()


def environment(run):
    """DIR/env as a shell reads it."""
    out = subprocess.run(["sh", "-c", f"set -a; . '{run.dir}/env'; env -0"], capture_output=True, text=True, check=True,
                         env={"PATH": stack.PATH}).stdout
    return dict(pair.split("=", 1) for pair in out.split("\0") if pair)


def processes(run):
    """Those whose command line names the directory."""
    out = subprocess.run(["ps", "-eo", "pid=,stat=,args=", "-ww"], capture_output=True, text=True, check=True).stdout
    return [line for line in out.splitlines() if str(run.dir) in line and not line.split()[1].startswith("Z")
            and "quickstart.sh" not in line]


@pytest.mark.parametrize("server", ["lighttpd", "nginx", "apache"])
def test_detached_it_answers_and_stops(quickstart, server):
    if not shutil.which("apache2" if server == "apache" else server, path=stack.PATH):
        pytest.skip(f"{server} is not installed")
    port = stack.free_port()
    out = quickstart("--detach", "--port", str(port), "--server", server)
    assert '"isNew": true' in out or '"isNew":true' in out, out
    env = environment(quickstart)
    assert EXPECTED <= env.keys()
    assert all(env[k] for k in EXPECTED)
    assert (quickstart.dir / "env").stat().st_mode & 0o077 == 0
    assert env["TENANTD_URL"] == f"http://127.0.0.1:{port}"
    url = env["TENANTD_URL"]
    again = http_call(url, "POST", "/api/tenant/getOrCreate", env["USER_TOKEN"])
    assert again.status == 200 and again.json()["isNew"] is False
    assert http_call(url, "GET", "/admin/rls", env["ADMIN_TOKEN"]).status == 200
    assert http_call(url, "GET", "/admin/rls", env["USER_TOKEN"]).status == 403
    for name in ("PARTNER_TOKEN", "PARTNER_KEY"):
        assert http_call(url, "GET", "/api/provisioning/tenants", env[name]).status == 200
    made = http_call(url, "POST", "/api/provisioning/tenants", env["PARTNER_KEY"], {"company_name": "C", "email": "c@example.com"})
    assert made.status == 201 and made.json()["company_name"] == "C"
    assert http_call(url, "GET", "/api/tenant/current", env["PARTNER_KEY"]).status == 403
    for name in ("PARTNER_TOKEN", "PLATFORM_TOKEN"):
        assert http_call(url, "GET", "/api/tenant/current", env[name]).status == 404
    assert stack.sql(env["DATABASE_OWNER_URL"], "SELECT count(*) FROM public.tenant_users") == [(1,)]
    assert stack.sql(env["DATABASE_URL"], "SELECT count(*) FROM public.tenant_users") == [(0,)]
    rights = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert stack.sql(env["DATABASE_URL"], rights) == [(False, False)]
    assert stack.sql(env["DATABASE_OWNER_URL"], rights) == [(False, True)]
    for args in (["rls", "check"], ["doctor"], ["config", "check"], ["tenant", "list"]):
        done = subprocess.run([env["TENANTD"], "--config", env["TENANTD_CONFIG"], *args], capture_output=True,
                              text=True, check=False, env={"PATH": stack.PATH})
        assert done.returncode == 0, (args, done.stdout, done.stderr)
    quickstart("--status")
    assert processes(quickstart)
    quickstart("--stop")
    quickstart("--status", status=3)
    assert not processes(quickstart)


def test_what_it_says_to_try_works(quickstart):
    """Every line, as it is printed, in one shell; twice over."""
    out = quickstart("--detach", "--port", str(stack.free_port()))
    said = out.partition("In another shell, try:")[2].partition("Logs:")[0]
    lines = [line[2:] for line in said.splitlines() if line.startswith("  ")]
    assert lines[0].startswith(". ") and lines[-1].endswith("pool status"), out
    text = "set -e\n" + "\n".join(lines)
    for _ in range(2):
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False, timeout=600,
                              env={"PATH": stack.PATH})
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert '"tenant_id":"acme"' in done.stdout and "Everything is set up." in done.stdout, said
        assert done.stdout.count('"company_name":"Example Corp"') == 2, "made once and listed: " + said
        assert "verdict     taken" in done.stdout and "Be brief." in done.stdout, said
        assert '"isolation":"database"' in done.stdout, said
        reached = re.findall(r'"databaseUrl":"([^"]+)"', done.stdout)
        assert len(reached) == 1 and stack.sql(reached[0], "SELECT current_user::text")[0][0], said


@pytest.mark.parametrize("name", ["with blanks & more", "n" * 90])
def test_a_directory_of_any_name_will_do(quickstart, name):
    quickstart.dir = quickstart.dir.parent / name
    quickstart("--detach", "--port", str(stack.free_port()))
    env = environment(quickstart)
    assert http_call(env["TENANTD_URL"], "GET", "/readyz").status == 200
    quickstart("--stop")
    shutil.rmtree((quickstart.dir / "state").read_text().strip())


def test_started_again_it_keeps_its_data(quickstart):
    quickstart("--detach", "--port", str(stack.free_port()))
    first = environment(quickstart)
    assert "runs already" in quickstart("--detach")
    quickstart("--stop")
    out = quickstart("--detach", "--port", str(stack.free_port()))
    assert '"isNew": false' in out or '"isNew":false' in out, out
    second = environment(quickstart)
    for name in ("JWT_SECRET_KEY", "ADMIN_PASSWORD", "PARTNER_KEY"):
        assert first[name] == second[name]
    assert http_call(second["TENANTD_URL"], "GET", "/admin/rls", first["ADMIN_TOKEN"]).status == 200


def test_a_part_that_was_killed_is_started_again(quickstart):
    quickstart("--detach", "--port", str(stack.free_port()))
    pid = int((quickstart.dir / "web.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    stack.until(lambda: not stack.lives(pid))
    quickstart("--status", status=3)
    quickstart("--detach")
    quickstart("--status")


def test_ctrl_c_stops_everything(quickstart):
    with subprocess.Popen(["sh", str(SCRIPT), "--dir", str(quickstart.dir), "--port", str(stack.free_port())],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", env=quickstart.env,
                          start_new_session=True) as child:
        lines = []
        for line in child.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        assert lines and lines[-1].startswith("Ctrl-C"), "".join(lines)
        time.sleep(0.5)
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(300) == 130
    assert not processes(quickstart)


def test_a_port_that_is_taken_is_said_and_leaves_nothing(quickstart):
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        quickstart("--detach", "--port", str(s.getsockname()[1]), status=1)
    assert not processes(quickstart)


def test_two_beside_each_other(quickstart):
    quickstart("--detach")
    other = stack.Directory("tdq.")
    try:
        words = ["sh", str(SCRIPT), "--dir", str(other.path / "qs")]
        subprocess.run([*words, "--detach"], check=True, capture_output=True, timeout=900, env=quickstart.env)
        urls = {environment(quickstart)["TENANTD_URL"]}
        text = (other.path / "qs/env").read_text()
        urls.add(next(line.split("=", 1)[1] for line in text.splitlines() if line.startswith("TENANTD_URL=")))
        assert len(urls) == 2
        assert all(json.loads(http_call(u, "GET", "/readyz").body) is not None for u in urls)
    finally:
        subprocess.run([*words, "--stop"], check=True, capture_output=True, timeout=300)
        other.remove()
