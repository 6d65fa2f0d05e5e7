// @ts-check
// The numbers under the time line, the table of all epochs, and the sentence for screen readers.
import { $, count, download, element, fixed, readout, significant } from './dom.js';

/** Compression as people say it. @param {number} total @param {number} kept */
export const compression = (total, kept) => (kept === 0 ? 'all pruned' : `${fixed(total / kept, total / kept < 10 ? 2 : 1)}×`);

/** Shows a frame's numbers. @param {any} header @param {{ kept: number[], total: number[] }} counts
 * @param {{ value: number | null, name: string }} accuracy @param {string} training What the accuracy in training is called. */
export function showReadouts(header, { kept, total }, accuracy, training) {
  const sum = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
  const [left, all] = [sum(kept), sum(total)];
  const record = header.record ?? {};
  readout('readout-epoch', header.epoch, String(header.epoch));
  readout('readout-compression', left ? all / left : 'Infinity', compression(all, left));
  readout('readout-kept', left, count(left));
  readout('readout-total', all, count(all));
  readout('readout-train-accuracy', record.train_accuracy, `${fixed(record.train_accuracy, 1)} %`);
  readout('readout-test-accuracy', accuracy.value, `${fixed(accuracy.value, 1)} %`);
  $('test-accuracy-name').textContent = accuracy.name;
  $('train-accuracy-name').textContent = training;
  readout('readout-nll', record.test_nll, fixed(record.test_nll, 3));
  readout('readout-elbo', record.elbo, fixed(record.elbo, 3));
  readout('readout-kl-weight', header.kl_weight, fixed(header.kl_weight, 2));
  readout('readout-fingerprint', header.fingerprint, header.fingerprint);
}

const COLUMNS = {
  epoch: (r) => r.epoch,
  kl_weight: (r) => r.kl_weight,
  lr: (r) => r.learning_rate,
  train_loss: (r) => r.train_loss,
  train_acc: (r) => r.train_accuracy,
  test_acc: (r) => r.test_accuracy,
  dense_acc: (r) => r.dense_accuracy,
  sampled_acc: (r) => r.sampled_accuracy,
  test_nll: (r) => r.test_nll,
  elbo: (r) => r.elbo,
  kept: (r) => r.kept.reduce((a, b) => a + b, 0),
  total: (r) => r.total.reduce((a, b) => a + b, 0),
  sparsity_per_layer: (r) => r.kept.map((kept, i) => fixed(1 - kept / r.total[i], 4)).join('/'),
  variance_rt: (r) => r.gradient_variance?.[0],
  variance_lrt: (r) => r.gradient_variance?.[1],
  fingerprint: (r) => r.fingerprint,
};

/** Keeps the table of epochs up to date while it is open. @param {() => any[]} records */
export function dataTable(records) {
  const details = $('data-table', HTMLDetailsElement);
  const body = element('tbody');
  const head = element('tr', {}, ...Object.keys(COLUMNS).map((name) => element('th', { scope: 'col' }, name)));
  details.querySelector('table')?.append(element('thead', {}, head), body);
  /** The fingerprint of the last row's network. @type {string | undefined} */ let last;
  const short = (/** @type {any} */ value) => (typeof value === 'number' && !Number.isInteger(value) ? significant(value, 5) : String(value ?? ''));
  const fill = () => {
    if (!details.open) return;
    const all = records();
    // Rows that are there stay: an epoch adds one, another run begins anew.
    if (all[body.rows.length - 1]?.fingerprint !== last) body.replaceChildren();
    last = all.at(-1)?.fingerprint;
    const row = (/** @type {any} */ record) => element('tr', {}, ...Object.values(COLUMNS).map((of) => element('td', {}, short(of(record)))));
    body.append(...all.slice(body.rows.length).map(row));
  };
  details.addEventListener('toggle', fill);
  $('csv').addEventListener('click', () => {
    const lines = records().map((record) => Object.values(COLUMNS).map((of) => of(record) ?? '').join(','));
    download('sparsevd.csv', [Object.keys(COLUMNS).join(','), ...lines, ''].join('\n'), 'text/csv');
  });
  return fill;
}
