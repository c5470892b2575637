// Refuses what code scanning refuses at ingestion, and answers with an id.
const fs = require('fs');

function fail(why) {
  console.log(`::error::${why}`);
  process.exit(1);
}

if (process.env.STUB_UPLOAD_FAILS) fail('Resource not accessible by integration');
const log = JSON.parse(fs.readFileSync(process.env.INPUT_SARIF_FILE, 'utf8'));
if (log.version !== '2.1.0' || !Array.isArray(log.runs) || log.runs.length !== 1) fail('not one SARIF 2.1.0 run');
const run = log.runs[0];
if (!Array.isArray(run.results)) fail('results missing');
const rules = new Set(run.tool.driver.rules.map((r) => r.id));
const scheme = /^[a-z][a-z0-9+.-]*:/i;
for (const r of run.results) {
  if (!rules.has(r.ruleId)) fail(`unknown rule ${r.ruleId}`);
  const places = [...r.locations, ...(r.relatedLocations || [])];
  for (const l of places) {
    if (scheme.test(l.physicalLocation.artifactLocation.uri)) fail('a URI has a scheme');
  }
}
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'sarif-id=stub-1\n');
console.log(`accepted ${run.results.length} results`);
