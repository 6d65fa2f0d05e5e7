// @ts-check
// Small helpers for elements; every number that people read is written here, by Rust.
import { write_fixed, write_short, write_significant } from '../pkg/sparsevd.js';

/** The element with this id, which the page has.
 * @template {HTMLElement} T @param {string} id @param {{ new (): T }} [kind] @returns {T} */
export function $(id, kind) {
  const found = document.getElementById(id);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (found);
}

/** A new element. @template {keyof HTMLElementTagNameMap} K
 * @param {K} name @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]} */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Writes a read-out: the bare number in `data-value`, the text as content. @param {string} id @param {number | string | null | undefined} value @param {string} text */
export function readout(id, value, text) {
  const output = $(id);
  output.dataset.value = value === null || value === undefined ? '' : String(value);
  if (output.textContent !== text) output.textContent = text;
}

/** A number with a fixed number of digits, or a dash. @param {number | null | undefined} value @param {number} digits */
export const fixed = (value, digits) => (Number.isFinite(value) ? write_fixed(/** @type {number} */ (value), digits) : '–');

/** A number with three significant digits, or a dash. @param {number | null | undefined} value */
export const significant = (value) => (Number.isFinite(value) ? write_significant(/** @type {number} */ (value)) : '–');

/** The same without zeros at the end. @param {number} value */
export const short = (value) => write_short(value);

/** A whole number, with its thousands in groups. @param {number} value */
export const count = (value) => fixed(value, 0);

/** Device pixels that a pixel of a picture may take within so many CSS pixels. @param {HTMLCanvasElement} canvas @param {number} width @param {number} [height] */
export const unitWithin = (canvas, width, height = Infinity) => Math.max(1, Math.floor(devicePixelRatio * Math.min(width / canvas.width, height / canvas.height)));

/** Gives a picture a size on the screen of whole device pixels a pixel, so that nothing is resampled. @param {HTMLCanvasElement} canvas @param {number} unit */
export function scalePixels(canvas, unit) {
  // Layout rounds down to 1/64 of a pixel: a little more than is meant gives what is meant.
  const css = (/** @type {number} */ pixels) => `${(pixels * unit) / devicePixelRatio + 0.004}px`;
  Object.assign(canvas.style, { width: css(canvas.width), height: css(canvas.height) });
}

/** Calls `change` whenever a CSS pixel takes another number of device pixels. @param {() => void} change */
export function onPixelRatio(change) {
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => {
    change();
    onPixelRatio(change);
  }, { once: true });
}

/** Whether the page is dark now. */
export const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
};

/** Offers `data` as a file. @param {string} name @param {BlobPart} data @param {string} type */
export function download(name, data, type) {
  const link = element('a', { href: URL.createObjectURL(new Blob([data], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
