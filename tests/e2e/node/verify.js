// Verifies deliveries as a receiver does. stdin: [{secret, headers, body}, …]; stdout: for each
// the type of what was verified, or the name of why it was not.
'use strict';
const { Webhook } = require('standardwebhooks');

const deliveries = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const verdicts = deliveries.map(({ secret, headers, body }) => {
  try {
    return new Webhook(secret).verify(body, headers).type;
  } catch (e) {
    return e.name + ': ' + e.message;
  }
});
process.stdout.write(JSON.stringify(verdicts) + '\n');
