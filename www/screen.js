// @ts-check
// The screen: which epoch is looked at, through which threshold, and everything drawn of it.
import { viewQuery } from './address.js';
import { Compare } from './compare.js';
import { Digit } from './digit.js';
import { $, fixed } from './dom.js';
import { Figures } from './figures.js';
import { Heatmaps } from './heatmaps.js';
import { Lecture } from './lecture.js';
import { library } from './library.js';
import { notice, say } from './notices.js';
import { Pictures } from './pictures.js';
import { Sizes, Table, showReadouts } from './readouts.js';

/** @typedef {import('./run-client.js').Status} Status */
/** @typedef {import('./address.js').Address} Address */
/** @typedef {import('./run-client.js').RunClient} RunClient */
/** @typedef {import('./experiment.js').Experiment} Experiment */
/** @typedef {import('./transport.js').Transport} Transport */

/** Milliseconds between two frames of a live run: faster than eyes, and the worker can train. */
const FRAME = 40;

/** It rests so many times as long as it has painted, if that is longer. */
const REST = 3;

/** Pictures beside the weights: as many as are as high as the weights. */
const BESIDE = 3;

const same = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-6;

export class Screen {
  /** Where the run stands, as the worker said last. @type {Status | null} */ status = null;
  /** What the run is doing: 'paused', 'live', 'done' or 'error'. */ mode = 'paused';
  /** Milliseconds an epoch takes. */ millis = 0;
  /** The past epoch looked at; null follows the run. @type {number | null} */ looking = null;
  threshold = 3;
  data = { name: '', train: 0, test: 1, features: 0, classes: 10, image: null, labels: /** @type {string[]} */ ([]) };
  /** The header of the frame on the screen. @type {any} */ #header = null;
  /** The lens's answer, and what it was for. */ #lens = { key: '', value: /** @type {number | null} */ (null) };
  /** What the pictures showed last. */ #pictured = '';
  /** Runs that were here before this one. */ #runs = 0;
  #wanted = false;
  #inFlight = false;
  /** Called when something has been drawn. */ ondraw = () => {};
  /** Called when something in a picture is moved: a setting's key, its value, and whether that is where it stays. @type {(key: string, value: string, final: boolean) => void} */ onmoved = () => {};
  #client;
  #address;
  #experiment;
  #transport;
  /** Two runs side by side. */ compare;
  #view = new library.View();
  #records = new library.Records();
  #pictures;
  #heatmaps;
  #lecture;
  #sizes = new Sizes(this.#view);
  #figures;
  #digit;
  #table = new Table(this.#records);

