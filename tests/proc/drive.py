"""Drives tests/proc/toy: what the master must do when workers, signals and settings go
wrong. Prints TAP. Each case has a directory and a master of its own."""

import contextlib
import datetime
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from busy import BACKOFF_MOST_S, tries, unless_busy  # noqa: E402  (after the path)

TOY = sys.argv[1]
PATIENCE = 60.0


def until(what, most=PATIENCE):
    """The first true value of what(), or the last one when time is up."""
    end = time.monotonic() + most
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.01)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Toy:
    def __init__(self, settings="2", timeout=10000, drain=10000, passed=False, by=(), notify=""):
        self.dir = tempfile.mkdtemp(prefix="tn-toy-", dir="/tmp")
        self.path, self.log = self.dir + "/s", self.dir + "/log"
        self.configure(settings)
        stdin = subprocess.DEVNULL
        by = [word.replace("PATH", self.path) for word in by]
        if passed:
            stdin = socket.socket(socket.AF_UNIX)
            stdin.bind(self.path)
            stdin.listen(64)
        with open(self.dir + "/stderr", "w", encoding="ascii") as err:
            self.master = subprocess.Popen(
                [*by, TOY, self.path, self.dir + "/settings", self.log, str(timeout), str(drain)],
                stdin=stdin, stderr=err, env={**os.environ, "NOTIFY_SOCKET": notify})
        if passed:
            stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.master.poll() is None:
            self.master.kill()
        self.master.wait()
        with open(self.dir + "/stderr", encoding="utf-8") as err:
            for line in err:
                print("# " + line.rstrip())
        until(lambda: not self.live() | self.live("jobs"), 3)
        for pid in self.live() | self.live("jobs"):  # what should have gone with its master
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.dir)

    def configure(self, settings):
        with open(self.dir + "/settings.new", "w", encoding="ascii") as f:
            f.write(settings)
        os.rename(self.dir + "/settings.new", self.dir + "/settings")

    def lines(self, event, path=None):
        try:
            with open(path or self.log, encoding="utf-8") as f:
                return [l for l in f if f" event={event} " in l]
        except OSError:
            return []

    def started(self, role="requests"):
        return [int(re.search(r"worker=(\d+)", l)[1]) for l in self.lines("worker-started") if f" role={role} " in l]

    def live(self, role="requests"):
        return {pid for pid in self.started(role) if alive(pid)}

    def dial(self, command):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(self.path)
        s.sendall(command.encode() + b"\n")
        return s

    @staticmethod
    def hear(s):
        """The answer, or "" when the worker went without one."""
        try:
            data = s.recv(100)
        except ConnectionResetError:
            data = b""
        s.close()
        return data.decode().strip()

    def ask(self, command="pid"):
        return self.hear(self.dial(command))

    def ready(self):
        def answers():
            try:
                return self.ask()
            except OSError:
                return ""
        assert until(answers), "it does not answer"
        return self

    def rest(self, command):
        """A connection whose worker is at rest."""
        before = len(self.lines("rests"))
        s = self.dial(command)
        assert until(lambda: len(self.lines("rests")) > before)
        return s

    def pid(self):
        return int(self.ask())

    def settle(self, count, but=()):
        """The workers, once they are `count`, all answering and none of `but`."""
        seen = set()

        def all_answer():
            live = self.live()
            if len(live) != count or live & set(but):
                seen.clear()
                return False
            seen.add(self.pid())
            return live <= seen
        assert until(all_answer), f"want {count} workers, have {self.live()}"
        return self.live()

    def settle_jobs(self, count, but=()):
        """The job workers, once they are `count`, all at work and none of `but`."""
        def begun():
            return {int(re.search(r"pid=(\d+)", l)[1]) for l in self.lines("begins")}
        assert until(lambda: len(live := self.live("jobs")) == count and not live & set(but) and live <= begun()), \
            f"want {count} job workers, have {self.live('jobs')}"
        return self.live("jobs")

    def signal(self, signo):
        self.master.send_signal(signo)

    def stop(self, most=PATIENCE):
        self.signal(signal.SIGTERM)
        return self.master.wait(most)


