// @ts-check
// The page's line to the worker: commands go out, events and answers come back.
import { startWorker } from './start.js';

/** @typedef {{ epoch: number, finished: boolean, evaluating: boolean, taken: number, batches: number, firstEpoch: number, arms: string[], arm: number, network: boolean, comparable: boolean, compared: boolean, method: string, values: Record<string, string>, address: string, marks: [number, string][] }} Status */

/** Somebody who waits for an answer. @typedef {{ resolve(value: any): void, reject(error: Error): void }} Asker */

export class RunClient extends EventTarget {
  #worker;
  /** @type {Map<number, Asker>} */ #waiting = new Map();
  #next = 0;
  /** Why the worker is gone, once it is. @type {string | null} */ #gone = null;
  /** Messages that came before anybody listened. @type {{ type: string }[] | null} */ #early = [];

  /** Starts the worker, which waits for the compiled module and the digits. */
  constructor() {
    super();
    this.#worker = startWorker(new URL('worker.js', import.meta.url));
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#crash(event.message || 'the worker could not start');
    };
  }

  /** Hands over what the worker waits for: it compiles nothing. @param {string} name @param {WebAssembly.Module} module @param {ArrayBuffer} digits @param {number} cores How many it may keep busy. */
  load(name, module, digits, cores) {
    this.send('load', { name, module, digits, cores }, [digits]);
  }

  /** Ends the worker; whoever waits for an answer gets none. */
  end() {
    this.#gone = 'it was ended';
    this.#worker.terminate();
  }

  /** Everybody listens now: what came before is heard. */
  listen() {
    const early = this.#early ?? [];
    this.#early = null;
    early.forEach((message) => this.#emit(message));
  }

  /** @param {{ type: string, id?: number, value?: unknown, error?: string, text?: string }} message */
  #receive(message) {
    if (this.#gone !== null) return;
    if (message.type === 'crashed') return this.#crash(message.text ?? '');
    if (message.type !== 'answer') return this.#emit(message);
    const { id = -1, value, error } = message;
    const asker = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  }

  /** After a crash nothing of the worker can be used, and every question has got its answer. @param {string} text */
  #crash(text) {
    this.#gone = text;
    this.#worker.terminate();
    this.#waiting.forEach(({ reject }) => reject(new Error(text)));
    this.#waiting.clear();
    this.#emit({ type: 'crashed', text });
  }

  /** @param {{ type: string, text?: string }} message */
  #emit(message) {
    if (this.#early) this.#early.push(message);
    else this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  /** Calls `handler` with every message of this type. @param {string} type @param {(message: any) => void} handler */
  on(type, handler) {
    this.addEventListener(type, (event) => handler(/** @type {CustomEvent} */ (event).detail));
  }

  /** Sends a command; one to a worker that is gone says so again. @param {string} type @param {object} [rest] @param {Transferable[]} [transfer] */
  send(type, rest = {}, transfer = []) {
    if (this.#gone === null) this.#worker.postMessage({ type, ...rest }, transfer);
    else this.#emit({ type: 'crashed', text: this.#gone });
  }

  /** Asks a question; the promise is its answer, or fails with a sentence. @param {string} type @param {object} [rest] @param {Transferable[]} [transfer] @returns {Promise<any>} */
  ask(type, rest = {}, transfer = []) {
    if (this.#gone !== null) return Promise.reject(new Error(this.#gone));
    this.#next += 1;
    const id = this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.send(type, { id, ...rest }, transfer);
    });
  }
}
