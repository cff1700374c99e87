"""Mails, from the job to a mail server; what arrives is read by Python's email package."""
import email.header
import email.utils
import html.parser
import itertools
import json
import re
import uuid

import pytest
import stack
import tokens
from mailserver import MailServer, make_certificate

SETTINGS = {"MAIL_FROM": "Acmé, Inc. <no-reply@acme.example>", "SMTP_TLS": "off", "JOB_WORKERS": 1,
            "JOB_POLL": 50, "JOB_BACKOFF": 20, "JOB_BACKOFF_MOST": 1}
NAMES = itertools.count(1)
TEMPLATES = ["deletion_scheduled", "invitation", "password_reset", "quota_alert", "security_alert", "tenant_suspended",
             "verification", "welcome"]


@pytest.fixture(scope="module")
def db(cluster):
    with cluster.database() as d:
        yield d


@pytest.fixture(scope="module")
def server():
    with MailServer() as s:
        yield s


@pytest.fixture
def post(server):
    """The mail server without what it got before."""
    server.mails.clear()
    server.answer = lambda mail: "250 OK"
    return server


@pytest.fixture(scope="module")
def app(db, server):
    with stack.Tenantd(db, workers=1, SMTP_URL=server.url, **SETTINGS) as a:
        yield a


@pytest.fixture(scope="module")
def certificate():
    place = stack.Directory("tdm.")
    yield make_certificate(place.path)
    place.remove()


class Owner:
    """Somebody with a tenant, and its templates."""

    def __init__(self, app):
        self.app, self.user = app, f"mail-{next(NAMES)}-{uuid.uuid4().hex[:8]}"
        self.tenant = self.call("POST", "/api/tenant/getOrCreate")["tenantId"]

    def call(self, method, path, body=None):
        answer = self.app.call(method, path, tokens.bearer(self.app.db, self.user), body)
        assert answer.status < 300, (answer.status, answer.body)
        return answer.json() if answer.body else None

    def template(self, name, rest=""):
        return f"/api/tenants/{self.tenant}/email-templates/{name}{rest}"


@pytest.fixture
def owner(app):
    return Owner(app)


def queue(db, template="welcome", to="ada@example.com", **more):
    return db.value("INSERT INTO tenantd.jobs (kind, payload) VALUES ('mail.send', %s) RETURNING id",
                    [json.dumps({"template": template, "to": to, **more})])


def ended(db, job):
    """(state, why) of a job that is done or was given up."""
    return stack.until(lambda: [r for r in db.sql("SELECT state, last_error FROM tenantd.jobs WHERE id = %s", [job])
                                if r[0] != "queued"], what=f"the end of job {job}")[0]


def send(db, post, **mail):
    assert ended(db, queue(db, **mail)) == ("done", None)
    assert len(post.mails) == 1
    return post.mails[0]


def trials(db, job, count):
    """The reason why it was not sent, after that many attempts or more."""
    return stack.until(lambda: db.sql("SELECT j.last_error FROM tenantd.jobs j JOIN tenantd.job_lanes l ON l.job_id = j.id"
                                      " WHERE j.id = %s AND l.attempts >= %s AND j.last_error IS NOT NULL", [job, count]),
                       what=f"attempt {count} at job {job}")[0][0]


def give_up(db, job):
    """Nobody waits for it any more."""
    db.sql("UPDATE tenantd.job_lanes SET run_at = 'infinity' WHERE job_id = %s", [job])


