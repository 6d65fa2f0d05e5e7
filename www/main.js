// @ts-check
// Wires the page: the worker's run on one side, what people see and press on the other.
import { Address } from './address.js';
import { Controls } from './controls.js';
import { $, count, download, isDark } from './dom.js';
import { Experiment } from './experiment.js';
import { onFiles } from './files.js';
import { FIRST, reachLab } from './lab.js';
import { library, use } from './library.js';
import { embed, hideControls } from './linked.js';
import { allIsWell, fail, notice, progress, say } from './notices.js';
import { RunClient } from './run-client.js';
import { Screen } from './screen.js';
import { loadDigits, loadModule } from './start.js';
import { Transport } from './transport.js';

/** Says why there is no run, and what to do. @param {string} why */
function cannotStart(why) {
  $('state').dataset.value = 'error';
  $('state').textContent = 'Stopped';
  fail(`The page could not start. ${why}`, [['Try again', () => location.reload()]]);
}

/** Everything there is, once the module is. */
class Page {
  client;
  experiment = new Experiment();
  controls = new Controls();
  address = new Address(() => this.visit());
  transport = new Transport({
    train: () => {
      if (this.screen.mode === 'done') notice('All epochs are trained: raise Epochs to go on, or reset to train again.');
      this.move(this.screen.mode === 'live' ? 'pause' : 'train');
    },
    stepEpoch: () => this.move('stepEpoch'),
    stepBatch: () => this.move('stepBatch'),
    look: (epoch) => this.screen.look(epoch),
    lookBy: (by) => this.screen.look((this.screen.past() ?? this.screen.trained()) + by),
    reset: () => this.restart({}, false),
    newSeed: () => this.restart({ seed: String(library.fresh_seed()) }),
    one: (arm) => this.screen.compare.alone(arm),
    both: () => this.screen.compare.toggle(),
  });
  screen;
  #still;
  /** How often a run was to begin: the last time counts. */ #wishes = 0;

  /** @param {RunClient} client @param {boolean} still Whether somebody likes it still. */
  constructor(client, still) {
    this.client = client;
    this.#still = still;
    this.screen = new Screen(client, this.address, this.experiment, this.transport);
    this.screen.ondraw = () => {
      this.screen.ondraw = () => {};
      embed();
    };
    this.#read();
    hideControls();
    this.#press();
    this.#hear();
  }

