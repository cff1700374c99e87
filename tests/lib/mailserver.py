"""A mail server on a free port of 127.0.0.1, as a context manager: aiosmtpd. It keeps what it was
sent; `answer` decides what each mail gets.

    with MailServer() as m:
        m.answer = lambda mail: "451 later" if mail.number == 1 else "250 OK"
        ... m.url, m.mails
"""
import datetime
import email.policy
import ipaddress
import ssl

import stack
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Mail:
    """number: from 1, in the order of arrival. message: as Python's email package reads it."""

    def __init__(self, number, session, envelope):
        self.number, self.sender, self.recipients, self.raw = number, envelope.mail_from, envelope.rcpt_tos, envelope.content
        self.user, self.tls = session.auth_data and session.auth_data.login.decode(), session.ssl is not None
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.status = None

    def part(self, kind):
        return self.message.get_body((kind,)).get_content().replace("\r\n", "\n")


class MailServer:
    """tls: None, "starttls" (and nothing without it) or "at once", with the certificate and key in
    these files. user: the one who must sign in, with this password."""

    def __init__(self, tls=None, files=None, user=None, password=None, port=None):
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files)
        self.mails, self.answer, self.signed_in = [], lambda mail: "250 OK", []
        self.port = port or stack.free_port()
        self.url = f"smtp{'s' if tls == 'at once' else ''}://127.0.0.1:{self.port}"
        how = {"ssl_context": context} if tls == "at once" else {"tls_context": context, "require_starttls": bool(tls)}
        if user:
            def check(server, session, envelope, mechanism, data):
                good = (data.login, data.password) == (user.encode(), password.encode())
                self.signed_in.append(good)
                return AuthResult(success=good, handled=False, auth_data=data)
            # with "at once" it does not see that there is TLS
            how.update(authenticator=check, auth_required=True, auth_require_tls=tls == "starttls")
        self.controller = Controller(self, "127.0.0.1", self.port, ready_timeout=60, **how)

    async def handle_DATA(self, server, session, envelope):
        mail = Mail(len(self.mails) + 1, session, envelope)
        self.mails.append(mail)
        mail.status = self.answer(mail)
        return mail.status

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


def make_certificate(directory):
    """For 127.0.0.1, by itself; paths of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=0), True).sign(key, hashes.SHA256()))
    paths = directory / "cert.pem", directory / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return paths
