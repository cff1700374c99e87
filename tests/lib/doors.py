"""The ways from HTTP to the program, each by a sample of deploy/: one row a door, and what
rightly differs between them in its columns. A door is opened when a test first asks for it.

    with Doors(db, app) as doors:
        http_call(doors["nginx"].url, "GET", "/healthz")
"""
import contextlib
import os
import shutil
from dataclasses import dataclass

import pytest
import stack

MODULES = "/usr/lib/apache2/modules"


@dataclass(frozen=True)
class Kind:
    """server: what webserver.sh knows. edits: what this door changes in its samples."""
    server: str
    edits: tuple = ()
    spawns: bool = False   # the web server starts the program
    workers: int = 0       # of the program that it starts
    reload: frozenset = frozenset([200])  # what calls get while the web server is reloaded
    hangs: bool = False    # or nothing at all, until it stops waiting
    restart: frozenset = frozenset([200])  # what they get while the program is, behind a kept socket
    shares: bool = True    # what its processes count they count together


NGINX_KEEP = (("server unix:", "keepalive 4;\n\tserver unix:"), ("fastcgi_keep_conn off;", "fastcgi_keep_conn on;"))
APACHE_KEEP = (("timeout=40", "timeout=40 enablereuse=on"),)
# Apache without threads has another module for CGI.
PREFORK = (("mpm_event", "mpm_prefork"), (" cgid_module", " cgi_module"), ("/mod_cgid", "/mod_cgi"), ("ScriptSock", "#"))
KINDS = {
    "lighttpd": Kind("lighttpd"),
    "lighttpd-spawn": Kind("lighttpd-spawn", spawns=True, workers=4),
    "nginx": Kind("nginx"),
    "nginx-keep": Kind("nginx", NGINX_KEEP, restart=frozenset([200, 503])),
    "apache": Kind("apache"),
    "apache-keep": Kind("apache", APACHE_KEEP, restart=frozenset([200, 503])),
    "apache-fcgid": Kind("apache-fcgid", spawns=True, hangs=True, shares=False),
    "apache-prefork-cgi": Kind("apache-cgi", PREFORK, spawns=True, shares=False),
    "apache-cgi": Kind("apache-cgi", spawns=True, reload=frozenset([200, 503]), shares=False),
}
ALL = list(KINDS)
TO_A_SOCKET = [name for name, kind in KINDS.items() if not kind.spawns]
SAMPLES = [name for name in TO_A_SOCKET if not KINDS[name].edits]


class Door(stack.WebServer):
    """An open door. settings: those of the program, where the door starts it."""

    def __init__(self, name, address="", settings=None):
        self.name, self.kind = name, KINDS[name]
        self.program = None
        if self.kind.server.startswith("apache") and not shutil.which("apache2", path=stack.PATH):
            pytest.skip("apache2 is not installed")
        if name == "apache-fcgid" and not os.path.exists(f"{MODULES}/mod_fcgid.so"):
            pytest.skip("mod_fcgid is not installed")
        config = ""
        if self.kind.spawns:
            self.program = stack.Directory("tdd.")
            run = self.program.writable("run")
            config, self.program_log = run / "tenantd.conf", run / "log"
            settings = {**settings, "WORKERS": str(self.kind.workers), "LOG_FILE": str(self.program_log)}
            config.write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
        try:
            super().__init__(self.kind.server, address, config, self.kind.edits)
        except BaseException:
            self.remove_program()
            raise

    def remove_program(self):
        if self.program:
            self.program.remove()

    def __exit__(self, *_):
        self.process.stop()
        said = "".join(f.read_text(errors="replace") for place in (self.place, self.program) if place
                       for f in (place.path / "run").iterdir() if f.is_file() and f.name != "tenantd.conf")
        self.place.remove()
        self.remove_program()
        assert not stack.UNSOUND.search(said), (self.name, said[-8000:])


class Doors(dict):
    """Opened on demand, closed together. app: the program behind those that have a socket."""

    def __init__(self, db, app):
        super().__init__()
        self.db, self.app = db, app

    def __missing__(self, name):
        self[name] = Door(name, self.app.socket, {**self.app.settings})
        return self[name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.ExitStack() as closing:
            for door in self.values():
                closing.push(door)
