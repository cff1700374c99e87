"""A network of its own for a command: every address is this machine, and one name server
knows every name.

    island.py NAMES COMMAND...    runs it there; its status is the answer
    island.py --why-not           prints why there can be none, and nothing when there can

NAMES is a file of JSON, read again for each question: {"name": [answer, answer, ...]} with
an answer for each time that the name is asked for, the last for good. An answer is a list of
IPv4 and IPv6 addresses, or "silence". Other names do not exist. A file with another content
begins all turns anew. Questions are written to NAMES.asked, a name a line; one for A and
one for AAAA, in a row, are one question.

Nothing leaves the island: it has the loopback alone, to which all addresses belong. Unix
sockets reach outside. Who is not root becomes root within.
"""
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

ADDRESS = "127.53.0.53"
A, AAAA = 1, 28


def unshare():
    return ["unshare", *(["--map-root-user"] if os.geteuid() != 0 else []), "--mount", "--net", "--fork",
            "--kill-child"]


def why_not():
    try:
        tried = subprocess.run([*unshare(), "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    except FileNotFoundError as e:
        return f"there is no {e.filename}"
    return tried.stderr.strip() if tried.returncode else None


class NameServer(threading.Thread):
    """RFC 1035 over UDP, as far as getaddrinfo(3) asks."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.names, self.text, self.turns, self.halves = names, "", {}, {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, 53))

    def run(self):
        while True:
            question, client = self.socket.recvfrom(512)
            reply = self.reply(question)
            if reply:
                self.socket.sendto(reply, client)

    def reply(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("ascii"))
            at += 1 + question[at]
        kind, = struct.unpack_from("!H", question, at + 1)
        answer = self.answer(".".join(labels).lower(), kind)
        if answer == "silence":
            return None
        family = {A: 4, AAAA: 6}.get(kind)
        found = [a for a in map(ipaddress.ip_address, answer or []) if a.version == family]
        head = question[:2] + struct.pack("!HHHHH", 0x8580 | (3 if answer is None else 0), 1, len(found), 0, 0)
        return head + question[12:at + 5] + b"".join(
            struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(a.packed)) + a.packed for a in found)

    def answer(self, name, kind):
        """What the name is now; the other half of the same question gets the same."""
        with open(self.names, encoding="utf-8") as f:
            text = f.read()
        if text != self.text:
            self.text, self.turns, self.halves = text, {}, {}
        half = self.halves.pop(name, (kind, None))
        if half[0] != kind:
            return half[1]
        with open(self.names + ".asked", "a", encoding="utf-8") as f:
            f.write(name + "\n")
        answers = json.loads(text).get(name)
        turn = self.turns[name] = self.turns.get(name, -1) + 1
        answer = answers[min(turn, len(answers) - 1)] if answers else None
        self.halves[name] = (kind, answer)
        return answer


def settle(names):
    """What is done inside, before the command."""
    for command in (["ip", "link", "set", "lo", "up"],
                    ["ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo"],
                    ["ip", "-6", "route", "add", "local", "::/0", "dev", "lo"],
                    ["mount", "--make-rprivate", "/"]):
        subprocess.run(command, check=True)
    with tempfile.TemporaryDirectory(prefix="i.", dir="/tmp") as scratch:
        for path, text in (("/etc/resolv.conf", f"nameserver {ADDRESS}\noptions timeout:30 attempts:1\n"),
                           ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")):
            ours = os.path.join(scratch, os.path.basename(path))
            with open(ours, "w", encoding="utf-8") as f:
                f.write(text)
            os.chmod(ours, 0o644)
            subprocess.run(["mount", "--bind", ours, path], check=True)
    NameServer(names).start()


def main(argv):
    if argv == ["--why-not"]:
        print(why_not() or "", end="")
        return 0
    if len(argv) > 2 and argv[0] == "--inside":
        settle(argv[1])
        return subprocess.run(argv[2:], check=False).returncode
    if len(argv) < 2:
        sys.exit(__doc__)
    return subprocess.run([*unshare(), sys.executable, __file__, "--inside", *argv], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
