"""An HTTP client for the web servers in front: one connection a call, as many at once as
are asked for."""
import http.client
import json
import threading
import time
import urllib.parse

import stack
import tokens


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {k.lower(): v for k, v in response.getheaders()}

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def http_call(url, method, path, token=None, body=None, headers=None, timeout=90):
    at = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=timeout * stack.PATIENCE)
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = "Bearer " + token
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, at.path + path, body=body, headers=headers, encode_chunked="Transfer-Encoding" in headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def get_or_create(url, key, user, body=None, timeout=90):
    return http_call(url, "POST", "/api/tenant/getOrCreate", tokens.token(key, user), body, timeout=timeout)


def persistent(call, seconds=120):
    """The call, made again while the answer is a 503 that names a time to come back."""
    end = time.monotonic() + seconds * stack.PATIENCE
    while (answer := call()).status == 503 and time.monotonic() < end:
        time.sleep(min(int(answer.headers["retry-after"]), 1))
    return answer


def at_once(calls):
    """Makes all calls at the same time, a thread each; their results in order, where a
    call that raised has its exception."""
    calls = list(calls)
    results = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def one(i, call):
        start.wait()
        try:
            results[i] = call()
        except Exception as e:  # the caller judges what came of it
            results[i] = e

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


class Load:
    """Calls over and over from some threads until the with-block ends; .results has what
    came of each call as (when, status or exception)."""

    def __init__(self, call, threads=4):
        self.call, self.results, self.stopping = call, [], False
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def _run(self):
        while not self.stopping:
            try:
                result = self.call().status
            except Exception as e:  # judged by the test
                result = e
            self.results.append((time.monotonic(), result))

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for t in self.threads:
            t.join()

    def statuses(self):
        return [r for _, r in self.results]

    def goes_on(self, count, status=200):
        """Waits until so many more answers of this status have come."""
        count += self.statuses().count(status)
        stack.until(lambda: self.statuses().count(status) >= count, what=f"{count} answers of status {status}")
