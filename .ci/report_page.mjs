// Opens the pages from disk in Chromium as a reader would: dark and light, wide and narrow,
// with and without script. Pictures of them are left in the folder that is named.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const pictures = process.argv[2];
const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

// open gives a page and what it did that it must not.
async function open(file, options = {}) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  const faults = [];
  page.on('console', (m) => faults.push('console: ' + m.text()));
  page.on('pageerror', (e) => faults.push('error: ' + e));
  page.on('dialog', (d) => { faults.push('dialog: ' + d.message()); d.dismiss(); });
  const own = 'file://' + path.resolve(file);
  page.on('request', (r) => { if (r.url() !== own) faults.push('request: ' + r.url()); });
  await page.goto(own);
  return { page, faults };
}

// foreign are elements and attributes that the template does not have: markup in a name
// that came alive.
const foreign = (page) => page.evaluate(() => {
  const known = new Set('html head meta title style body a header p b code div h1 ul li span svg rect nav main section h2 ol h3 form label input select option button output table caption thead tbody tr th td br small pre dl dt dd footer script'.split(' '));
  const bad = [];
  for (const e of document.querySelectorAll('*')) {
    if (!known.has(e.localName)) bad.push(e.localName);
    for (const a of e.attributes) if (a.name.startsWith('on') || ['src', 'style', 'action', 'formaction', 'srcdoc'].includes(a.name)) bad.push(e.localName + ' ' + a.name);
    if (e.localName === 'a' && !e.getAttribute('href').startsWith('#')) bad.push('a ' + e.getAttribute('href'));
  }
  if (document.scripts.length !== 1) bad.push(document.scripts.length + ' scripts');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) bad.push('an id twice');
  for (const a of document.querySelectorAll('a')) if (!document.getElementById(a.getAttribute('href').slice(1))) bad.push('leads nowhere: ' + a.getAttribute('href'));
  return bad;
});

const visible = (page, selector) => page.locator(selector).evaluateAll((all) => all.filter((e) => e.checkVisibility()).length);

for (const [name, verdict] of [['fails', 'fail'], ['passes', 'pass'], ['hostile', 'fail'], ['empty', 'pass']]) {
  for (const [look, options] of Object.entries({
    light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' },
    narrow: { viewport: { width: 400, height: 900 } }, plain: { javaScriptEnabled: false },
  })) {
    const { page, faults } = await open(name + '.html', options);
    assert.equal(await page.locator('.word').innerText().then((s) => s.toLowerCase()), verdict);
    assert(await page.locator('h1').isVisible());
    assert((await page.locator('h1').boundingBox()).y < 250, 'the verdict is not in the first screen');
    if (look === 'plain') {
      assert.equal(await page.locator('#filter').isVisible(), false);
      assert.equal(await visible(page, 'tbody tr'), await page.locator('tbody tr').count());
    } else {
      assert.deepEqual(await foreign(page), [], `${name}: markup got through`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${name} ${look} is wider than the window`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${name} ${look}`);
    }
    assert.deepEqual(faults, [], `${name} ${look}`);
    await page.screenshot({ path: path.join(pictures, `${name}-${look}.png`), fullPage: look !== 'light' });
    await page.context().close();
  }
}

// The text is there that the reader needs, and hostile names are text.
{
  const { page } = await open('fails.html');
  const text = await page.locator('body').innerText();
  for (const want of ['Pickle imports a dangerous name', 'posix.system', 'Do not load the file', 'acme/evil', 'verified org', 'MIT', 'by ranges', 'how models behave']) {
    assert(text.toLowerCase().includes(want.toLowerCase()), `the page lacks ${want}`);
  }
}
{
  const { page } = await open('hostile.html');
  const text = await page.locator('body').innerText();
  for (const want of ['<img src=x onerror=alert(1)>.pkl', '&lt;b&gt;.pkl', '{{.}}']) assert(text.includes(want), `the page lacks ${want}`);
  assert(!/[\u0000-\u0008\u001b\u202e]/.test(text), 'a character that acts got through');
}

// The filter.
{
  const { page, faults } = await open('fails.html');
  const rows = 'section.rule tbody tr';
  const all = await visible(page, rows);
  const shown = () => page.locator('#shown').innerText();
  assert.equal(await shown(), `${all} findings`);
  await page.selectOption('#by-level', 'deny');
  const denied = await page.locator(rows + '[data-level=deny]').count();
  assert(denied > 0 && denied < all);
  assert.equal(await visible(page, rows), denied);
  assert.equal(await visible(page, 'section.rule.warn'), 0, 'a rule without rows is shown');
  assert.equal(await shown(), `${denied} of ${all} findings`);
  await page.selectOption('#by-rule', 'pickle-unsafe-import');
  assert.equal(await visible(page, rows), await page.locator(rows + '[data-rule=pickle-unsafe-import]').count());
  await page.selectOption('#by-model', 'acme/evil');
  assert.equal(await visible(page, rows), 1);
  assert.equal(await visible(page, '#models tbody tr'), 1);
  // By keyboard: the button behind the fields shows everything again.
  await page.locator('#by-model').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction((n) => document.getElementById('shown').textContent === n + ' findings', all);
  await page.fill('#by-text', 'POSIX.system sentiment');
  assert.equal(await visible(page, rows), 2);
  // A link to a finding that is hidden shows it.
  const hidden = await page.locator(rows + '[data-off]').first().getAttribute('id');
  await page.evaluate((id) => { location.hash = id; }, hidden);
  await page.waitForFunction((id) => document.getElementById(id).checkVisibility(), hidden);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('#filter').isVisible(), false);
  assert.deepEqual(faults, []);
}

// What is written into the page afterwards neither runs nor loads, and is noticed.
{
  const good = fs.readFileSync('fails.html', 'utf8');
  fs.writeFileSync('tampered.html', good.replace('<main>', '<main><img src="x.png" onerror="alert(1)"><script>document.title = "owned"</script>'));
  const { page, faults } = await open('tampered.html');
  assert.notEqual(await page.title(), 'owned');
  assert(faults.some((f) => f.includes('Content Security Policy')), 'the policy of the page stops nothing');
  assert(!faults.some((f) => f.startsWith('dialog')), 'a handler ran');
  assert((await foreign(page)).length > 0);
}
await browser.close();
console.log('ok: the page in light, dark, narrow and plain, its filter and its policy');
