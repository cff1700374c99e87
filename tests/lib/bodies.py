"""JSON texts as bodies of POST /api/provisioning/tenants, good and bad ones, from a seed: the same seed, the same bodies."""
import itertools
import json
import random
import string

LONG = 70000
ESCAPES = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# What names and texts are made of: each is a list to choose from.
SCRIPTS = [
    string.ascii_letters, string.digits, string.punctuation, " ", "\t\n\r\u00a0\u2003\u3000\u200b\u2028\u2029\ufeff", "äöüßñçøÅ", "żółćДжαβγ",
    "\u0300\u0301\u0308\u20dd\ufe0f\u1ab0", "日本語한국어ไทย", "עבריתعربي", "\u202e\u202d\u2066\u2069", "😀🏢👩‍💻🇩🇪", "𝔘𝕟𝕚", "\U00020000\U0002a6df",
    "\U000e0041\U000f0000\U0010fffd", "\x7f\x80\x9f\ufffd\uffff\ufdd0", "\x01\x1f\x0b",
]
OTHERS = ["null", "true", "false", "0", "-0", "1", "-1.5", "1e400", "1E-400", "123456789012345678901234567890", "[]", "{}", '[""]', '["a@b.example"]',
          "[[]]", "[null]", '{"company_name":"x"}', '{"length":1}', '{"0":"a","length":1}', '{"toString":"x"}',
          '{"length":{"toString":1}}', '{"length":[0,{"toString":null}]}', '{"length":"0"}', '{"length":{}}']
STRANGERS = ["__proto__", "constructor", "toString", "prototype", "hasOwnProperty", "valueOf", "length", "0", "", " ", "Email", "EMAIL", "e-mail",
             "company_name ", "\ufeffemail", "éclair", "em\u0430il", "$ref", "a/b", "a~b", "😀", "tenant", "status", "tax_id"]
MEMBERS = ["company_name", "email", "phone_number", "industry"]
LOCAL = string.ascii_letters + string.digits + "_'+-"
HOST = string.ascii_letters + string.digits + "-"


