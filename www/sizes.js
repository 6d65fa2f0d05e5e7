// @ts-check
// The pruned network in bytes, in every format that Rust lists.
import { $, count, element, readout } from './dom.js';
import { compression } from './readouts.js';

/** @typedef {import('../pkg/lab.js').View} View */
/** @typedef {{ name: string, label: string, about: string, bytes: number }} Size */

export class Sizes {
  #view;
  #panel = $('sizes');
  #visible = false;
  /** The bar of each format, by its name. @type {Map<string, HTMLElement>} */ #bars = new Map();

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
    if (!this.#visible || this.#panel.hidden) return;
    /** @type {Size[]} */ const sizes = JSON.parse(this.#view.sizes());
    if (!this.#bars.size) this.#panel.querySelector('tbody')?.append(...sizes.map((size) => this.#row(size)));
    const most = Math.max(...sizes.map(({ bytes }) => bytes));
    for (const { name, bytes } of sizes) {
      readout(`size-${name}`, bytes, count(bytes));
      readout(`smaller-${name}`, sizes[0].bytes / bytes, compression(sizes[0].bytes, bytes));
      /** @type {HTMLElement} */ (this.#bars.get(name)).style.width = `${(100 * bytes) / most}%`;
    }
  }

  /** @param {Size} size */
  #row({ name, label, about }) {
    const bar = element('span');
    this.#bars.set(name, bar);
    return element('tr', {},
      element('th', { scope: 'row' }, label), element('td', { class: 'about' }, about), element('td', { class: 'bar', 'aria-hidden': 'true' }, bar),
      element('td', { id: `size-${name}` }), element('td', { id: `smaller-${name}` }));
  }
}