class Stream:
    """Connections one after the other from a few threads; what was not answered."""

    def __init__(self, toy, threads=3):
        self.toy, self.done, self.failed, self.answers = toy, threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def run(self):
        while not self.done.is_set():
            try:
                answer = self.toy.ask()
                self.answers += 1
            except OSError as e:
                answer = ""
                self.failed.append(repr(e))
            if not answer:
                self.failed.append("no answer")
            time.sleep(0.002)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for t in self.threads:
            t.join()


# -- cases --


def a_worker_that_crashes_is_replaced_and_costs_its_request_only():
    with Toy("3").ready() as t:
        old = t.settle(3)
        with Stream(t) as s:
            assert t.ask("die") == ""
            new = t.settle(3, but=old - t.live())
            until(lambda: s.answers > 50)
        assert not s.failed, s.failed
        assert len(old & new) == 2
        assert t.ask("restarts").split()[1] == "1"
        died = t.lines("worker-died")
        assert len(died) == 1 and "signal=9" in died[0] and "state=busy" in died[0], died
        assert t.ask("exit3") == ""
        assert until(lambda: "status=3" in "".join(t.lines("worker-died")))
        t.settle(3)
        assert t.stop() == 0


def an_old_worker_that_dies_is_replaced_at_once():
    with Toy("1").ready() as t:
        t.settle(1)
        time.sleep(2.1)
        t.ask("die")
        begin = time.monotonic()
        assert t.ask() != ""
        assert time.monotonic() - begin < 5


def workers_that_die_after_they_served_are_replaced_at_once():
    with Toy("1").ready() as t:
        took = []
        for _ in range(8):
            assert t.pid() > 0
            t.ask("die")
            begin = time.monotonic()
            assert t.pid() > 0
            took.append(time.monotonic() - begin)
        assert min(took[4:]) < 0.7, "with pauses, 800 ms and more"


@unless_busy
def a_crash_loop_backs_off():
    begin = time.monotonic()
    with Toy("2 crash") as t:
        assert until(lambda: len(t.started()) >= 14)  # 2 x (0, 50, 150, 350, 750, 1550, 3150 ms, ...)
        forks, took = len(t.started()), time.monotonic() - begin
        assert forks <= 2 * tries(took), (forks, took)
        assert t.master.poll() is None
        t.configure("2")
        t.signal(signal.SIGHUP)  # forgets the back-off too
        begin = time.monotonic()
        t.ready().settle(2)
        assert time.monotonic() - begin < 2
        assert t.stop() == 0


def workers_that_retire_are_replaced_at_once():
    with Toy("1").ready() as t:
        took = []
        for _ in range(8):
            old = t.pid()
            assert t.ask("retire") == str(old)
            begin = time.monotonic()
            assert t.pid() != old
            took.append(time.monotonic() - begin)
        assert min(took[4:]) < 0.7, "with pauses, 800 ms and more"
        assert t.ask("restarts").split()[1] == "0"
        assert not t.lines("worker-died")


def workers_that_end_unused_do_not_make_it_spin():
    begin = time.monotonic()
    with Toy("1 end") as t:
        assert until(lambda: len(t.started()) >= 5)
        forks, took = len(t.started()), time.monotonic() - begin
        assert forks <= tries(took), (forks, took)
        assert not t.lines("worker-died")


def a_worker_that_hangs_is_killed_at_twice_the_timeout():
    with Toy("2", timeout=500).ready() as t:
        t.settle(2)
        begin = time.monotonic()
        assert t.ask("hang") == ""
        took = time.monotonic() - begin
        assert 0.9 < took < PATIENCE / 2, took
        assert t.ask() != ""
        t.settle(2)
        assert t.ask("restarts").split()[1] == "1"
        assert "reason=hung" in "".join(t.lines("worker-killed"))


def a_request_that_may_take_longer_is_not_killed():
    with Toy("1", timeout=500).ready() as t:
        assert t.ask("allow 2500") != ""
        assert not t.lines("worker-killed")
        assert t.ask("hang") == "", "what the one before it was allowed is over"