  /** Shows what the address says before there is a run. */
  #read() {
    const { notices, values, view } = JSON.parse(library.read_query(location.search));
    notices.forEach(notice);
    this.experiment.show(values.experiment);
    this.controls.offer(this.experiment.words.name);
    this.controls.show(values, null);
    this.screen.looking = view.epoch;
    if (!(view.autoplay ?? !this.#still) && !view.epoch) $('train').focus();
  }

  // --- what can be done ----------------------------------------------------------------------

  /** Sends what begins a run, once the lab is there if it needs it.
   * @param {string} type @param {{ query: string, [more: string]: unknown }} message @param {boolean} [needsLab] @param {Transferable[]} [transfer] */
  async #begin(type, message, needsLab = library.needs_lab(message.query), transfer = []) {
    const wish = (this.#wishes += 1);
    try {
      if (needsLab) await reachLab(this.client);
      if (wish === this.#wishes) this.client.send(type, message, transfer);
    } catch (error) {
      if (wish !== this.#wishes) return;
      this.#refused(/** @type {Error} */ (error).message, type === 'visit', [['Try again', () => this.#begin(type, message, needsLab, transfer)]]);
      $('experiment', HTMLSelectElement).value = this.experiment.words.name;
    }
  }

  /** Goes to the run of the address: the browser has gone back or forward. */
  visit() {
    if (!library.needs_lab(location.search)) this.screen.looking = JSON.parse(library.read_query(location.search)).view.epoch;
    this.#begin('visit', { query: location.search, still: this.#still });
  }

  /** Begins another run. @param {string} query @param {boolean} [autoplay] */
  start(query, autoplay = true) {
    this.#begin('start', { query, autoplay, epoch: null, entry: 'new' });
  }

  /** Starts the run over, on its data and beside the run that is kept as A unless others are chosen. @param {Record<string, string>} changed @param {boolean} [autoplay] */
  restart(changed, autoplay) {
    const { status, threshold } = this.screen;
    const kept = [...new URLSearchParams(status?.address)].filter(([key]) => !changed.data && (key === 'hash' || key === 'a'));
    this.start(this.controls.query({ threshold: String(threshold), ...Object.fromEntries(kept), ...changed }), autoplay);
  }

  /** Follows the run and moves it. @param {string} command */
  move(command) {
    this.screen.looking = null;
    this.client.send(command);
  }

  async #save() {
    const file = await this.client.ask('save').catch((error) => fail(error.message, []));
    if (file) download(`sparsevd-epoch-${this.screen.trained()}.safetensors`, file, 'application/octet-stream');
  }

  async #share() {
    this.screen.touch();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    const file = new URLSearchParams(location.search).get('file');
    notice(`The link is ${copied ? 'copied' : 'in the address bar'}: it repeats this run bit for bit${file && file !== 'MNIST' ? `, with the same data: pass ${file} on too, it is not in the link` : ''}.`);
  }

  /** What is pressed. */
  #press() {
    const { client, controls, experiment, screen } = this;
    controls.onchange = (key, value, live) => {
      if (key === 'threshold') {
        controls.show({ threshold: value }, null);
        screen.through(Number(value));
        return screen.touch();
      }
      if (live) client.send('set', { key, value });
      else this.restart({ [key]: value });
      if (key === 'samples') screen.predict();
    };
    screen.onmoved = (key, value, final) => controls.put(key, value, final);
    experiment.onchoose = (name) => this.start(`experiment=${name}&seed=${controls.values.seed}`);
    for (const [id, rows] of /** @type {const} */ ([['lenet-table', library.paper_table], ['claims', library.claims_table]])) {
      const table = /** @type {HTMLElement} */ ($(id).querySelector('table'));
      // After the first screen, each in a task of its own.
      setTimeout(() => { table.innerHTML = rows(); });
      table.addEventListener('click', (event) => {
        const link = /** @type {HTMLElement} */ (event.target).closest('a');
        // With a key held, it is a link like any other.
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.start(link.search);
        scrollTo(0, 0);
      });
    }
    $('undo').addEventListener('click', () => this.#begin('undo', { query: '' }, false));
    $('save').addEventListener('click', () => this.#save());
    $('share').addEventListener('click', () => this.#share());
    $('theme').addEventListener('click', () => {
      document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
      screen.theme();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => screen.theme());
    $('help').addEventListener('click', () => $('help-dialog', HTMLDialogElement).showModal());
    onFiles((files) => {
      progress('Reading …');
      this.address.taken = true;
      this.#begin('open', { files, query: controls.query({ threshold: String(screen.threshold) }) }, true, files.map((file) => file.bytes.buffer));
    }, notice);
  }

  // --- what the worker says ------------------------------------------------------------------

  #hear() {
    const { client, screen } = this;
    client.on('began', (message) => this.#began(message));
    client.on('status', ({ status, mode, millis }) => this.#status(status, mode, millis));
    client.on('records', ({ json }) => {
      const news = screen.record(json);
      if (news) say(news);
      if (news && screen.mode === 'live') screen.predict();
    });
    client.on('progress', ({ text }) => progress(text));
    client.on('refused', ({ text, waits }) => this.#refused(text, waits, waits ? [['Open …', () => $('open').click()]] : []));
    client.on('crashed', ({ text }) => this.#crashed(text));
    client.listen();
  }

  /** What was asked for cannot be done, or not yet. @param {string} text @param {boolean} waits Whether the address waits for it. @param {[string, () => void][]} ways */
  #refused(text, waits, ways) {
    document.body.classList.remove('waiting');
    progress('');
    this.address.waits = waits;
    fail(text, ways);
    if (this.screen.status) this.controls.show(this.screen.status.values, null);
  }

  /** Another run is on the screen. @param {any} message */
  #began({ status, data, notices, undoable, epoch, entry }) {
    const { address, controls, experiment, screen } = this;
    progress('');
    allIsWell(!screen.status);
    notices.forEach(notice);
    if (experiment.show(status.values.experiment)) controls.offer(experiment.words.name);
    controls.show(status.values, data);
    document.body.classList.remove('waiting');
    screen.begin(status, data, epoch);
    $('save').hidden = !status.network;
    $('run-name').textContent = status.network ? `${data.name}: ${count(data.train)} to train, ${count(data.test)} to test` : '';
    $('undo').hidden = !undoable;
    if (entry !== 'none') address.waits = false;
    if (entry === 'new' || (entry === 'same' && address.taken)) screen.touch(entry === 'new');
  }

  /** The run has moved. @param {import('./run-client.js').Status} status @param {string} mode @param {number} millis */
  #status(status, mode, millis) {
    const { controls, experiment, screen } = this;
    controls.show({ ...status.values, threshold: String(screen.threshold) }, null);
    const changed = status.address !== screen.status?.address;
    const done = mode === 'done' && (changed || screen.mode !== 'done');
    screen.update(status, mode, millis);
    if (changed) screen.touch();
    if (mode === 'error') this.#diverged();
    if (mode !== 'done') experiment.judge(null);
    if (mode === 'live') return;
    screen.predict();
    if (done) this.#conclude();
    say(`${$('state').textContent} at ${$('epoch-text').textContent}`, true);
  }

  /** Asks what came out. */
  async #conclude() {
    if (!this.experiment.words.judged) return;
    const verdict = await this.client.ask('verdict').catch(() => undefined);
    if (!verdict) return;
    this.experiment.judge(JSON.parse(verdict));
    say(`${$('sentence').textContent}`, true);
  }

  /** @param {string} text */
  #crashed(text) {
    const { screen } = this;
    if (!screen.status) {
      const why = `The worker that trains does not run (${text}): reload without the cache (Ctrl+Shift+R); if this stays, copy the whole folder dist/ again.`;
      // Whoever knows how to find the missing script speaks first.
      if (document.dispatchEvent(new CustomEvent('worker-failed', { detail: why, cancelable: true }))) cannotStart(why);
      return;
    }
    // Our mistake, but nothing is lost: the address decides the run.
    screen.mode = 'error';
    screen.showTransport();
    fail(`The computation stopped unexpectedly (${text}). The run is decided by its settings and seed, so it can be repeated exactly.`, [
      ['Repeat the run', () => location.reload()],
      ['Show the default run', () => location.assign(location.pathname)],
    ]);
  }

  #diverged() {
    const trained = this.screen.trained();
    fail(`The loss is no longer a number after epoch ${trained}: the learning rate ${this.controls.values.lr} is too large for this network. Nothing is lost; every epoch before can still be looked at.`, [
      [`Go on from epoch ${trained} with a tenth of the learning rate`, () => {
        this.client.send('recover');
        this.client.send('train');
      }],
      ['Start over with learning rate 0.001', () => this.restart({ lr: '0.001' })],
    ]);
  }
}

async function main() {
  // The worker fetches its scripts while the module compiles.
  const client = new RunClient();
  const [module, digits] = await Promise.all([loadModule(FIRST), loadDigits()]);
  client.load(FIRST, module, digits, navigator.hardwareConcurrency);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  client.send('visit', { query: location.search, still });
  await use(FIRST, module);
  new Page(client, still);
}

main().catch((error) => cannotStart(error.message ?? error));
