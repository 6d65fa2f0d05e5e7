// @ts-check
// The host of the runs: it moves the run on the desk and tells the page what has happened.
import { Arms } from './arms.js';
import { library } from './library.js';
import { fetchMnist } from './mnist.js';

/** Milliseconds of training between two looks at the mailbox: scrubbing waits no longer. */
const BUDGET = 12;

/** How a run is to begin: whether it moves by itself, the epoch to stop at and to look at, and what
 * becomes of the address: a new entry in the browser's history, the same one, or nothing.
 * @typedef {{ autoplay: boolean, epoch: number | null, entry: 'new' | 'same' | 'none' }} Manner */

export class Host {
  #desks;
  /** How the run that waits for its data is to begin. @type {Manner} */ #waiting = { autoplay: true, epoch: null, entry: 'same' };
  /** What training goes towards. @type {'none' | 'end' | 'epoch' | 'batch'} */ #goal = 'none';
  /** 'paused', 'live', 'done' or 'error': what the run is doing. */ #mode = 'paused';
  /** Records that the page has. */ #sent = 0;
  /** Training time of the epoch under way and of the last ones, milliseconds. */ #clock = { epoch: 0, mean: 0 };
  /** The epoch at which the address asked to stop. @type {number | null} */ #stopAt = null;
  /** How many slow questions there were, and the last of each name: it ends those before it. */ #questions = 0;
  /** @type {Map<string, number>} */ #asked = new Map();
  /** MNIST on its way. @type {Promise<{ name: string, bytes: Uint8Array<ArrayBuffer> }[]> | null} */ #mnist = null;
  /** Whether a call of `work` is asked for. */ #awake = false;
  /** When it began to wait for arms that are elsewhere; 0 if it does not. */ #since = 0;
  #arms;
  #post;
  #wake;

  /** @param {import('./desks.js').Desks} desks @param {(message: object) => void} post Tells the page. @param {() => void} wake Asks for a call of `work`. @param {import('./arms.js').Kit} kit */
  constructor(desks, post, wake, kit) {
    this.#desks = desks;
    this.#post = post;
    this.#wake = wake;
    this.#arms = new Arms(kit, () => this.#rouse());
  }

  /** Asks for one call of `work`. */
  #rouse() {
    if (!this.#awake) this.#wake();
    this.#awake = true;
  }