@unless_busy
def a_request_below_twice_the_timeout_is_not_killed():
    with Toy("1", timeout=500).ready() as t:
        assert t.ask("sleep 700") != ""


def a_drain_answers_the_request_in_flight():
    for signo in (signal.SIGTERM, signal.SIGINT):
        with Toy("2").ready() as t:
            workers = t.settle(2)
            slow = t.rest("sleep 800")
            t.signal(signo)
            assert int(t.hear(slow)) in workers
            assert t.master.wait(PATIENCE) == 0
            assert not any(map(alive, workers))
            assert not os.path.exists(t.path)
            assert not t.lines("worker-died")


def a_drain_ends_in_time():
    with Toy("2", drain=500).ready() as t:
        slow = t.rest("sleep 60000")
        begin = time.monotonic()
        assert t.stop() == 0
        assert 0.4 < time.monotonic() - begin < PATIENCE / 2
        assert t.hear(slow) == ""
        assert "reason=drain" in "".join(t.lines("worker-killed"))


def a_second_signal_or_quit_ends_at_once():
    for signals in ((signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGTERM),
                    (signal.SIGQUIT,), (signal.SIGTERM, signal.SIGQUIT)):
        with Toy("2", drain=60000).ready() as t:
            slow = t.rest("sleep 60000")
            begin = time.monotonic()
            for signo in signals:
                t.signal(signo)
                time.sleep(0.1)
            assert t.master.wait(PATIENCE) == 0
            assert time.monotonic() - begin < PATIENCE / 2
            slow.close()


def workers_go_with_a_master_that_is_killed():
    with Toy("3", drain=1000).ready() as t:
        workers = t.settle(3)
        hung = t.rest("hang")
        t.signal(signal.SIGKILL)
        t.master.wait(PATIENCE)
        assert until(lambda: len([p for p in workers if alive(p)]) <= 1)
        assert until(lambda: not any(map(alive, workers)))  # and the hung one
        hung.close()


def a_reload_under_load_refuses_nobody():
    with Toy("3").ready() as t:
        old = t.settle(3)
        with Stream(t) as s:
            for _ in range(3):
                t.signal(signal.SIGHUP)
                new = t.settle(3, but=old)
                assert not old & new
                old = new
        assert not s.failed, s.failed
        assert s.answers > 50
        assert not t.lines("worker-died")
        assert t.ask("restarts").split()[1] == "0"


@unless_busy
def a_reload_keeps_as_many_accepting_while_new_ones_get_ready():
    def times(lines):
        return [datetime.datetime.fromisoformat(l.split("Z ")[0]).timestamp() for l in lines]

    with Toy("2").ready() as t:
        old = t.settle(2)
        t.configure("2 slow")
        t.signal(signal.SIGHUP)
        t.settle(2, but=old)
        started = times(t.lines("worker-started"))[2:]
        ended = times(t.lines("worker-ended"))
        assert len(started) == len(ended) == 2
        for start, end in zip(started, ended):  # each takes 600 ms to get ready
            assert end - start > 0.25, (started, ended)


def a_reload_with_bad_settings_keeps_all():
    with Toy("2").ready() as t:
        old = t.settle(2)
        t.configure("2 nonsense")
        t.signal(signal.SIGHUP)
        assert until(lambda: t.lines("reload-refused"))
        time.sleep(0.3)
        assert t.settle(2) == old
        assert len(t.started()) == 2


def reloads_change_the_number_of_workers():
    with Toy("2").ready() as t:
        workers = t.settle(2)
        for count in (5, 1, 3):
            t.configure(str(count))
            t.signal(signal.SIGHUP)
            workers = t.settle(count, but=workers)
        t.configure("512")
        t.signal(signal.SIGHUP)
        assert until(lambda: t.lines("workers-limited"))
        t.settle(32, but=workers)
        assert t.stop() == 0


def reloads_on_top_of_each_other_come_to_rest():
    with Toy("3").ready() as t:
        old = t.settle(3)
        with Stream(t) as s:
            for _ in range(20):
                t.signal(signal.SIGHUP)
                time.sleep(0.015)
            t.settle(3, but=old)
        assert not s.failed, s.failed


