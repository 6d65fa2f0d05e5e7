// @ts-check
// The desks of the worker: the core's, and the lab's once it is there. Whatever begins does so on the
// latest; the runs of both can be gone back to, each where it stands.
import { library, use } from './library.js';

/** @typedef {import('../pkg/lab.js').Desk} Desk */

export class Desks {
  /** All of them, the latest last; there is one as soon as a module is here. @type {Desk[]} */ #all = [];
  /** Which of them has the run on the screen. */ #at = 0;
  /** Whether the run before is on another desk than the one on the screen. */ #crossed = false;
  #digits;

  /** @param {ArrayBuffer} digits The file of the built-in digits. */
  constructor(digits) {
    this.#digits = digits;
  }

  /** Adds the desk of a module, on which everything begins from now on. @param {string} name @param {WebAssembly.Module} module */
  async add(name, module) {
    await use(name, module);
    library.load_digits(new Uint8Array(this.#digits));
    this.#all.push(new library.Desk());
  }

  /** The desk whose run is on the screen. */
  get shown() {
    return this.#all[this.#at];
  }

  get #latest() {
    return this.#all[this.#all.length - 1];
  }

  /** Shows a desk, unless its run waits for its data. @param {Desk} desk @param {number} led */
  #show(desk, led) {
    if (led === library.Led.Waits) return led;
    this.#crossed = desk !== this.shown;
    this.#at = this.#all.indexOf(desk);
    return led;
  }

  /** @param {string} query */
  start(query) {
    return this.#show(this.#latest, this.#latest.start(query));
  }

  /** @param {{ name: string, bytes: Uint8Array }[]} files @param {string} query */
  open(files, query) {
    return this.#show(this.#latest, this.#latest.open(files.map((file) => file.name), files.map((file) => file.bytes), query));
  }

  /** Goes to the run of a query, on whichever desk it is. @param {string} query */
  visit(query) {
    const desk = [this.shown, ...this.#all].find((each) => each.holds(query));
    if (!desk) return this.start(query);
    this.#latest.dismiss();
    const led = desk.visit(query);
    if (led === library.Led.Same && desk === this.shown) return led;
    return this.#show(desk, library.Led.Resumed);
  }

  undoable() {
    return this.#crossed || this.shown.undoable();
  }

  /** Goes back to the run before; once more, and forward again. Whether there was one. */
  undo() {
    if (!this.undoable()) return false;
    this.#latest.dismiss();
    const other = this.#all.find((desk) => desk !== this.shown);
    if (this.#crossed && other) this.#show(other, library.Led.Resumed);
    else this.shown.undo();
    return true;
  }

  /** All arms are trained by the host again. */
  takeBack() {
    for (const desk of this.#all) desk.takeBack();
  }

  waitsFor() {
    return this.#latest.waitsFor();
  }

  waitsForMnist() {
    return this.#latest.waitsForMnist();
  }
}
