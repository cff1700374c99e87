"""What stands between the program and PostgreSQL, and keeps answers back."""
import contextlib
import re
import select
import socket
import threading
import urllib.parse


class Withholding:
    """Between the program and PostgreSQL: once `withhold` is set, the answer to the next COMMIT is kept back, and
    whoever holds the other end is to be killed; or, with `cut`, the connection is."""

    def __init__(self, url, cut=False):
        self.cut = cut
        server = urllib.parse.urlsplit(url)
        self.server, self.withhold, self.withheld = (server.hostname, server.port), False, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = re.sub(r"@[^/]*/", f"@127.0.0.1:{self.listener.getsockname()[1]}/", url)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.relay, args=(self.listener.accept()[0],), daemon=True).start()

    def relay(self, client):
        with client, socket.create_connection(self.server) as server, contextlib.suppress(OSError):
            while True:
                for s in select.select([client, server], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is server and self.withhold and b"COMMIT\0" in data:
                        self.withhold = False
                        self.withheld.set()
                        if self.cut:
                            return
                        continue
                    (server if s is client else client).sendall(data)

    def close(self):
        self.listener.close()
