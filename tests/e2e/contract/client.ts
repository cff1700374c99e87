// The seed's example, by a client whose types were made from the description: a partner provisions a tenant, is told that
// it is there already, reads, changes and lists it, and reads why a bad one was refused.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string>; stdout: { write(text: string): void } };
type Tenant = components["schemas"]["ProvisioningTenant"];
type Problem = components["schemas"]["Problem"];

const client = createClient<paths>({
  baseUrl: process.env.URL,
  headers: { Authorization: `Bearer ${process.env.TOKEN}` },
});

const { data, error, response } = await client.POST("/api/provisioning/tenants", {
  params: { header: { "Idempotency-Key": "example-1" } },
  body: { company_name: "Example Corp", email: "admin@example.com", phone_number: "+1234567890", industry: "Technology" },
});
if (error) throw new Error(error.detail);
const made: Tenant = data;
const location: string | null = response.headers.get("location");

const again = await client.POST("/api/provisioning/tenants", {
  body: { company_name: "Example Corp", email: "Admin@Example.com" },
});
const taken: Problem = again.error!;

const bad = await client.POST("/api/provisioning/tenants", { body: { company_name: "", email: "nobody" } });
const faults: string[] = bad.error!.errors!.map((fault) => `${fault.pointer}: ${fault.message}`);

const path = { id: made.tenant };
const shown = await client.GET("/api/provisioning/tenants/{id}", { params: { path } });
const etag = shown.response.headers.get("etag")!;
const changed = await client.PATCH("/api/provisioning/tenants/{id}", {
  params: { path, header: { "If-Match": etag } },
  body: { industry: "Trade" },
});
const late = await client.PATCH("/api/provisioning/tenants/{id}", {
  params: { path, header: { "If-Match": etag } },
  body: { industry: "Farming" },
});
const list = await client.GET("/api/provisioning/tenants", { params: { query: { limit: 10, q: "example" } } });
const names: string[] = list.data!.items.map((tenant: Tenant) => tenant.company_name);

process.stdout.write(JSON.stringify({
  made, location, status: response.status, taken, faults, shown: shown.data, changed: changed.data,
  late: late.error?.status, names, next: list.data!.next_cursor,
}));
