"""The description of the API as others read it: a linter, a compiler of what is made from it, and a browser."""
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import npm
import pytest
import stack
import tokens

HERE = Path(__file__).parent / "contract"


@pytest.fixture(scope="module")
def modules():
    return npm.modules("contract")


@pytest.fixture(scope="module")
def workshop(modules):
    """A directory with the description, our files, and what npm has."""
    with tempfile.TemporaryDirectory(prefix="tdct.", ignore_cleanup_errors=True) as place:
        place = Path(place)
        for name in ("package.json", "tsconfig.json", "redocly.yaml", "client.ts"):
            shutil.copy(HERE / name, place)
        (place / "node_modules").symlink_to(modules)
        (place / "openapi.json").write_text(stack.command({}, "openapi"))
        yield place


def run(place, *words, **environment):
    """A program of npm's, or node: its output."""
    program = place / "node_modules/.bin" / words[0]
    done = subprocess.run([str(program) if program.exists() else words[0], *words[1:]], cwd=place, capture_output=True, text=True,
                          check=False, timeout=600, env={"PATH": stack.PATH, "HOME": str(place), "REDOCLY_TELEMETRY": "off",
                                                         "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", **environment})
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_a_linter_finds_nothing(workshop):
    found = json.loads(run(workshop, "redocly", "lint", "--config", "redocly.yaml", "--format", "json", "openapi.json"))
    assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, found["problems"][:5]


@pytest.fixture(scope="module")
def client(workshop):
    """The client that is made of the description, compiled."""
    run(workshop, "openapi-typescript", "openapi.json", "-o", "api.d.ts")
    run(workshop, "tsc", "-p", ".")
    return workshop


def test_a_client_that_is_made_of_it_compiles_and_provisions_a_tenant(client, servers, db):
    stack.command(db.settings, "partner", "create", "generated-client", "--name", "Generated")
    url, token = servers["nginx"].url, tokens.partner(db.settings["JWT_SECRET_KEY"], "generated-client")
    told = json.loads(run(client, "node", "out/client.js", URL=url, TOKEN=token))
    made = told["made"]
    assert told["status"] == 201 and told["location"] == f"/api/provisioning/tenants/{made['tenant']}"
    assert {k: made[k] for k in ("company_name", "email", "phone_number", "industry")} == {
        "company_name": "Example Corp", "email": "admin@example.com", "phone_number": "+1234567890", "industry": "Technology"}
    assert told["taken"]["status"] == 409 and told["taken"]["existing_tenant"] == made["tenant"]
    assert sorted(told["faults"]) == ["/company_name: Company name is required", "/email: Invalid email address"]
    assert told["shown"] == made and told["changed"]["industry"] == "Trade" and told["late"] == 412
    assert told["names"] == ["Example Corp"] and told["next"] is None
    kept = db.sql("SELECT id FROM public.tenants WHERE partner_id = 'generated-client'")
    assert [row[0] for row in kept] == [made["tenant"]]


def test_a_type_error_is_an_error(client):
    """The types say something: a request that does not fit does not compile."""
    wrong = (client / "client.ts").read_text().replace('{ industry: "Trade" }', '{ industry: "Trade" }, wrong: true')
    assert wrong != (client / "client.ts").read_text()
    (client / "wrong").mkdir()
    for name in ("package.json", "tsconfig.json", "api.d.ts"):
        shutil.copy(client / name, client / "wrong")
    (client / "wrong/client.ts").write_text(wrong.replace('company_name: "Example Corp", email', "email"))
    done = subprocess.run([str(client / "node_modules/.bin/tsc"), "-p", "wrong"], capture_output=True, text=True, check=False, cwd=client,
                          timeout=600, env={"PATH": stack.PATH, "HOME": str(client)})
    assert done.returncode != 0 and "company_name" in done.stdout, done.stdout


LOOK = """
const { chromium } = require('playwright-core');
(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, timeout: 0,
    args: ['--disable-background-networking', '--disable-component-update', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] });
  const page = await browser.newPage({ javaScriptEnabled: process.env.SCRIPTS === 'on', viewport: { width: +process.env.WIDTH, height: 900 } });
  const told = { console: [], failed: [] };
  page.on('console', (m) => told.console.push(m.text()));
  page.on('pageerror', (e) => told.console.push(String(e)));
  page.on('requestfailed', (r) => told.failed.push(r.url()));
  page.setDefaultTimeout(0);
  await page.goto(process.env.URL + '/docs');
  told.title = await page.title();
  told.closed = await page.locator('#postApiProvisioningTenants').isVisible();
  await page.locator('details.operation > summary', { hasText: 'Provision a tenant' }).first().click();
  told.open = await page.locator('#postApiProvisioningTenants').isVisible();
  told.curl = await page.locator('#postApiProvisioningTenants pre').first().innerText();
  const box = await page.locator('main').boundingBox();
  told.wide = box.x + box.width;
  told.colour = await page.locator('#postApiProvisioningTenants .must').first().evaluate((e) => getComputedStyle(e).color).catch(() => null);
  await page.locator('input[name=q]').fill('rotate secret');
  await page.locator('input[name=q]').press('Enter');
  await page.waitForURL('**/docs?q=rotate+secret');
  told.found = await page.locator('details.operation[open]').count();
  await page.locator('.problems a').first().click();
  told.problem = await page.locator('h1').innerText();
  if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT });
  await browser.close();
  process.stdout.write(JSON.stringify(told));
})().catch((e) => { process.stderr.write(e.stack); process.exitCode = 1; });
"""


@pytest.mark.parametrize("scripts", ["on", "off"])
@pytest.mark.parametrize("width", [1300, 400])
def test_a_browser_shows_the_page_with_and_without_scripts(servers, node_modules, scripts, width):
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="tdbr.", ignore_cleanup_errors=True) as home:
        done = subprocess.run(["node", "-e", LOOK], capture_output=True, text=True, check=False, timeout=600,
                              env={"PATH": stack.PATH, "NODE_PATH": str(node_modules), "CHROMIUM": chromium, "HOME": home, "TMPDIR": home,
                                   "URL": servers["nginx"].url, "SCRIPTS": scripts, "WIDTH": str(width)})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert not told["console"] and not told["failed"], told
    assert told["title"].startswith("tenantd API") and not told["closed"] and told["open"]
    assert told["curl"].startswith('curl -X POST "$URL/api/provisioning/tenants"') and "Example Corp" in told["curl"]
    assert told["wide"] <= width, "nothing has to be scrolled sideways"
    assert told["found"] >= 2 and told["problem"]
    if scripts == "on":
        assert told["colour"] == "rgb(180, 35, 24)", "the policy lets the style in"
