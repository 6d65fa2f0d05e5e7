// @ts-check
// The page's line to the worker: commands go out, events and answers come back.
import { startWorker } from './start.js';

/** @typedef {{ epoch: number, taken: number, step: number, batches: number, trainSize: number, firstEpoch: number, values: Record<string, string>, query: string, changes: string, marks: { epoch: number, key: string, to: string }[] }} Status */

export class RunClient extends EventTarget {
  #worker;
  /** @type {Map<number, (value: any) => void>} */
  #waiting = new Map();
  #next = 0;
  /** Messages that came before anybody listened. @type {{ type: string }[] | null} */
  #early = [];

  /** Starts the worker, which waits for the compiled module. */
  constructor() {
    super();
    this.#worker = startWorker(new URL('worker.js', import.meta.url));
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#emit({ type: 'crashed', text: event.message || 'the worker could not start' });
    };
  }

  /** Hands the compiled module over, and the address whose run to start: the worker compiles
   * nothing and waits for nobody. @param {WebAssembly.Module} module @param {{ search: string, autoplay: boolean, epoch: number | null }} address */
  load(module, address) {
    this.send('load', { module, ...address });
  }

  /** Everybody listens now: what came before is heard. */
  listen() {
    const early = this.#early ?? [];
    this.#early = null;
    early.forEach((message) => this.#emit(message));
  }

  /** @param {{ type: string, id?: number, value?: unknown }} message */
  #receive(message) {
    if (message.type !== 'answer') return this.#emit(message);
    this.#waiting.get(message.id ?? -1)?.(message.value);
    this.#waiting.delete(message.id ?? -1);
  }

  /** @param {{ type: string }} message */
  #emit(message) {
    if (this.#early) this.#early.push(message);
    else this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  /** Calls `handler` with every message of this type. @param {string} type @param {(message: any) => void} handler */
  on(type, handler) {
    this.addEventListener(type, (event) => handler(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {string} type @param {object} [rest] @param {Transferable[]} [transfer] */
  send(type, rest = {}, transfer = []) {
    this.#worker.postMessage({ type, ...rest }, transfer);
  }

  /** Asks a question; the promise is its answer. @param {string} type @param {object} [rest] @returns {Promise<any>} */
  ask(type, rest = {}) {
    this.#next += 1;
    const id = this.#next;
    this.send(type, { id, ...rest });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
