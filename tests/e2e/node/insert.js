// A Next.js route's way of writing a tenant record: seed 001's statement through pg.
'use strict';
const { Client } = require('pg');

const insertQuery = `
  INSERT INTO custom_auth_tenant (
    id, name, owner_id, schema_name, created_at, updated_at,
    rls_enabled, rls_setup_date
  )
  VALUES ($1, $2, $3, $4, NOW(), NOW(), true, NOW())
  ON CONFLICT (id) DO UPDATE
  SET name = EXCLUDED.name,
      updated_at = NOW()
  RETURNING id, name, schema_name, owner_id, rls_enabled;
`;

async function main() {
  const client = new Client({
    user: process.env.DB_USER,
    password: process.env.DB_PASSWORD,
    host: process.env.DB_HOST,
    port: parseInt(process.env.DB_PORT, 10),
    database: process.env.DB_NAME,
  });
  await client.connect();
  const [id, name, owner] = process.argv.slice(2);
  const made = await client.query(insertQuery, [id, name, owner, `tenant_${id.replace(/-/g, '_')}`]);
  const read = await client.query(
    'SELECT id, name, owner_id FROM custom_auth_tenant WHERE owner_id = $1 ORDER BY created_at', [owner]);
  console.log(JSON.stringify({ made: made.rows[0], read: read.rows }));
  await client.end();
}

main().catch((e) => { console.error(e.message); process.exit(1); });