class Page(html.parser.HTMLParser):
    """That every element is closed, and what is told of it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.words, self.links = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


# -- what arrives --

@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_arrives_as_its_preview_shows_it(db, post, owner, template):
    view = owner.call("GET", owner.template(template))["sample"]
    view["tenant"] = {"name": "Müller & Söhne «日本» 😀"}
    shown = owner.call("POST", owner.template(template, "/preview"), {"view": view})
    mail = send(db, post, template=template, toName="Ädä Lovelace, Countess", view=view)
    m = mail.message
    assert (mail.sender, mail.recipients) == ("no-reply@acme.example", ["ada@example.com"])
    assert m["Subject"] == shown["subject"] and "\n" not in m["Subject"]
    assert mail.part("plain") == shown["text"] and mail.part("html") == shown["html"]
    assert [(a.display_name, a.addr_spec) for h in ("From", "To") for a in m[h].addresses] == [
        ("Acmé, Inc.", "no-reply@acme.example"), ("Ädä Lovelace, Countess", "ada@example.com")]
    assert m.get_content_type() == "multipart/alternative"
    assert [(p.get_content_type(), p.get_content_charset()) for p in m.iter_parts()] == [
        ("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert m["MIME-Version"] == "1.0" and m["Auto-Submitted"] == "auto-generated"
    assert [d for p in m.walk() for d in p.defects] == [] and [d for h in m.values() for d in h.defects] == []
    assert all(m.get_all(h) == [m[h]] for h in set(m.keys()))
    page = Page(mail.part("html"))
    assert page.seen[0] == ("html", {"lang": "en"})
    assert page.words[page.words.index(shown["subject"])] == shown["subject"], "its title"
    assert all(a["href"] in mail.part("plain") or a["href"].startswith("mailto:") for t, a in page.seen if t == "a")


def test_a_mail_is_in_ascii_and_short_lines(db, post):
    view = {"tenant": {"name": "Ä" * 400}, "actionUrl": "https://app.example.com/" + "x" * 2000}
    mail = send(db, post, toName="日" * 200, view=view)
    assert mail.raw.isascii()
    lines = mail.raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78 and not any(b"\n" in x or b"\r" in x for x in lines)
    # the new parser keeps the blanks between encoded words, which RFC 2047 says are none
    words = email.header.decode_header(email.message_from_bytes(mail.raw)["To"])
    assert words[0][0].decode() == "日" * 200
    assert "Ä" * 400 in mail.part("plain") and "x" * 2000 in mail.part("html")


def test_lines_that_mean_something_to_a_mail_server_stay_what_they_are(db, post, owner):
    text = ".\n..\nFrom here\n.\r\nQUIT\r\n\tlast "
    owner.call("PUT", owner.template("welcome"), {"subject": "a", "text": text, "html": text})
    mail = send(db, post, tenantId=owner.tenant)
    assert mail.part("plain") == mail.part("html") == text.replace("\r\n", "\n") + "\n"


def test_the_date_is_when_it_was_queued_and_the_id_is_the_jobs(db, post):
    job = queue(db)
    assert ended(db, job)[0] == "done"
    m = post.mails[0].message
    created = db.value("SELECT created_at FROM tenantd.jobs WHERE id = %s", [job])
    assert abs((email.utils.parsedate_to_datetime(m["Date"]) - created).total_seconds()) < 1
    assert re.fullmatch(rf"<tenantd\.{job}\.\d+@acme\.example>", m["Message-ID"])


def test_hosts_of_any_script_are_written_in_ascii(db, post):
    mail = send(db, post, to="ada@bücher.example")
    assert mail.recipients == ["ada@xn--bcher-kva.example"]
    assert mail.message["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


# -- a tenant's own texts --

@pytest.mark.parametrize("template", ["verification", "password_reset"])
def test_a_mail_with_the_way_to_an_account_is_in_our_words_whatever_is_stored(db, post, owner, template):
    db.sql("INSERT INTO tenantd.email_templates (tenant_id, name, subject, text, html, updated_by) VALUES (%s, %s, 'theirs', 'theirs', 'theirs', 'x')",
           [owner.tenant, template])
    mail = send(db, post, template=template, view={"user": {"email": "a@example.com"}, "actionUrl": "https://a.example"}, tenantId=owner.tenant)
    assert "theirs" not in mail.message["Subject"] + mail.part("plain") + mail.part("html")


def test_a_tenants_own_texts_are_sent_to_its_own(db, post, owner, app):
    owner.call("PUT", owner.template("welcome"), {
        "subject": "Grüezi {{user.name}}", "text": "Für {{user.name}}\n", "html": "<p>{{user.name}}</p>\n"})
    view = {"user": {"name": "<Ann> & Ben"}}
    mail = send(db, post, view=view, tenantId=owner.tenant)
    assert mail.message["Subject"] == "Grüezi <Ann> & Ben"
    assert mail.part("plain") == "Für <Ann> & Ben\n"
    assert mail.part("html") == "<p>&lt;Ann&gt; &amp; Ben</p>\n"
    post.mails.clear()
    assert send(db, post, view=view, tenantId=Owner(app).tenant).message["Subject"] == "Welcome to Acmé, Inc."
    post.mails.clear()
    assert send(db, post, view=view).message["Subject"] == "Welcome to Acmé, Inc."
    post.mails.clear()
    owner.call("DELETE", owner.template("welcome"))
    assert send(db, post, view=view, tenantId=owner.tenant).message["Subject"] == "Welcome to Acmé, Inc."


def test_own_texts_that_are_wrong_for_a_view_keep_no_mail_back(db, post, owner, app):
    owner.call("PUT", owner.template("welcome"), {"subject": "{{user.name}}", "text": "a", "html": "b"})
    mail = send(db, post, view={"user": {"name": ""}}, tenantId=owner.tenant)
    assert mail.message["Subject"] == "Welcome to Acmé, Inc."
    assert "mail-own-texts-wrong" in app.log_text()


# -- what somebody may try --

EVIL = ["x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com\n\nbody", "x\r\n\r\n--=_alternative\r\n\r\nx", "x\rBcc: evil@example.com",
        "x\u2028Bcc: evil@example.com", "x\x85Bcc: evil@example.com", '"<evil@example.com>, "', "evil@example.com, x",
        "=?UTF-8?Q?x=0D=0ABcc:_evil@example.com?=", "x\r\n.\r\nMAIL FROM:<evil@example.com>\r\n", "\x1b[2J\x07x", "\u202egnp.exe"]


@pytest.mark.parametrize("evil", EVIL, ids=repr)
def test_no_text_becomes_a_field_or_a_recipient(db, post, evil):
    mail = send(db, post, template="invitation", toName=evil, view={"tenant": {"name": evil}, "inviter": {"name": evil}})
    m = mail.message
    assert mail.recipients == ["ada@example.com"]
    assert sorted(m.keys()) == ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]
    one_line = " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", " ", evil).split())
    assert m["Subject"] == f"Invitation to {one_line} at Acmé, Inc."
    assert [(a.display_name, a.addr_spec) for a in m["To"].addresses] == [(one_line, "ada@example.com")]
    assert len(list(m.iter_parts())) == 2 and not [d for p in m.walk() for d in p.defects]
    Page(mail.part("html"))


@pytest.mark.parametrize("to", ["", "ada", "ada@", "ada@example.com\r\nRCPT TO:<evil@example.com>", "ada@example.com, evil@example.com",
                                "<ada@example.com>", "ada@example.com>\r\n", "ada@[127.0.0.1]", '"ada"@example.com',
                                "ädä@example.com", "ada@-example.com", "ada@example.com " + "x" * 300], ids=repr)
def test_an_address_that_is_none_gets_nothing(db, post, to):
    state, why = ended(db, queue(db, to=to))
    assert state == "dead" and ("is not an e-mail address" in why or "before the @" in why)
    assert post.mails == []


@pytest.mark.parametrize("payload", [{"template": "farewell", "to": "a@b"}, {"to": "a@b"}, {"template": "welcome"},
                                     {"template": 1, "to": ["a@b"]}], ids=repr)
def test_a_job_that_names_no_mail_is_given_up(db, post, payload):
    job = db.value("INSERT INTO tenantd.jobs (kind, payload) VALUES ('mail.send', %s) RETURNING id", [json.dumps(payload)])
    assert ended(db, job)[0] == "dead"
    assert post.mails == []


# -- what the server says --

def test_a_mail_that_is_put_off_comes_again_the_same(db, post):
    post.answer = lambda mail: "451 4.3.0 later" if mail.number < 3 else "250 OK"
    assert ended(db, queue(db, view={"user": {"name": "Ädä"}})) == ("done", None)
    assert len(post.mails) == 3
    assert len({m.raw for m in post.mails}) == 1, "Message-ID and all else"


def test_a_mail_that_is_refused_is_given_up_with_the_reason(db, post):
    post.answer = lambda mail: "550 5.1.1 no such mailbox"
    assert ended(db, queue(db)) == ("dead", 'the mail server said "550 5.1.1 no such mailbox"')
    assert len(post.mails) == 1
    assert db.value("SELECT count(*) FROM tenantd.events WHERE kind = 'job.dead' AND payload->>'job' = 'mail.send'") >= 1


# -- how it is handed over: a program and a database for each --

@pytest.fixture
def lone(cluster):
    """A database without other job workers."""
    with cluster.database() as d:
        yield d


def test_without_a_server_no_mail_is_sent(lone):
    with stack.Tenantd(lone, workers=1, JOB_WORKERS=1, JOB_POLL=50) as a:
        assert ended(lone, queue(lone)) == ("done", None)
        assert "mail-not-sent" in a.log_text()


def test_a_server_that_is_away_is_waited_for(lone):
    port = stack.free_port()
    with stack.Tenantd(lone, workers=1, SMTP_URL=f"smtp://127.0.0.1:{port}", **SETTINGS):
        job = queue(lone)
        assert "could not connect" in trials(lone, job, 2)
        with MailServer(port=port) as m:
            assert ended(lone, job) == ("done", None)
            assert len(m.mails) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("tls", ["starttls", "at once"])
def test_tls_and_signing_in(lone, certificate, tls):
    with MailServer(tls, certificate, "tenantd", "s3cret wörd") as m, \
         stack.Tenantd(lone, workers=1, **{**SETTINGS, "SMTP_TLS": "required", "SMTP_URL": m.url,
                                           "SMTP_CA_FILE": certificate[0], "SMTP_USER": "tenantd",
                                           "SMTP_PASSWORD": "s3cret wörd"}) as a:
        assert ended(lone, queue(lone)) == ("done", None)
        assert m.signed_in == [True] and m.mails[0].user == "tenantd"
        assert m.mails[0].tls or tls == "at once", "of which the server does not know"
        assert "s3cret" not in a.log_text()


def test_a_password_that_is_wrong_keeps_mails_for_later(lone, certificate):
    with MailServer("starttls", certificate, "tenantd", "right") as m, \
         stack.Tenantd(lone, workers=1, **{**SETTINGS, "SMTP_TLS": "required", "SMTP_URL": m.url,
                                           "SMTP_CA_FILE": certificate[0], "SMTP_USER": "tenantd",
                                           "SMTP_PASSWORD": "wr0ng"}) as a:
        job = queue(lone)
        assert "535" in trials(lone, job, 2)
        give_up(lone, job)
        assert m.mails == [] and "wr0ng" not in a.log_text()


def test_a_certificate_that_nobody_vouches_for_gets_neither_mail_nor_password(lone, certificate):
    with MailServer("starttls", certificate, "tenantd", "right") as m, \
         stack.Tenantd(lone, workers=1, **{**SETTINGS, "SMTP_TLS": "required", "SMTP_URL": m.url, "SMTP_USER": "tenantd",
                                           "SMTP_PASSWORD": "right"}):
        job = queue(lone)
        assert "certificate" in trials(lone, job, 2)
        give_up(lone, job)
        assert m.mails == [] and m.signed_in == []


def test_a_server_without_starttls_gets_nothing_when_it_is_required(lone):
    with MailServer() as m, stack.Tenantd(lone, workers=1, **{**SETTINGS, "SMTP_TLS": "required", "SMTP_URL": m.url}):
        job = queue(lone)
        assert trials(lone, job, 2) == "the mail server has no STARTTLS"
        give_up(lone, job)
        assert m.mails == []
