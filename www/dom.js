// @ts-check
// Small helpers for elements; every number that people read is written here, by Rust.
import { library } from './library.js';

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

/** A number with a fixed number of digits, or a dash. @param {number | null | undefined} value @param {number} digits */
export const fixed = (value, digits) => (Number.isFinite(value) ? library.write_fixed(/** @type {number} */ (value), digits) : '–');

/** A number with its first digits, or a dash. @param {number | null | undefined} value @param {number} [digits] */
export const significant = (value, digits = 3) => (Number.isFinite(value) ? library.write_significant(/** @type {number} */ (value), digits) : '–');

/** A number with three digits at most. @param {number} value */
export const short = (value) => library.write_short(value);

/** A whole number, with its thousands in groups. @param {number} value */
export const count = (value) => fixed(value, 0);

/** Device pixels that a pixel of a picture may take within so many CSS pixels. @param {HTMLCanvasElement} canvas @param {number} width @param {number} [height] */
export const unitWithin = (canvas, width, height = Infinity) => evenUnit(canvas, Math.max(1, Math.floor(devicePixelRatio * Math.min(width / canvas.width, height / canvas.height))));

const isWhole = (/** @type {number} */ value) => Math.abs(value - Math.round(value)) < 1e-6;

/** The unit nearest below that makes a picture whole CSS pixels wide and high too, if there is one: then it begins and ends between device pixels. @param {HTMLCanvasElement} canvas @param {number} unit */
export function evenUnit({ width, height }, unit) {
  for (let even = unit; even > unit / 2; even -= 1) {
    if ([width, height].every((pixels) => isWhole((pixels * even) / devicePixelRatio))) return even;
  }
  return unit;
}

/** Moves an element by less than four CSS pixels, so that `inside` begins between two of the screen's pixels. @param {HTMLElement} element @param {HTMLElement} inside */
export function align(element, inside) {
  element.style.margin = '';
  const step = [1, 2, 3, 4].find((css) => isWhole(css * devicePixelRatio)) ?? 1;
  const { left, top } = inside.getBoundingClientRect();
  const gap = (/** @type {number} */ at) => `${Math.ceil(at / step - 1e-6) * step - at}px`;
  element.style.margin = `${gap(top + scrollY)} 0 0 ${gap(left + scrollX)}`;
}

/** Gives a picture a size on the screen of whole device pixels a pixel, so that nothing is resampled. @param {HTMLCanvasElement} canvas @param {number} unit */
export function scalePixels(canvas, unit) {
  // Layout rounds down to 1/64 of a pixel: a little more than is meant gives what is meant.
  const css = (/** @type {number} */ pixels) => `${(pixels * unit) / devicePixelRatio + 0.004}px`;
  Object.assign(canvas.style, { width: css(canvas.width), height: css(canvas.height) });
}

/** What follows the pixel ratio. @type {(() => void)[]} */
const followers = [];

/** Calls `change` whenever a CSS pixel takes another number of device pixels: by another screen or by zooming. @param {() => void} change */
export function onPixelRatio(change) {
  followers.push(change);
  if (followers.length > 1) return;
  let ratio = devicePixelRatio;
  const look = () => {
    if (ratio === devicePixelRatio) return;
    ratio = devicePixelRatio;
    followers.forEach((follow) => follow());
  };
  // Zooming resizes the window; of a move to another screen no event tells in every browser.
  addEventListener('resize', look);
  setInterval(look, 300);
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
