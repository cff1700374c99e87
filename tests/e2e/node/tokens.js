// Tokens by another library. stdin: a list of what to do; stdout: what came of each.
//   {verify: token, key, options}   {header, claims}, or {error: its code}
//   {sign: claims, key, header}     the token
//   {pair: alg, kid, sign: [{claims, header}, …]}   {jwk, tokens}: of a key pair made for it
'use strict';
const jose = require('jose');
const fs = require('fs');

const secret = (text) => new TextEncoder().encode(text);
const sign = (claims, header, key) => new jose.SignJWT(claims).setProtectedHeader(header).sign(key);

async function pair({ pair: alg, kid, sign: wanted }) {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await jose.exportJWK(publicKey)), kid, alg, use: 'sig' };
  const tokens = [];
  for (const { claims, header } of wanted) tokens.push(await sign(claims, { alg, kid, ...header }, privateKey));
  return { jwk, tokens };
}

async function verify({ verify: token, key, options }) {
  try {
    const { payload, protectedHeader } = await jose.jwtVerify(token, secret(key), options);
    return { header: protectedHeader, claims: payload };
  } catch (e) {
    return { error: e.code };
  }
}

const act = (task) => task.verify ? verify(task) : task.pair ? pair(task) : sign(task.sign, task.header, secret(task.key));

(async () => {
  const done = [];
  for (const task of JSON.parse(fs.readFileSync(0, 'utf8'))) done.push(await act(task));
  process.stdout.write(JSON.stringify(done) + '\n');
})();
