// The API with JavaScript: Node 18 or newer, or a page (CORS allows any origin).
const api = process.env.SALESLAKE_API;
const headers = { "x-api-key": process.env.SALESLAKE_KEY ?? "", Accept: "application/json" };

async function ask(path, parameters = {}) {
  const answer = await fetch(`${api}${path}?${new URLSearchParams(parameters)}`, { headers });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.code}: ${body.detail}`);
  return body;
}

const { data, metadata } = await ask("/regions", { by: "state", order: "-revenue", limit: 3 });
for (const row of data) console.log(row.state, row.revenue.toFixed(2));
console.log("release", metadata.release, "cost", metadata.cost_usd, "USD");

try {
  await ask("/regions", { sate: "Goa" });
} catch (refused) {
  console.log(refused.message);
}