  /** The desk whose run is on the screen. */
  get #desk() {
    return this.#desks.shown;
  }

  /** Trains for a moment, if there is something to train. */
  work() {
    this.#awake = false;
    if (this.#goal === 'none') return;
    if (this.#goal === 'end') this.#arms.lend(this.#desk);
    const start = this.#since || performance.now();
    let progress;
    do {
      progress = this.#desk.advance();
    } while ((progress === library.Progress.Evaluated || (progress === library.Progress.Trained && this.#goal !== 'batch')) && performance.now() - start < BUDGET);
    if (progress === library.Progress.Elsewhere) progress = this.#arms.follow(this.#desk, this.#clock.epoch);
    // Nothing has come yet: a helper will rouse us.
    this.#since = progress === undefined ? start : 0;
    if (progress === undefined) return;
    this.#clock.epoch += performance.now() - start;
    if (progress === library.Progress.Epoch) this.#epoch();
    else if (progress === library.Progress.Trained && this.#goal === 'batch') this.#rest();
    else if (progress === library.Progress.Finished) this.#stop('done');
    else if (progress === library.Progress.Diverged) this.#stop('error');
    if (this.#mode === 'live') this.#rouse();
  }

  #epoch() {
    const clock = this.#clock;
    this.#clock = { epoch: 0, mean: clock.mean ? 0.8 * clock.mean + 0.2 * clock.epoch : clock.epoch };
    this.#publish();
    const { epoch, finished } = JSON.parse(this.#desk.status());
    if (finished) this.#stop('done');
    else if (this.#goal === 'epoch' || epoch === this.#stopAt) this.#stop('paused');
  }

  /** @param {string} mode */
  #stop(mode) {
    this.#goal = 'none';
    this.#mode = mode;
    this.#since = 0;
    this.#arms.rest();
    this.tell();
  }

  /** What `slice` gives in the end; nothing if the runs go on or somebody asks again under this name.
   * @template T @param {string} name @param {() => T | undefined} slice @returns {Promise<T | undefined>} */
  async #sliced(name, slice) {
    const number = (this.#questions += 1);
    this.#asked.set(name, number);
    for (;;) {
      const start = performance.now();
      do {
        const value = slice();
        if (value !== undefined) return value;
      } while (performance.now() - start < BUDGET);
      // Other messages first: what is looked at may take seconds.
      await new Promise((resolve) => setTimeout(resolve));
      if (this.#asked.get(name) !== number) return undefined;
    }
  }

  /** Pauses, once an evaluation under way is done: the screen is of one network. */
  #rest() {
    if (JSON.parse(this.#desk.status()).evaluating) this.#goal = 'epoch';
    else this.#stop('paused');
  }

  /** @param {'end' | 'epoch' | 'batch'} goal */
  #go(goal) {
    this.#asked.clear();
    this.#goal = goal;
    this.#mode = 'live';
    this.#stopAt = null;
    // One batch more is trained here.
    if (goal === 'batch') this.#arms.home(this.#desk);
    else this.#arms.lend(this.#desk);
    this.tell();
    this.#rouse();
  }

  /** Tells the page where the run stands. */
  tell() {
    this.#post({ type: 'status', mode: this.#mode, millis: this.#clock.mean, status: JSON.parse(this.#desk.status()) });
  }

  /** Sends the records that the page does not have. */
  #publish() {
    const json = this.#desk.recordsFrom(this.#sent);
    this.#sent += JSON.parse(json).length;
    this.#post({ type: 'records', json });
    this.tell();
  }

  /** A run has come on the screen: tells the page everything about it.
   * @param {number | null} epoch @param {Manner['entry']} entry */
  #announce(epoch, entry) {
    this.#arms.home(this.#desks);
    this.#desk.choose(0);
    const status = JSON.parse(this.#desk.status());
    this.#goal = 'none';
    this.#asked.clear();
    this.#mode = status.finished ? 'done' : 'paused';
    this.#stopAt = null;
    this.#sent = 0;
    this.#clock = { epoch: 0, mean: 0 };
    const data = this.#desk.data();
    const summary = JSON.parse(data.summary());
    data.free();
    this.#post({ type: 'began', status, data: summary, notices: this.#desk.notices(), undoable: this.#desks.undoable(), epoch, entry });
    this.#publish();
    // An epoch's evaluation is always finished, so that the screen is of one network.
    if (status.evaluating) this.#go('epoch');
  }

  /** Acts on what an action on the desk has led to. @param {number} led @param {Manner} manner */
  #arrive(led, { autoplay, epoch, entry }) {
    if (led === library.Led.Same) this.tell();
    else if (led !== library.Led.Waits) this.#announce(epoch, entry);
    if ((led === library.Led.Began || led === library.Led.Finished) && (autoplay || epoch)) {
      this.#go('end');
      this.#stopAt = autoplay ? null : epoch;
    }
    const needs = this.#desks.waitsFor();
    if (this.#desks.waitsForMnist()) return this.#serve();
    if (needs) this.refuse(needs, true);
  }

  /** Says what cannot be done, or not yet; shows the digits if there is nothing else.
   * @param {string} text @param {boolean} [waits] Whether a run waits for its data. */
  refuse(text, waits = false) {
    if (this.#desk.meanwhile()) {
      this.#announce(null, 'none');
      if (this.#waiting.autoplay) this.#go('end');
      text += ' Showing the built-in digits instead.';
    }
    this.#post({ type: 'refused', text, waits });
  }

  /** Gets what the server has for the run that waits, unless somebody goes on to another. */
  async #serve() {
    const progress = (/** @type {string} */ text) => this.#desks.waitsForMnist() && this.#post({ type: 'progress', text });
    this.#mnist ??= fetchMnist(progress).finally(() => { this.#mnist = null; });
    let files;
    try {
      files = await this.#mnist;
    } catch (error) {
      if (this.#desks.waitsForMnist()) this.refuse(/** @type {Error} */ (error).message, true);
      return;
    }
    if (this.#desks.waitsForMnist()) this.#arrive(this.#open(files, ''), this.#waiting);
  }

  /** @param {{ name: string, bytes: Uint8Array<ArrayBuffer> }[]} files @param {string} query */
  #open(files, query) {
    const led = this.#desks.open(files, query);
    if (led !== library.Led.Waits) this.#arms.keep(new URLSearchParams(JSON.parse(this.#desk.status()).address).get('hash'), files);
    return led;
  }

  /** What the page can tell it to do. */
  commands = {
    /** @param {{ query: string } & Manner} message */
    start: ({ query, ...manner }) => {
      this.#waiting = manner;
      return this.#arrive(this.#desks.start(query), manner);
    },
    /** Goes to the run of an address, which moves unless somebody likes it `still`. @param {{ query: string, still: boolean }} message */
    visit: ({ query, still }) => {
      const { autoplay, epoch } = JSON.parse(library.read_query(query)).view;
      this.#waiting = { autoplay: autoplay ?? !still, epoch, entry: 'same' };
      return this.#arrive(this.#desks.visit(query), this.#waiting);
    },
    /** Opens what was dropped together. @param {{ files: { name: string, bytes: Uint8Array<ArrayBuffer> }[], query: string }} message */
    open: ({ files, query }) => {
      const led = this.#open(files, query);
      const manner = { autoplay: true, epoch: null, entry: /** @type {const} */ ('new') };
      return this.#arrive(led, led === library.Led.Finished ? this.#waiting : manner);
    },
    undo: () => this.#desks.undo() && this.#announce(null, 'new'),
    train: () => this.#go('end'),
    pause: () => this.#goal !== 'none' && this.#rest(),
    stepEpoch: () => this.#go('epoch'),
    stepBatch: () => this.#go('batch'),
    /** @param {{ key: string, value: string }} message */
    set: ({ key, value }) => {
      // Whoever rests sees the change made now, not after an epoch that a helper has gone ahead.
      if (this.#goal === 'none') this.#arms.home(this.#desk);
      this.#desk.set(key, value);
      this.#publish();
    },
    /** Looks at another arm. @param {{ arm: number }} message */
    choose: ({ arm }) => {
      this.#desk.choose(arm);
      this.#sent = 0;
      this.#publish();
    },
    keep: () => {
      this.#arms.home(this.#desk);
      this.#desk.keep();
      this.tell();
    },
    forget: () => {
      this.#arms.home(this.#desk);
      this.#desk.forget();
      this.tell();
    },
    /** Begins B, the same as the run that is looked at up to an epoch, and stops there. @param {{ epoch: number }} message */
    branch: ({ epoch }) => {
      this.#arrive(this.#desk.branch(epoch), { autoplay: true, epoch: null, entry: 'new' });
      this.#stopAt = epoch;
    },
    recover: () => {
      this.#arms.home(this.#desk);
      this.#desk.recover();
      this.#stop('paused');
    },
  };

  /** What the page can ask; each has one answer. */
  questions = {
    /** Takes the lab in, and answers when runs begin there. @param {{ module: WebAssembly.Module }} question */
    lab: ({ module }) => {
      this.#arms.equip('lab', module);
      return this.#desks.add('lab', module);
    },
    /** The run that is looked at; `both`: A too, at the same moment. @param {{ epoch: number | null, both: boolean }} question */
    frame: ({ epoch, both }) => {
      const [a, bytes = this.#desk.frame(epoch ?? undefined)] = both ? this.#desk.frames(epoch ?? undefined) : [];
      return { bytes, a };
    },
    save: () => this.#desk.save(),
    /** An epoch of an arm, for another host. @param {{ query: string, arm: number, state: Uint8Array, files?: { name: string, blob: Blob }[] }} task */
    train: async ({ query, arm, state, files = [] }) => {
      const end = this.#desk.train(query, arm, state);
      if (end) return end;
      const bytes = files.map(async ({ name, blob }) => ({ name, bytes: new Uint8Array(await blob.arrayBuffer()) }));
      this.#open(await Promise.all(bytes), '');
      return this.#desk.train(query, arm, state);
    },
    /** A picture, unless the page has this version of it. @param {{ name: string, epoch: number | null, threshold: number, known?: number }} question */
    look: ({ name, epoch, threshold, known }) => this.#sliced(`look ${name}`, () => {
      const looked = this.#desk.look(name, epoch ?? undefined, threshold, known);
      const { done, version } = looked;
      const bytes = looked.bytes();
      return done ? { version, bytes } : undefined;
    }),
    /** @param {{ name: string, handle: number | null, at: [number, number] }} question */
    moved: ({ name, handle, at: [x, y] }) => this.#desk.moved(name, handle ?? undefined, x, y),
    /** What came out, once everything at the end is seen: JSON, or nothing if the runs go on. */
    verdict: () => this.#sliced('verdict', () => this.#desk.conclude()),
    /** @param {{ epoch: number | null, threshold: number }} question */
    accuracy: ({ epoch, threshold }) => {
      const lens = this.#desk.lens(epoch ?? undefined, threshold);
      return this.#sliced('accuracy', () => lens.advance()).finally(() => lens.free());
    },
    /** @param {{ epoch: number | null, threshold: number, digit: { index: number, ink: Float32Array | null, width: number, rotate: number, right: number, down: number } }} question */
    predict: ({ epoch, threshold, digit: { index, ink, width, rotate, right, down } }) => {
      const data = this.#desk.data();
      const image = ink ? data.drawing(ink, width, rotate, right, down) : data.testImage(index, rotate, right, down);
      const label = ink ? null : data.testLabel(index);
      data.free();
      return { image, label, prediction: this.#desk.predict(epoch ?? undefined, image, threshold) };
    },
  };
}
