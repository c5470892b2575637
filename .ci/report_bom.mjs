// Validates the bills of materials NAME.json by the schema of CycloneDX, and shows that
// the validator refuses broken ones.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const errors = (bom) => validator.validate(typeof bom === 'string' ? bom : JSON.stringify(bom));

for (const name of process.argv.slice(2)) {
  const text = fs.readFileSync(name + '.json', 'utf8');
  assert.equal(await errors(text), null, name);
  const bom = JSON.parse(text);
  const refs = new Set(), twice = [];
  const walk = (components) => {
    for (const c of components ?? []) {
      if (refs.has(c['bom-ref'])) twice.push(c['bom-ref']);
      refs.add(c['bom-ref']);
      walk(c.components);
    }
  };
  walk([bom.metadata.component, ...(bom.components ?? [])]);
  assert.deepEqual(twice, [], 'references that stand for two components');
  for (const d of bom.dependencies) for (const ref of [d.ref, ...(d.dependsOn ?? [])]) assert(refs.has(ref), `${ref} is no component`);
  console.log(`ok: ${name}, ${bom.components?.length ?? 0} models, ${refs.size} components`);
}

const good = JSON.parse(fs.readFileSync('fails.json', 'utf8'));
const evil = good.components.find((c) => c['bom-ref'] === 'hf:acme/evil');
assert.match(evil.purl, /^pkg:huggingface\/acme\/evil@[0-9a-f]{40}$/);
assert.equal(evil.supplier.name, 'acme');
assert.equal(evil.evidence.occurrences[0].location, 'registry.py');
assert(evil.components.every((f) => f.name.includes('.') && f.type === 'file'));
assert(good.components.some((c) => c['bom-ref'] === 'local:models'), 'the model in the repository is missing');

const broken = {
  'a type that is none': (b) => { b.components[0].type = 'model'; },
  'a digest that is none': (b) => { b.components.find((c) => c.components).components.find((f) => f.hashes).hashes[0].content = 'x'; },
  'a licence that SPDX has not': (b) => { b.components[0].licenses = [{ license: { id: 'mit' } }]; },
  'no name': (b) => { delete b.components[0].name; },
  'a field that is none': (b) => { b.components[0].pinned = true; },
  'a serial number that is none': (b) => { b.serialNumber = '1'; },
};
for (const [what, damage] of Object.entries(broken)) {
  const bom = structuredClone(good);
  damage(bom);
  assert.notEqual(await errors(bom), null, `${what} was not refused`);
}
console.log(`ok: ${Object.keys(broken).length} broken ones are refused`);
