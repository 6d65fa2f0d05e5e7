// @ts-check
// The way to the lab: what the core cannot begin waits until page and worker have all of the library.
import { use } from './library.js';
import { progress } from './notices.js';
import { loadModule } from './start.js';

/** The module that the page begins with, as boot.js reads it off the address: the lab can do everything. */
export const FIRST = document.documentElement.dataset.library ?? 'lab';

/** The lab on its way, or here. @type {Promise<void> | null} */
let lab = FIRST === 'lab' ? Promise.resolve() : null;

/** Resolves when the lab is there; an error is a sentence. @param {import('./run-client.js').RunClient} client */
export function reachLab(client) {
  lab ??= load(client).catch((error) => {
    lab = null;
    throw new Error(`The laboratory could not be loaded. ${error.message}`);
  });
  return lab;
}

/** @param {import('./run-client.js').RunClient} client */
async function load(client) {
  progress('Loading the laboratory …');
  const module = await loadModule('lab');
  await client.ask('lab', { module });
  await use('lab', module);
}
