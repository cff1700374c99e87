"""Readers of GET /api/events, who go on from where they were."""
import urllib.parse

import stack
import tokens

PATH = "/api/events"


def platform(db):
    """The headers of somebody who may see everything."""
    return {"Authorization": "Bearer " + tokens.token(db.settings["JWT_SECRET_KEY"], "operator", scope="admin")}


def target(path=PATH, **query):
    query = {k: v for k, v in query.items() if v is not None}
    return path + ("?" + urllib.parse.urlencode(query) if query else "")


def published(db):
    """Waits until every event has its number."""
    stack.until(lambda: db.value("SELECT count(*) FROM tenantd.events WHERE seq IS NULL") == 0, what="every number")


class Reader:
    """get: calls with a target and headers, and answers as fcgi_client does."""

    def __init__(self, get, headers, **query):
        self.get, self.headers, self.query, self.cursor = get, headers, query, None

    def ask(self, **more):
        return self.get(target(after=self.cursor, **{**self.query, **more}), self.headers)

    def read(self, **more):
        """What is new; one page of it."""
        answer = self.ask(**more)
        assert answer.status == 200, answer
        page = answer.json()
        self.cursor = page["next_cursor"]
        assert self.cursor
        return page["items"]

    def read_all(self, **more):
        """Page after page, until one is empty."""
        found = []
        while items := self.read(**more):
            found += items
        return found
