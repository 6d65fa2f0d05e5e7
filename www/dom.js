// @ts-check
// Small helpers for elements.

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
export const fixed = (value, digits) => (value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace('-', '−'));

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
