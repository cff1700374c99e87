// What Zod says of JSON texts: reads one a line, as Request.json() would, and prints a line of JSON for each:
// null when it is no JSON, "threw" when Zod throws, else its issues, [[path, code, message], ...].
const { z } = require("zod");

const TenantSchema = z.object({
  company_name: z.string().min(1, "Company name is required"),
  email: z.string().email("Invalid email address"),
  phone_number: z.string().optional(),
  industry: z.string().optional(),
});

function verdict(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  try {
    const { success, error } = TenantSchema.safeParse(value);
    return success ? [] : error.issues.map((i) => [i.path, i.code, i.message]);
  } catch {
    return "threw";
  }
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const all = Buffer.concat(chunks), out = [];
  for (let at = 0; at < all.length;) {
    const end = all.indexOf(10, at);
    out.push(JSON.stringify(verdict(all.subarray(at, end))));
    at = end + 1;
  }
  process.stdout.write(out.join("\n") + "\n");
});
