// @ts-check
// The worker: messages of the page go to the host of the runs, one after the other.
import { Desks } from './desks.js';
import { Host } from './host.js';

/** The host, once the module is there: what comes earlier waits in order. @type {Promise<Host>} */
let ready;

/** @param {import('./arms.js').Kit} kit */
async function begin(kit) {
  const desks = new Desks(kit.digits);
  await desks.add(kit.name, kit.module);
  return new Host(desks, (message) => postMessage(message), () => turn.port2.postMessage(null), kit);
}

/** Does what may fail. A plain error is a sentence for the user, told by `refuse`; anything else is a
 * crash of the module, after which nothing of it can be used.
 * @param {(host: Host) => unknown} action @param {(host: Host, text: string) => void} refuse */
async function attempt(action, refuse) {
  /** @type {Host | null} */ let host = null;
  try {
    host = await ready;
    await action(host);
  } catch (error) {
    const { message: text = String(error), constructor } = /** @type {Error} */ (error);
    if (!host || constructor !== Error) postMessage({ type: 'crashed', text });
    else refuse(host, text);
  }
}

// A message to ourselves yields at once; setTimeout(0) would wait 4 ms.
const turn = new MessageChannel();
turn.port1.onmessage = () => attempt((host) => host.work(), (host, text) => host.refuse(text));

onmessage = ({ data: { type, id, ...rest } }) => {
  if (type === 'load') ready = begin(rest);
  else if (id === undefined) attempt((host) => host.commands[/** @type {keyof Host['commands']} */ (type)](rest), (host, text) => host.refuse(text));
  else attempt((host) => answer(host, type, id, rest), (_, error) => postMessage({ type: 'answer', id, error }));
};

/** @param {Host} host @param {keyof Host['questions']} type @param {number} id @param {any} question */
async function answer(host, type, id, question) {
  const value = await host.questions[type](question);
  // wasm-bindgen copied the bytes out of the module's memory, so the copy can be handed over.
  const bytes = value instanceof Uint8Array ? value : value instanceof Object && 'bytes' in value ? value.bytes : undefined;
  postMessage({ type: 'answer', id, value }, { transfer: bytes ? [bytes.buffer] : [] });
}
