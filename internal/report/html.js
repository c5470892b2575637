'use strict';
(() => {
  const form = document.getElementById('filter');
  const text = document.getElementById('by-text');
  const by = { level: document.getElementById('by-level'), rule: document.getElementById('by-rule'), model: document.getElementById('by-model') };
  const rows = [...document.querySelectorAll('tbody tr')];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const groups = [...document.querySelectorAll('section.rule')];
  for (const group of groups) {
    for (const row of group.querySelectorAll('tbody tr')) words.set(row, words.get(row) + ' ' + row.dataset.rule + ' ' + group.querySelector('h3').textContent.toLowerCase());
  }
  // A model and a file have no level and no rule: filters by these leave them alone.
  const fits = (row) => Object.entries(by).every(([name, field]) => !field.value || row.dataset[name] === undefined || row.dataset[name] === field.value);
  const filter = () => {
    const want = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0, shown = 0;
    for (const row of rows) {
      const on = fits(row) && want.every((w) => words.get(row).includes(w));
      row.toggleAttribute('data-off', !on);
      if (row.dataset.level !== undefined) { all++; shown += on; }
    }
    for (const group of groups) group.toggleAttribute('data-off', !group.querySelector('tbody tr:not([data-off])'));
    document.getElementById('shown').textContent = shown === all ? all + ' findings' : shown + ' of ' + all + ' findings';
  };
  form.hidden = false;
  form.addEventListener('input', filter);
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter));
  // A link to a row or a rule that is filtered away shows it.
  window.addEventListener('hashchange', () => { if (document.querySelector('[data-off]:target, [data-off] :target')) form.reset(); });
  filter();
})();
