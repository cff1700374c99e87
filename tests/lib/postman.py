"""Mails of accounts as people get them: the program's jobs are run, and what a mail server was sent is read.

    with Postman() as post, stack.Tenantd(db, JOB_WORKERS=0, **post.settings) as app:
        ... post.link(app, "ada@example.com") -> ("verify-email", "tdv_…")
"""
import json
import subprocess
import urllib.parse

import stack
from mailserver import MailServer

ACCOUNT_URL = "https://app.example.com/account"


class Postman(MailServer):
    def __init__(self):
        super().__init__()
        self.settings = {"SMTP_URL": self.url, "SMTP_TLS": "off", "MAIL_FROM": "Acme <no-reply@acme.example>",
                         "ACCOUNT_URL": ACCOUNT_URL + "/"}

    def deliver(self, app):
        """Sends all that waits."""
        stack.command(app.settings, "jobs", "run")

    def mails_to(self, app, address):
        """What was sent to an address so far, the oldest first."""
        self.deliver(app)
        return [m for m in self.mails if m.recipients == [address]]

    def link(self, app, address):
        """Page and secret of the last mail to an address; both of its parts show the same."""
        mail = self.mails_to(app, address)[-1]
        lines = [word for word in mail.part("plain").split() if word.startswith(ACCOUNT_URL)]
        assert len(lines) == 1, mail.part("plain")
        assert lines[0] in mail.part("html")
        url = urllib.parse.urlsplit(lines[0])
        return url.path.rsplit("/", 1)[1], urllib.parse.parse_qs(url.query)["token"][0]


def dump(db):
    """All that a database holds, as its copy has it."""
    return subprocess.run(["pg_dump", "--inserts", db.super_url], capture_output=True, text=True, check=True).stdout


def payloads(db):
    return [json.dumps(p) for (p,) in db.sql("SELECT payload FROM tenantd.jobs")]