def a_reload_to_workers_that_crash_keeps_the_old_ones_serving():
    with Toy("2").ready() as t:
        old = t.settle(2)
        t.configure("2 crash")
        t.signal(signal.SIGHUP)
        with Stream(t) as s:
            assert until(lambda: len(t.lines("worker-died")) >= 3)
        assert not s.failed, s.failed
        assert len(old & t.live()) == 2
        t.configure("2 config")
        t.signal(signal.SIGHUP)
        assert until(lambda: "status=78" in "".join(t.lines("worker-died")))
        assert len(old & t.live()) == 2
        t.configure("2")
        t.signal(signal.SIGHUP)
        t.settle(2, but=old)
        assert t.stop() == 0


def settings_that_cannot_work_stop_the_master():
    with Toy("2 config") as t:
        assert t.master.wait(PATIENCE) == 78
        assert not os.path.exists(t.path)
        assert "status 78" in "".join(t.lines("toy-failed"))
    with Toy("2").ready() as t:
        t.settle(2)
        slow = t.rest("sleep 500")
        t.ask("config")
        assert t.hear(slow) != ""
        assert t.master.wait(PATIENCE) == 78


def usr1_opens_the_log_again_everywhere():
    with Toy("2").ready() as t:
        workers = t.settle(2)
        os.rename(t.log, t.log + ".1")
        t.signal(signal.SIGUSR1)
        assert until(lambda: len(t.lines("reopened")) == 2), t.lines("reopened")
        assert {int(re.search(r"pid=(\d+)", l)[1]) for l in t.lines("reopened")} == workers
        assert not t.lines("reopened", t.log + ".1")
        assert t.stop() == 0
        assert t.lines("master-stopped")


def a_socket_that_was_passed_is_kept():
    with Toy("2", passed=True).ready() as t:
        t.settle(2)
        assert t.stop() == 0
        assert os.path.exists(t.path)


def a_socket_that_systemd_passed_is_kept():
    with Toy("2", by=("systemd-socket-activate", "-l", "PATH")).ready() as t:
        worker = next(iter(t.settle(2)))
        with open(f"/proc/{worker}/environ", encoding="utf-8") as f:
            assert "LISTEN_FDS=1" in f.read()  # it did come that way
        assert t.stop() == 0
        assert os.path.exists(t.path)


def systemd_hears_when_all_accept_and_when_it_stops():
    for kind in ("@", "/"):
        with tempfile.TemporaryDirectory(prefix="tn-notify-") as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            name = f"{place}/n"
            heard.bind("\0" + name if kind == "@" else name)
            heard.settimeout(PATIENCE)
            with Toy("2 slow", notify=("@" if kind == "@" else "") + name).ready() as t:
                assert heard.recv(200) == b"READY=1"
                t.settle(2)
                t.signal(signal.SIGHUP)
                assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", told := heard.recv(200)), told
                assert 0 <= time.monotonic_ns() // 1000 - int(told.split(b"=")[-1]) < PATIENCE * 1e6
                begin = time.monotonic()
                assert heard.recv(200) == b"READY=1"
                assert time.monotonic() - begin > 0.7  # one after the other, 600 ms each
                t.configure("nonsense")
                t.signal(signal.SIGHUP)
                assert heard.recv(200).startswith(b"RELOADING=1\n")
                assert heard.recv(200) == b"READY=1"
                assert t.stop() == 0
                assert heard.recv(200) == b"STOPPING=1"


def systemd_is_not_told_of_workers_that_never_accept():
    with tempfile.TemporaryDirectory(prefix="tn-notify-") as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(f"{place}/n")
        heard.settimeout(0.7)
        with Toy("2 crash", notify=f"{place}/n") as t:
            try:
                assert not heard.recv(200)
            except TimeoutError:
                pass
            assert t.stop() == 0
            assert heard.recv(200) == b"STOPPING=1"


def slots(t, event, role):
    return [re.search(r" slot=(\d+)", l)[1] for l in t.lines(event) if f" role={role} " in l]


