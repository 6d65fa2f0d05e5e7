// @ts-check
// The arms of an experiment on all cores: helpers, which are workers like their host, train an epoch
// of an arm each. The host lends an arm at the end of an epoch and takes it back at that of the next;
// helpers keep nothing in between, so whatever becomes of one, its arm is still here.
import { RunClient } from './run-client.js';

/** Helpers are ended after so many milliseconds without work. */
const REST = 20_000;

/** So many milliseconds, and some epochs of the host's own, it waits for one that says nothing. */
const PATIENCE = 20_000;

/** What a worker is made of, and how many it may keep busy, itself included.
 * @typedef {{ name: string, module: WebAssembly.Module, digits: ArrayBuffer, cores: number }} Kit */

/** @typedef {import('../pkg/lab.js').Desk} Desk */

export class Arms {
  #kit;
  #rouse;
  /** @type {RunClient[]} */ #idle = [];
  /** @type {Set<RunClient>} */ #busy = new Set();
  /** Ends of epochs that have come. @type {{ arm: number, bytes: Uint8Array }[]} */ #done = [];
  /** Whether a helper has failed at these runs: the host trains them alone. */ #failed = false;
  /** When helpers are ended, and when the host no longer waits. */ #timers = { rest: 0, patience: 0 };
  /** The files of data by their hashes: a helper reads them itself. @type {Map<string, { name: string, blob: Blob }[]>} */ #files = new Map();

  /** @param {Kit} kit @param {() => void} rouse Asks the host to go on. */
  constructor(kit, rouse) {
    this.#kit = kit;
    this.#rouse = rouse;
  }

  /** Helpers that start from now on have this module. @param {string} name @param {WebAssembly.Module} module */
  equip(name, module) {
    this.#kit = { ...this.#kit, name, module };
  }

  /** Lends arms of the runs on the desk to as many helpers as there are cores. @param {Desk} desk */
  lend(desk) {
    clearTimeout(this.#timers.rest);
    while (!this.#failed && this.#busy.size < this.#kit.cores - 1) {
      const arm = desk.lend();
      if (arm === undefined) return;
      const query = JSON.parse(desk.status()).address;
      const files = this.#files.get(new URLSearchParams(query).get('hash') ?? '');
      this.#train({ query, arm, state: desk.handOver(arm), files });
    }
  }

  /** @param {{ query: string, arm: number, state: Uint8Array, files?: object }} task */
  async #train(task) {
    try {
      const helper = this.#idle.pop() ?? this.#start();
      this.#busy.add(helper);
      const bytes = await helper.ask('train', task, [task.state.buffer]);
      this.#busy.delete(helper);
      this.#idle.push(helper);
      this.#done.push({ arm: task.arm, bytes });
      this.#hurry();
    } catch {
      this.#fail();
    }
    this.#rouse();
  }

  #start() {
    const { name, module, digits } = this.#kit;
    const helper = new RunClient();
    helper.load(name, module, digits.slice(0), 1);
    return helper;
  }

  /** Takes an arm back, once nothing is left to do here; what that led to, or nothing if none has
   * come yet. @param {Desk} desk @param {number} millis How long the host's own epoch took. */
  follow(desk, millis) {
    const done = this.#done.shift();
    if (done) return desk.follow(done.arm, done.bytes);
    if (this.#failed) {
      desk.takeBack();
      return desk.advance();
    }
    this.#timers.patience ||= setTimeout(() => {
      this.#fail();
      this.#rouse();
    }, PATIENCE + 4 * millis);
    return undefined;
  }

  /** All arms of the runs on the desk are trained here, until some are lent again. @param {{ takeBack(): void }} desk */
  home(desk) {
    this.#end();
    this.#done = [];
    this.#failed = false;
    desk.takeBack();
  }

  /** The host rests: helpers that have nothing to do are ended soon. */
  rest() {
    clearTimeout(this.#timers.rest);
    this.#timers.rest = setTimeout(() => (this.#busy.size ? this.rest() : this.#end()), REST);
  }

  /** Keeps the files of the data called `hash`: a few, the latest. @param {string | null} hash @param {{ name: string, bytes: Uint8Array<ArrayBuffer> }[]} files */
  keep(hash, files) {
    if (!hash || this.#files.has(hash)) return;
    this.#files.set(hash, files.map(({ name, bytes }) => ({ name, blob: new Blob([bytes]) })));
    if (this.#files.size > 4) this.#files.delete([...this.#files.keys()][0]);
  }

  #fail() {
    this.#end();
    this.#done = [];
    this.#failed = true;
  }

  #end() {
    for (const helper of [...this.#idle, ...this.#busy]) helper.end();
    this.#idle = [];
    this.#busy.clear();
    clearTimeout(this.#timers.rest);
    this.#hurry();
  }

  #hurry() {
    clearTimeout(this.#timers.patience);
    this.#timers.patience = 0;
  }
}