  /** @param {RunClient} client @param {Address} address @param {Experiment} experiment @param {Transport} transport */
  constructor(client, address, experiment, transport) {
    this.#client = client;
    this.#address = address;
    this.#experiment = experiment;
    this.#transport = transport;
    this.compare = new Compare(client, this);
    this.#pictures = new Pictures(client, {
      epoch: () => this.#header?.epoch ?? this.past() ?? this.trained(),
      caption: () => this.#caption(),
      file: () => `${this.#experiment.words.name}-epoch-${this.past() ?? this.trained()}`,
      moved: (name, handle, at, final) => this.#moved({ name, handle, at }, final),
    });
    this.#heatmaps = new Heatmaps(this.#view, viewQuery().layer ?? '0');
    this.#lecture = new Lecture(this.#heatmaps);
    this.#figures = new Figures(this.#view, this.#pictures, this.#heatmaps);
    this.#digit = new Digit(client, () => ({ epoch: this.past(), threshold: this.threshold }));
    this.#ownPictures();
  }

  /** The pictures of what somebody points at: a weight, a digit. */
  #ownPictures() {
    const own = (/** @type {string} */ id) => this.#pictures.own(/** @type {HTMLElement} */ ($(id).closest('figure')));
    const [posterior, prediction] = [own('chart-posterior'), own('chart-uncertainty')];
    this.#heatmaps.onposterior = (mean, sigma) => {
      posterior.receive(library.plot_posterior(mean, sigma));
      this.#pictures.renew(posterior.canvas);
    };
    this.#digit.onanswer = (verdict) => {
      prediction.receive(library.plot_prediction(this.#digit.prediction ?? undefined, this.data.labels ?? []));
      prediction.canvas.setAttribute('aria-label', verdict || 'Class probabilities: no prediction yet');
      this.#pictures.renew(prediction.canvas);
      if (verdict && this.mode !== 'live') say(verdict);
    };
  }

  /** What a picture that stands by itself says of the run. */
  #caption() {
    const { values, address } = /** @type {Status} */ (this.status);
    return `${this.#experiment.words.label}, epoch ${this.past() ?? this.trained()} of ${values.epochs}, seed ${values.seed}. ${location.origin}${location.pathname}?${address}`;
  }

  /** Asks what moving something means. @param {{ name: string, handle: number | null, at: number[] }} what @param {boolean} final */
  async #moved(what, final) {
    const answer = await this.#client.ask('moved', what).catch(() => undefined);
    if (!answer) return;
    const [key, value] = JSON.parse(answer);
    this.onmoved(key, value, final);
  }

  /** Epochs trained and evaluated. */
  trained() {
    return this.status?.epoch ?? 0;
  }

  /** The past epoch on the screen, or null if it shows the run as it is now. */
  past() {
    const { looking } = this;
    if (looking === null || looking > this.trained()) return null;
    return looking === this.trained() && this.mode === 'live' ? null : looking;
  }

  /** What is said of the method of the run on the screen. */
  #method() {
    const { methods, words } = this.#experiment;
    return methods[this.status?.method ?? ''] ?? methods[words.method];
  }

  /** Looks at a past epoch, or follows the run. @param {number | null} epoch */
  look(epoch) {
    const first = this.status?.firstEpoch ?? 0;
    this.looking = epoch === null ? null : Math.min(this.trained(), Math.max(first, epoch));
    this.touch();
    this.refresh();
    this.predict();
  }

  /** Looks through another threshold. @param {number} threshold */
  through(threshold) {
    this.threshold = threshold;
    this.#view.setThreshold(threshold);
    this.#paint();
    if (this.mode !== 'live') this.predict();
  }

  /** Forgets the run that was shown; another has begun. @param {Status} status @param {any} data @param {number | null} epoch The epoch to look at. */
  begin(status, data, epoch) {
    Object.assign(this, { status, data });
    this.#runs += 1;
    this.#view.clear();
    this.compare.receive(undefined);
    this.#records.clear();
    this.#lens = { key: '', value: null };
    this.#header = null;
    this.looking = epoch;
    this.threshold = Number(status.values.threshold);
    this.#view.setThreshold(this.threshold);
    this.#show();
    // The page's words follow the data: images of pixels, or objects of features.
    document.body.classList.toggle('tables', !data.image);
    this.#heatmaps.labels = data.labels ?? [];
    this.#digit.data(data);
    const { firstEpoch } = status;
    if (firstEpoch > 0) notice(`The run goes on from epoch ${firstEpoch}: the epochs before are in the charts and the table, as numbers without pictures.`);
  }

  /** Shows the pictures of the experiment, and whose run is looked at. */
  #show() {
    const { pictures, panels, name } = this.#experiment.words;
    if ($('pictures').dataset.experiment !== name) this.#pictures.show(pictures, $('beside'), $('pictures'), panels.includes('weights') ? BESIDE : 0);
    $('pictures').dataset.experiment = name;
  }

  /** Looks at another arm of the runs. @param {number} arm */
  choose(arm) {
    this.#records.clear();
    this.#view.clear();
    this.#client.send('choose', { arm });
  }

  /** Takes in where the run stands. @param {Status} status @param {string} mode @param {number} millis */
  update(status, mode, millis) {
    Object.assign(this, { status, mode, millis });
    this.#words();
    this.refresh();
  }

  /** Takes in records, as JSON; what there is to say of the last. @param {string} json */
  record(json) {
    this.#records.add(json);
    this.#table.fill();
    return json === '[]' ? undefined : this.#records.news();
  }

  /** Shows where things stand, and asks for a frame: one at a time, when the screen is ready. */
  refresh() {
    this.showTransport();
    if (this.status && !this.status.network) {
      this.#picture();
      return this.ondraw();
    }
    this.#wanted = true;
    if (this.#inFlight) return;
    this.#inFlight = true;
    this.#wanted = false;
    this.#client.ask('frame', { epoch: this.past(), both: this.compare.both }).then((frames) => this.#receive(frames), () => { this.#inFlight = false; });
  }

  /** @param {{ bytes: Uint8Array, a?: Uint8Array }} frames */
  #receive({ bytes, a }) {
    this.#header = JSON.parse(this.#view.receive(bytes) ?? 'null');
    this.compare.receive(a);
    this.#inFlight = false;
    // Drawn when the screen is ready; a hidden tab draws nothing and trains on.
    requestAnimationFrame(() => {
      const start = performance.now();
      this.#paint();
      this.ondraw();
      const rest = Math.max(FRAME, REST * (performance.now() - start));
      if (this.#wanted) this.refresh();
      // Two runs are seen at the ends of epochs, of which the worker tells.
      else if (this.mode === 'live' && this.past() === null && !a) setTimeout(() => this.refresh(), rest);
    });
  }

  #paint() {
    const header = this.#header;
    if (!header) return;
    this.showTransport();
    this.#heatmaps.draw(header, this.compare);
    this.#sizes.draw(header);
    const accuracy = this.#accuracy(header);
    showReadouts(this.#view, accuracy, this.#method().trainAccuracy);
    this.#lecture.draw(header, this.#view.caption(accuracy.value ?? undefined));
    this.#figures.show(header);
    if (this.#records.count) this.#picture();
  }

  /** Looks at the pictures: they change with the epoch, the threshold and new records, not with every frame. */
  #picture() {
    const { status, mode } = this;
    if (!status) return;
    const run = [this.#runs, status.address, status.epoch, mode === 'live' ? '' : status.taken].join(' ');
    const look = { run, epoch: this.past(), threshold: this.threshold, rests: mode !== 'live' };
    const due = JSON.stringify([look, this.#header?.epoch, mode === 'live' || this.#header?.fingerprint]);
    if (due === this.#pictured) return;
    this.#pictured = due;
    this.#figures.renew();
    this.#pictures.look(look);
  }

  /** The test accuracy of what is on the screen: its record's, or what the lens sees. @param {any} header */
  #accuracy({ record, batch, fingerprint }) {
    const asRecorded = !record || same(record.threshold, this.threshold);
    const name = asRecorded ? this.#method().testAccuracy : `test accuracy at threshold ${fixed(this.threshold, 1)}`;
    if (record && asRecorded && batch === 0) return { value: record.test_accuracy, name };
    const key = `${fingerprint} ${this.threshold}`;
    if (this.#lens.key === key) return { value: this.#lens.value, name };
    // In the middle of an epoch the accuracy is the last epoch's, until the run rests.
    if (this.mode !== 'live' || this.past() !== null) this.#focus(key);
    return { value: record?.test_accuracy ?? null, name };
  }

  /** The threshold as a lens: the accuracy at another threshold, without training. @param {string} key */
  async #focus(key) {
    this.#lens = { key, value: this.#lens.value };
    const value = await this.#client.ask('accuracy', { epoch: this.past(), threshold: this.threshold }).catch(() => undefined);
    // No answer came from a lens that a newer one has ended.
    if (this.#lens.key !== key || value === undefined) return;
    this.#lens.value = value;
    this.#paint();
  }

  showTransport() {
    const { status } = this;
    if (!status) return;
    const { values, taken, batches, firstEpoch } = status;
    this.compare.show();
    this.#transport.show({
      mode: this.mode, epoch: this.trained(), taken, batches, epochs: Number(values.epochs), first: firstEpoch,
      shown: this.#header ? Math.max(this.#header.epoch, firstEpoch) : this.past() ?? this.trained(), following: this.past() === null, millis: this.millis,
    });
  }

  /** The words that follow the method; what is only true of posteriors is hidden from point estimates. */
  #words() {
    if (!this.status) return;
    const { bayesian, lesson, formula, source } = this.#method();
    document.body.classList.toggle('points', !bayesian);
    // What is said of the pictures is said of the experiment as it was meant.
    document.body.classList.toggle('strayed', !bayesian && this.#experiment.methods[this.#experiment.words.method].bayesian);
    if ($('method-lesson').textContent !== lesson) {
      $('method-lesson').textContent = lesson;
      $('method-source').textContent = source;
      $('method-formula').innerHTML = formula;
    }
    this.#transport.mark(this.status.marks, Math.max(1, this.trained()));
  }

  /** Asks the digit's prediction again, which takes longer than a frame. */
  predict() {
    if (this.status?.network && this.#experiment.words.panels.includes('digit')) this.#digit.ask();
  }

  /** Takes the page's colours. */
  theme() {
    this.#pictures.renew();
  }

  /** Writes the address of the run: somebody has taken the controls. @param {boolean} [fresh] Whether it is another run. */
  touch(fresh) {
    if (this.status) this.#address.write(this.status.address, { threshold: this.threshold, epoch: this.looking }, fresh);
  }
}
