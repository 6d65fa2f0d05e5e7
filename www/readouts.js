// @ts-check
// The numbers under the time line, the table of all epochs, and the sentence for screen readers.
import { $, count, download, element, fixed, readout } from './dom.js';

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

/** The table of epochs, kept up to date while it is open. */
export class Table {
  #records;
  #details = $('data-table', HTMLDetailsElement);
  #body = element('tbody');
  /** The fingerprint of the last row's network. @type {string | undefined} */ #last;

  /** @param {import('../pkg/lab.js').Records} records */
  constructor(records) {
    this.#records = records;
    const head = element('tr', {}, ...records.heads().map((name) => element('th', { scope: 'col' }, name)));
    this.#details.querySelector('table')?.append(element('thead', {}, head), this.#body);
    this.#details.addEventListener('toggle', () => this.fill());
    $('csv').addEventListener('click', () => download('sparsevd.csv', records.csv(), 'text/csv'));
  }

  /** Adds what is new: an epoch adds a row, another run begins anew. */
  fill() {
    if (!this.#details.open) return;
    const known = this.#body.rows.length;
    /** @type {string[][]} */ const rows = JSON.parse(this.#records.rows(Math.max(0, known - 1)));
    const same = known && rows[0]?.at(-1) === this.#last;
    if (known && !same) {
      this.#body.replaceChildren();
      this.#last = undefined;
      return this.fill();
    }
    this.#last = rows.at(-1)?.at(-1) ?? this.#last;
    this.#body.append(...rows.slice(same ? 1 : 0).map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell)))));
  }
}
