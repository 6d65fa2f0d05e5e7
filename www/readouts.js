// @ts-check
// The numbers under the time line, the table of all epochs, the pruned network in bytes.
import { $, download } from './dom.js';

/** @typedef {import('../pkg/lab.js').View} View */

/** Shows the numbers of the frame that the view has: bare in `data-value`, and as text.
 * @param {View} view @param {{ value: number | null, name: string }} accuracy @param {string} training What the accuracy in training is called. */
export function showReadouts(view, accuracy, training) {
  for (const [name, value, text] of JSON.parse(view.readouts(accuracy.value ?? undefined))) {
    const output = $(`readout-${name}`);
    output.dataset.value = value;
    if (output.textContent !== text) output.textContent = text;
  }
  $('test-accuracy-name').textContent = accuracy.name;
  $('train-accuracy-name').textContent = training;
}

/** The table of epochs, kept up to date while it is open. */
export class Table {
  #records;
  #details = $('data-table', HTMLDetailsElement);
  #rows = /** @type {HTMLElement} */ (this.#details.querySelector('tbody'));

  /** @param {import('../pkg/lab.js').Records} records */
  constructor(records) {
    this.#records = records;
    /** @type {HTMLElement} */ (this.#details.querySelector('thead')).innerHTML = records.heads();
    this.#details.addEventListener('toggle', () => this.fill());
    $('csv').addEventListener('click', () => download('sparsevd.csv', records.csv(), 'text/csv'));
  }

  /** Adds what is new: an epoch adds a row, another run begins anew. */
  fill() {
    if (!this.#details.open) return;
    const { childElementCount: known, lastElementChild: row } = this.#rows;
    const last = row?.outerHTML ?? '';
    const news = this.#records.rows(Math.max(0, known - 1));
    if (news.startsWith(last)) this.#rows.insertAdjacentHTML('beforeend', news.slice(last.length));
    else this.#rows.innerHTML = this.#records.rows(0);
  }
}

/** The pruned network in bytes, in every format; counted only while somebody sees it. */
export class Sizes {
  #view;
  #panel = $('sizes');
  #visible = false;

  /** @param {View} view */
  constructor(view) {
    this.#view = view;
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.#visible = isIntersecting;
      this.#fill();
    }).observe(this.#panel);
  }

  /** Takes in a frame: point estimates are never pruned, so they have no panel. @param {{ layers: { bayesian: boolean }[] }} header */
  draw({ layers }) {
    this.#panel.hidden = !layers.some(({ bayesian }) => bayesian);
    this.#fill();
  }

  #fill() {
    if (this.#visible && !this.#panel.hidden) $('size-rows').innerHTML = this.#view.sizes();
  }
}
