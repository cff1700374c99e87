"""Load and what it costs: wrk and pgbench for some seconds, with the processor time that
the program, PostgreSQL, the web server and the load itself took meanwhile."""
import json
import os
import re
import resource
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import stack

HERE = Path(__file__).resolve().parent
CONNECTIONS = 32
TICK = os.sysconf("SC_CLK_TCK")
GROUPS = ("program", "postgres", "server", "load")


@dataclass
class Result:
    rate: float
    requests: int
    errors: Counter  # by kind
    p50: float = None  # milliseconds
    p99: float = None
    cpu: dict = field(default_factory=dict)  # seconds, by group


def processes():
    """pid -> (parent, seconds of processor time with those of reaped children)."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            text = Path(f"/proc/{name}/stat").read_text()
        except OSError:
            continue
        fields = text[text.rindex(")") + 2:].split()
        found[int(name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICK
    return found


def cpu_of(roots):
    """What these processes and all below them have used so far, in seconds."""
    table, wanted = processes(), set(roots)
    grown = True
    while grown:
        below = {pid for pid, (parent, _) in table.items() if parent in wanted} - wanted
        wanted |= below
        grown = bool(below)
    return sum(table[pid][1] for pid in wanted if pid in table)


def of_children():
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def counted(groups, run):
    """run()'s Result with the processor time of groups, {name: pids}, and of the load."""
    before = {name: cpu_of(pids) for name, pids in groups.items()}
    own = of_children()
    result = run()
    result.cpu = {name: cpu_of(pids) - before[name] for name, pids in groups.items()}
    result.cpu["load"] = of_children() - own
    return result


def _output(command, env):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/",
                          env={"PATH": stack.PATH, "LC_ALL": "C.UTF-8", **env})
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def wrk(url, method, target, tokens=None, seconds=3600, once=False, count=None, bodies=None, connections=CONNECTIONS):
    env = {"METHOD": method, "TARGET": target}
    if tokens:
        env["TOKENS"] = str(tokens)
    if bodies:
        env["BODIES"] = str(bodies)
    if once:
        env["ORDER"] = "once"
    if count:
        env["COUNT"] = str(count)
    out = _output(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(HERE / "load.lua"), url], env)
    told = json.loads(out.splitlines()[-1])
    return Result(told["requests"] / told["seconds"], told["requests"], Counter(told["errors"]),
                  told["p50"], told["p99"])


def pgbench(url, script, seconds, options="", **variables):
    """pgbench's prepared statements as fast as that many connections take them."""
    words = [word for name, value in variables.items() for word in ("-D", f"{name}={value}")]
    out = _output(["pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds),
                   *words, "-f", str(script), url], {"PGOPTIONS": options})
    rate = float(re.search(r"^tps = ([0-9.]+)", out, re.M).group(1))
    done = int(re.search(r"^number of transactions actually processed: (\d+)", out, re.M).group(1))
    failed = re.search(r"^number of failed transactions: (\d+)", out, re.M)
    return Result(rate, done, Counter(transaction=int(failed.group(1)) if failed else 0))


def kinds(errors):
    return ", ".join(f"{n} {kind}" for kind, n in errors.items() if n)