def every_address():
    """Each ASCII character, some others and pairs of signs, at each place of an address; then what is known to be awkward."""
    odd = [chr(c) for c in range(1, 128)] + ["é", "а", "日", "😀", "\u0301", "\u00ad", "。", "＠", "\u200b", "\u212a", "..", "@@", ".-", "-.", "'.", ".'", "+-"]
    for c in odd:
        yield from (f"{c}ab@example.com", f"a{c}b@example.com", f"ab{c}@example.com", f"{c}@example.com")
        yield from (f"a@{c}example.com", f"a@ex{c}ample.com", f"a@example{c}.com", f"a@example.{c}com", f"a@example.c{c}om", f"a@example.com{c}")
        yield from (f"a@{c}.com", f"a@example.{c}", f"a@example.c{c}", f"a@example.{c}{c}")
    for n in (1, 2, 62, 63, 64, 65, 254, 255, 320, 1000):
        yield from (f"{'a' * n}@example.com", f"a@{'b' * n}.com", f"a@example.{'c' * n}", f"a@{'b.' * n}com", f"{'a.' * n}a@example.com", f"{'-' * n}@b.co")
    yield from ["", "@", ".", "a", "a@", "@b.co", "a@b", "a@b.c", "a@b.co", "a@b.co.", "a@.b.co", "a@b..co", ".a@b.co", "a.@b.co", "a..b@b.co", "a@b.c1",
                "a@b.12", "a@1.co", "a@127.0.0.1", "a@[127.0.0.1]", "a@[IPv6:::1]", '"a b"@b.co', '"a"@b.co', '"a@b"@b.co', "a@b.xn--p1ai",
                "a@xn--e1afmkfd.com", "a@xn--e1afmkfd.xn--p1ai", "a@b_c.co", "a@-b.co", "a@b-.co", "a@b.-co", "a@b.co-", "A@B.CO", "a@b.Co", "user+tag@b.co",
                "o'neil@b.co", "'@b.co", "a'@b.co", "'a@b.co", "a'.b@b.co", "a@b@c.co", "a@localhost", "mailto:a@b.co", "<a@b.co>", "A <a@b.co>",
                "a@b.co,c@d.co", " a@b.co", "a@b.co ", "a@b.co\n", "\na@b.co", "a @b.co", "a@ b.co", "a(c)@b.co", "a%b@c.co", "a!b@c.co", "a/b=c@d.co",
                "a@b.co\u2028", "a@b.c\u212a", "ÀB@b.co", "a@bücher.de", "用户@例子.广告", "postmaster@b.museum", "a@b.c.d.e.f.gh", "1@2.co", "-@b.co", "_@b.co"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.addresses = itertools.cycle(every_address())

    # -- texts --

    def words(self):
        r = self.r
        if r.random() < 0.02:
            return "x" * r.choice([254, 255, 256, 257, 4000, LONG if r.random() < 0.02 else 8000])
        if r.random() < 0.06:
            return ""
        scripts = r.choices(SCRIPTS, k=r.randint(1, 3))
        return "".join(r.choice(r.choice(scripts)) for _ in range(r.choice([1, 1, 2, 3, 8, 20])))

    def address(self):
        """By a grammar that is mostly right, with a slip here and there."""
        r = self.r
        if r.random() < 0.2:
            return next(self.addresses)
        slip = r.random() < 0.4

        def word(signs):
            w = "".join(r.choices(signs, k=r.choice([1, 1, 2, 3, 8])))
            return r.choice(["", w + r.choice(string.printable + "éа😀"), "." + w, w + ".", w + "'", "-" + w, w + "-"]) if slip and r.random() < 0.2 else w
        local = ".".join(word(LOCAL) for _ in range(r.choice([1, 1, 1, 2, 3])))
        host = ".".join(word(HOST) for _ in range(r.choice([1, 1, 1, 2, 3])))
        top = r.choice(["com", "de", "example", "MUSEUM", "io", "co"] + (["c", "c1", "xn--p1ai", "", "123", "co-", "c.", "рф"] if slip else []))
        at = r.choice(["@", "@", "@", "@@", "", " @", "＠"]) if slip and r.random() < 0.3 else "@"
        return f"{local}{at}{host}.{top}"

    def text(self, s):
        """A JSON string that means s, escaped here and there."""
        r, out, much = self.r, [], self.r.choice([0, 0, 0.1, 1])
        for c in s if len(s) < 300 else [s]:
            must = len(c) == 1 and (c in '"\\' or c < " ")
            if len(c) > 1 or not (must or r.random() < much):
                out.append(c)
            elif c in ESCAPES and r.random() < 0.7:
                out.append(ESCAPES[c])
            elif c == "/" or ord(c) < 0x10000:
                hexes = f"{ord(c):04x}"
                out.append("\\u" + (hexes.upper() if r.random() < 0.5 else hexes))
            else:
                n = ord(c) - 0x10000
                out.append(f"\\u{0xd800 + (n >> 10):04x}\\u{0xdc00 + (n & 0x3ff):04X}")
        return '"' + "".join(out) + '"'

    # -- values --

    def other(self, depth=0):
        """Any JSON value."""
        r = self.r
        kind = r.random()
        if kind < 0.6 or depth > 4:
            return r.choice(OTHERS)
        if kind < 0.75:
            return self.text(self.words())
        if kind < 0.87:
            return "[" + ",".join(self.other(depth + 1) for _ in range(r.randint(0, 3))) + "]"
        names = r.sample(MEMBERS + STRANGERS, r.randint(0, 3))
        return "{" + ",".join(self.text(n) + ":" + self.other(depth + 1) for n in names) + "}"

    def value(self, name):
        r = self.r
        if r.random() < 0.12:
            return self.other()
        if name == "email":
            return self.text(self.address())
        if name == "phone_number" and r.random() < 0.5:
            return self.text("+" + "".join(r.choices(string.digits, k=r.randint(3, 15))))
        return self.text(self.words())

    def blank(self):
        return "".join(self.r.choices(" \t\r", k=self.r.choice([0, 0, 0, 0, 1, 3])))

    def members(self, given):
        pairs = [self.blank() + name + self.blank() + ":" + self.blank() + value + self.blank() for name, value in given]
        return self.blank() + "{" + ",".join(pairs) + "}" + self.blank()

    def tenant(self):
        """The members, some missing, some others beside them."""
        r, names = self.r, []
        names += [n for n in MEMBERS if r.random() < (0.93 if n in MEMBERS[:2] else 0.4)]
        names += r.sample(STRANGERS, r.choice([0, 0, 0, 1, 2]))
        given = [(self.text(n), self.value(n)) for n in names]
        if r.random() < 0.1:
            given.append((self.text("external_id"), r.choice([self.text(self.words()), self.other(), self.text("e" * r.choice([1, 255, 256]))])))
        if r.random() < 0.5:
            r.shuffle(given)
        return self.members(given)

    def valid(self):
        return self.members([('"company_name"', self.text("Example " + self.words())), ('"email"', self.text("admin@example.com")),
                             ('"phone_number"', '"+1234567890"'), ('"industry"', self.text("Technology"))])

    # -- texts that are changed, and what one parser takes and another does not --

    def mutated(self):
        r = self.r
        b = bytearray(r.choice([self.valid, self.tenant])().encode("utf-8", "surrogatepass"))
        for _ in range(r.choice([1, 1, 1, 2, 4])):
            at = r.randrange(len(b) + 1)
            change = r.randrange(4)
            if change == 0:
                del b[at:at + r.choice([1, 1, 2, 10])]
            elif change == 1:
                b[at:at] = r.choice(list(b'"{}[],:\\ 0-.eEtfn/@\x00\x7f\x80\xc0\xed\xff')).to_bytes(1, "big")
            elif change == 2:
                b[at:at + 1] = bytes([r.randrange(256)])
            else:
                other = r.randrange(len(b) + 1)
                b[at:at] = b[other:other + r.choice([1, 5, 30])]
        return bytes(b)

    def strange(self):
        r, body = self.r, self.valid().strip()
        head, kind = body[:-1] + ",", r.randrange(9)
        if kind == 0:
            return head + r.choice(['"email":"b@example.com"', '"\\u0065mail":1', '"company_name":"y"', '"x":1,"x":2', '"x":{"y":1,"y":1}']) + "}"
        if kind == 1:
            return head + '"x":' + "[" * (n := r.choice([5, 30, 31, 32, 33, 100, 1000])) + "]" * n + "}"
        if kind == 2:
            return head + '"x":' + '{"a":' * (n := r.choice([29, 30, 31, 32, 50])) + "1" + "}" * n + "}"
        if kind == 3:
            return head + r.choice(['"x":"\\u0000"', '"x\\u0000":1', '"industry":"a\\u0000b"', '"x":"\\\\u0000"', '"x":"\0"']) + "}"
        if kind == 4:
            return head + '"x":' + r.choice(['"\\ud800"', '"\\udfff"', '"a\\uD83Db"', '"\\ude00\\ud83d"', '"\\ud83d\\ude00"', '"\\\\ud800"', '"\\ud800\\\\udc00"']) + "}"
        if kind == 5:
            return head + '"x":' + "9" * (n := r.choice([20, 400, 1022, 1023, 1024, 3000])) + r.choice(["", ".5", "e5"] if n != 1022 else [""]) + "}"
        if kind == 6:
            raw = r.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80"])
            return head.encode() + b'"industry2":"' + raw + b'"}'
        if kind == 7:
            return "\ufeff" * r.choice([1, 1, 2]) + body
        return r.choice(["", " ", body + body, body + ",", body + "\0", "//x\r" + body, head + "}", body.replace('"', "'"), "NaN", "undefined", "01", "1.", "+1",
                         head + '"x":NaN}', head + '"x":0x10}', head + "x:1}", "\v" + body, "\u00a0" + body])

    def body(self):
        kind = self.r.random()
        if kind < 0.5:
            made = self.tenant()
        elif kind < 0.72:
            made = self.members([('"company_name"', '"Example"'), ('"email"', self.text(self.address()))])
        elif kind < 0.78:
            made = self.other()
        elif kind < 0.92:
            made = self.mutated()
        else:
            made = self.strange()
        raw = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
        return raw.replace(b"\n", b" ")

    def all(self, count):
        for address in every_address():
            yield f'{{"company_name":"x","email":{json.dumps(address)}}}'.encode()
        for _ in range(count):
            yield self.body()
