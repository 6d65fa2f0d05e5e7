// @ts-check
// What the page has to say: notices that pass, and the banner for what went wrong.
import { $, element } from './dom.js';

/** Notices are read within so many milliseconds: until then none makes room for another. */
const LATELY = 20_000;

/** Shows a sentence that can be dismissed. @param {string} text */
export function notice(text) {
  const close = element('button', { type: 'button', 'aria-label': 'Dismiss' }, '×');
  const line = element('p', { role: 'status' }, text, close);
  close.addEventListener('click', () => line.remove());
  $('notices').append(line);
  setTimeout(() => line.classList.add('old'), LATELY);
  const old = document.querySelectorAll('#notices .old');
  if ($('notices').children.length > 4) old[0]?.remove();
}

/** Shows what is being waited for, or nothing. @param {string} text */
export function progress(text) {
  document.querySelector('#notices .progress')?.remove();
  if (text) $('notices').append(element('p', { class: 'progress', role: 'status' }, text));
}

/** Shows what went wrong and the ways on. @param {string} text @param {[string, () => void][]} actions */
export function fail(text, actions) {
  const banner = $('error-banner');
  /** @type {HTMLElement} */ (banner.querySelector('p')).textContent = text;
  const buttons = [...actions, /** @type {[string, () => void]} */ (['Close', () => {}])].map(([label, action]) => {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', () => {
      banner.hidden = true;
      action();
    });
    return button;
  });
  /** @type {HTMLElement} */ (banner.querySelector('.actions')).replaceChildren(...buttons);
  banner.hidden = false;
}

/** Another run has begun: what was said of the one before goes. @param {boolean} first Whether there was none. */
export function allIsWell(first) {
  $('error-banner').hidden = true;
  if (!first) $('notices').replaceChildren();
}

let spoken = 0;

/** Tells a screen reader how training goes, at most every three seconds. @param {string} text @param {boolean} [urgent] */
export function say(text, urgent = false) {
  if (!urgent && performance.now() - spoken < 3000) return;
  spoken = performance.now();
  $('status').textContent = text;
}