def held(pid):
    """What its descriptors are."""
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return found


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as f:
        return f.read().strip()


def job_workers_are_started_beside_the_others():
    with Toy("2 jobs 3").ready() as t:
        workers, jobs = t.settle(2), t.settle_jobs(3)
        assert not workers & jobs
        assert {name_of(pid) for pid in workers | {t.master.pid}} == {"toy"}
        assert {name_of(pid) for pid in jobs} == {"toy-jobs"}
        with open("/proc/net/unix", encoding="ascii") as f:
            inodes = {l.split()[6] for l in f if l.rstrip().endswith(t.path)}
        sockets = {f"socket:[{i}]" for i in inodes}
        for pid in workers:
            assert held(pid) & sockets, (held(pid), inodes)
        for pid in jobs:
            assert until(lambda pid=pid: not held(pid) & sockets), (held(pid), inodes)
        assert t.stop() == 0
        assert not any(map(alive, workers | jobs))


def who_is_killed_is_replaced_in_each_role():
    with Toy("2 jobs 2").ready() as t:
        workers, jobs = t.settle(2), t.settle_jobs(2)
        for n in range(1, 5):
            victim = min(jobs)
            os.kill(victim, signal.SIGKILL)
            jobs = t.settle_jobs(2, but={victim})
            assert until(lambda: t.ask("restarts").split()[1:] == ["0", str(n)])
        assert t.live() == workers
        assert slots(t, "worker-died", "jobs") == slots(t, "worker-started", "jobs")[2:], "each in its own slot"
        for _ in range(4):
            victim = min(workers)
            os.kill(victim, signal.SIGKILL)
            workers = t.settle(2, but={victim})
        assert t.live("jobs") == jobs
        assert t.ask("restarts").split()[1:] == ["4", "4"]
        assert t.stop() == 0


def a_job_worker_that_worked_is_replaced_at_once():
    with Toy("1 jobs 1").ready() as t:
        took = []
        for _ in range(8):
            victim = min(t.settle_jobs(1))
            woken = len(t.lines("woken"))
            t.ask("wake")
            assert until(lambda: len(t.lines("woken")) > woken)
            begin = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            t.settle_jobs(1, but={victim})
            took.append(time.monotonic() - begin)
        assert min(took[4:]) < 0.7, "with pauses, 800 ms and more"


def a_reload_replaces_both_roles():
    with Toy("2 jobs 2").ready() as t:
        workers, jobs = t.settle(2), t.settle_jobs(2)
        with Stream(t) as s:
            for _ in range(3):
                t.signal(signal.SIGHUP)
                workers, jobs = t.settle(2, but=workers), t.settle_jobs(2, but=jobs)
        assert not s.failed, s.failed
        assert not t.lines("worker-died")
        for count in (3, 0, 1):
            t.configure(f"2 jobs {count}")
            t.signal(signal.SIGHUP)
            workers, jobs = t.settle(2, but=workers), t.settle_jobs(count, but=jobs)
        t.configure("512 jobs 16")
        t.signal(signal.SIGHUP)
        assert until(lambda: t.lines("workers-limited"))
        t.settle(16, but=workers), t.settle_jobs(16, but=jobs)
        assert t.stop() == 0


def a_reload_keeps_job_workers_until_new_ones_are_ready():
    with Toy("1 jobs 1").ready() as t:
        workers, jobs = t.settle(1), t.settle_jobs(1)
        t.configure("1 jobs 1 crash")
        t.signal(signal.SIGHUP)
        workers = t.settle(1, but=workers)
        assert until(lambda: len(slots(t, "worker-died", "jobs")) >= 3)
        assert t.live("jobs") & jobs == jobs
        t.configure("1 jobs 1 slow")
        t.signal(signal.SIGHUP)
        t.settle_jobs(1, but=jobs)
        t.settle(1, but=workers)
        assert t.stop() == 0


