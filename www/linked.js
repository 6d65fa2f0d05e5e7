// @ts-check
// What an address asks of the view: controls to hide, one panel alone; and what of it there is not.
import { viewQuery } from './address.js';
import { notice } from './notices.js';

/** Takes away the controls that the address hides: hiding a control never hides a result. */
export function hideControls() {
  const { hide = '' } = viewQuery();
  const names = hide.split(',').filter(Boolean);
  const found = new Map(names.map((name) => [name, document.getElementById(name)?.closest('.control, button, .experiment')]));
  for (const control of found.values()) control?.classList.add('hidden-by-link');
  const unknown = names.filter((name) => !found.get(name));
  if (!unknown.length) return;
  const known = [...document.querySelectorAll('.control :is(input, select), button')].map(({ id }) => id).filter(Boolean);
  notice(`The address hides ${unknown.map((name) => `'${name}'`).join(', ')}, which is no control: there are ${known.join(', ')}.`);
}

/** Shows one panel only, once it exists. */
export function embed() {
  const { embed: name } = viewQuery();
  if (!name) return;
  const panel = document.getElementById(name);
  if (!panel) {
    const known = [...document.querySelectorAll('main :is(canvas, section)')].map(({ id }) => id).filter(Boolean);
    return notice(`The address embeds '${name}', which is no panel: showing the whole page. There are ${known.join(', ')}.`);
  }
  document.body.classList.add('embedded');
  /** @type {Element | null} */ let node = panel.closest('figure') ?? panel;
  node.classList.add('embedded-panel');
  for (node = node.parentElement; node && node !== document.body; node = node.parentElement) node.classList.add('embedded-path');
}