def a_drain_waits_for_job_workers():
    with Toy("2 jobs 2 linger").ready() as t:
        t.settle(2)
        t.settle_jobs(2)
        begin = time.monotonic()
        assert t.stop() == 0
        assert 0.5 < time.monotonic() - begin < PATIENCE / 2
        assert not t.lines("worker-killed")
    with Toy("2 jobs 1 stay", drain=500).ready() as t:
        jobs = t.settle_jobs(1)
        begin = time.monotonic()
        assert t.stop() == 0
        assert 0.4 < time.monotonic() - begin < PATIENCE / 2
        assert not any(map(alive, jobs))
        killed = t.lines("worker-killed")
        assert len(killed) == 1 and "role=jobs" in killed[0] and "reason=drain" in killed[0], killed


def job_workers_that_cannot_start_cost_no_request():
    for mode in ("crash", "config", "end"):
        with tempfile.TemporaryDirectory(prefix="tn-notify-") as place, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(f"{place}/n")
            heard.settimeout(PATIENCE)
            begin = time.monotonic()
            with Toy(f"2 jobs 1 {mode}", notify=f"{place}/n").ready() as t:
                assert heard.recv(200) == b"READY=1"
                workers = t.settle(2)
                with Stream(t) as s:
                    time.sleep(1)
                    assert mode == "config" or until(lambda: len(t.started("jobs")) >= 5)
                assert not s.failed, s.failed
                assert t.live() == workers
                forks, took = len(t.started("jobs")), time.monotonic() - begin
                assert forks <= (1 + took // BACKOFF_MOST_S if mode == "config" else tries(took)), (forks, took)
                t.signal(signal.SIGHUP)
                assert heard.recv(200).startswith(b"RELOADING=1\n")
                assert heard.recv(200) == b"READY=1"
                t.settle(2, but=workers)
                assert t.stop() == 0


@unless_busy
def a_silent_job_worker_is_killed():
    with Toy("1 jobs 2", timeout=500).ready() as t:
        jobs = t.settle_jobs(2)
        victim = min(jobs)
        begin = time.monotonic()
        os.kill(victim, signal.SIGSTOP)
        new = t.settle_jobs(2, but={victim})
        assert 0.9 < time.monotonic() - begin < PATIENCE / 2
        assert len(new & jobs) == 1
        [killed] = t.lines("worker-killed")
        assert "role=jobs" in killed and "reason=hung" in killed and "state=idle" in killed, killed


@unless_busy
def job_workers_go_with_a_master_that_is_killed():
    """Nor do they keep its socket."""
    with Toy("1 jobs 1 stay", drain=2000).ready() as t:
        [worker], [jobs] = t.settle(1), t.settle_jobs(1)
        t.signal(signal.SIGKILL)
        t.master.wait(PATIENCE)
        assert until(lambda: not alive(worker))
        assert alive(jobs)
        try:
            t.ask()
            raise AssertionError("somebody listens")
        except ConnectionRefusedError:
            pass
        assert until(lambda: not alive(jobs))


@unless_busy
def a_wake_up_reaches_a_job_worker_and_news_come_back():
    with Toy("2 jobs 3").ready() as t:
        t.settle(2)
        t.settle_jobs(3)
        time.sleep(0.2)
        before = len(t.lines("woken"))
        for n in range(1, 20):
            t.ask("wake")
            assert until(lambda: len(t.lines("woken")) >= before + n)
        assert len(t.lines("woken")) == before + n, "one of them suffices"
        assert int(t.ask("news").split()[1]) >= before + n - 1


def the_place_of_a_waiting_worker_that_is_killed_is_free_again():
    with Toy("1 jobs 1").ready() as t:
        [worker] = t.settle(1)
        assert t.ask("seat").split()[1:] == ["1", "1"]
        assert t.ask("seat").split()[1:] == ["0", "1"]
        os.kill(worker, signal.SIGKILL)
        t.settle(1, but={worker})
        assert t.ask("seat").split()[1:] == ["1", "1"]


def usr1_reaches_job_workers():
    with Toy("1 jobs 1").ready() as t:
        pids = t.settle(1) | t.settle_jobs(1)
        t.signal(signal.SIGUSR1)
        assert until(lambda: {int(re.search(r"pid=(\d+)", l)[1]) for l in t.lines("reopened")} == pids)


def nobody_to_notify_is_no_matter():
    for nowhere in ("/nonexistent/n", "@tn-nobody", "n", "@", "/" + "a" * 200):
        with Toy("1", notify=nowhere).ready() as t:
            assert t.stop() == 0


def workers_hold_nothing_of_the_master():
    with Toy("2 jobs 1").ready() as t:
        for pid in t.settle(2) | t.settle_jobs(1):
            assert until(lambda pid=pid: not [f for f in held(pid) if "signalfd" in f]), held(pid)

            def blocked(pid=pid):
                with open(f"/proc/{pid}/status", encoding="ascii") as f:
                    return int(re.search(r"SigBlk:\s*(\w+)", f.read())[1], 16)
            assert until(lambda: blocked() == 0), hex(blocked())


@unless_busy
def an_idle_master_sleeps():
    with Toy("2 jobs 1").ready() as t:
        t.settle(2)
        t.settle_jobs(1)
        def ticks():
            with open(f"/proc/{t.master.pid}/status", encoding="ascii") as f:
                return int(re.search(r"\nvoluntary_ctxt_switches:\s*(\d+)", f.read())[1])
        before = ticks()
        time.sleep(1)
        assert ticks() - before <= 5


CASES = [
    a_worker_that_crashes_is_replaced_and_costs_its_request_only,
    an_old_worker_that_dies_is_replaced_at_once,
    workers_that_die_after_they_served_are_replaced_at_once,
    a_crash_loop_backs_off,
    workers_that_retire_are_replaced_at_once,
    workers_that_end_unused_do_not_make_it_spin,
    a_worker_that_hangs_is_killed_at_twice_the_timeout,
    a_request_that_may_take_longer_is_not_killed,
    a_request_below_twice_the_timeout_is_not_killed,
    a_drain_answers_the_request_in_flight,
    a_drain_ends_in_time,
    a_second_signal_or_quit_ends_at_once,
    workers_go_with_a_master_that_is_killed,
    a_reload_under_load_refuses_nobody,
    a_reload_keeps_as_many_accepting_while_new_ones_get_ready,
    a_reload_with_bad_settings_keeps_all,
    reloads_change_the_number_of_workers,
    reloads_on_top_of_each_other_come_to_rest,
    a_reload_to_workers_that_crash_keeps_the_old_ones_serving,
    settings_that_cannot_work_stop_the_master,
    usr1_opens_the_log_again_everywhere,
    a_socket_that_was_passed_is_kept,
    *([a_socket_that_systemd_passed_is_kept] if shutil.which("systemd-socket-activate") else []),
    systemd_hears_when_all_accept_and_when_it_stops,
    systemd_is_not_told_of_workers_that_never_accept,
    job_workers_are_started_beside_the_others,
    who_is_killed_is_replaced_in_each_role,
    a_job_worker_that_worked_is_replaced_at_once,
    a_reload_replaces_both_roles,
    a_reload_keeps_job_workers_until_new_ones_are_ready,
    a_drain_waits_for_job_workers,
    job_workers_that_cannot_start_cost_no_request,
    a_silent_job_worker_is_killed,
    job_workers_go_with_a_master_that_is_killed,
    a_wake_up_reaches_a_job_worker_and_news_come_back,
    the_place_of_a_waiting_worker_that_is_killed_is_free_again,
    usr1_reaches_job_workers,
    nobody_to_notify_is_no_matter,
    workers_hold_nothing_of_the_master,
    an_idle_master_sleeps,
]


def main():
    chosen = [f for f in CASES if len(sys.argv) < 3 or f.__name__ in sys.argv[2:]]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for n, case in enumerate(chosen, 1):
        try:
            case()
            print(f"ok {n} - {case.__name__}", flush=True)
        except Exception as e:  # whatever it was, the other cases still run
            failed = 1
            print(f"# {type(e).__name__}: {e} (line {e.__traceback__.tb_next.tb_lineno})")
            print(f"not ok {n} - {case.__name__}", flush=True)
    return failed


sys.exit(main())
