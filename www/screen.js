// @ts-check
// The screen: which epoch is looked at, through which threshold, and everything drawn of it.
import { viewQuery } from './address.js';
import { Charts } from './charts.js';
import { Digit } from './digit.js';
import { $, fixed } from './dom.js';
import { Figures } from './figures.js';
import { Heatmaps } from './heatmaps.js';
import { Lecture } from './lecture.js';
import { showLesson } from './lesson.js';
import { notice, say } from './notices.js';
import { dataTable, showReadouts } from './readouts.js';
import { Sizes } from './sizes.js';
import { marksOf } from './timeline.js';

/** @typedef {import('./run-client.js').Status} Status */
/** @typedef {import('./address.js').Address} Address */
/** @typedef {import('./run-client.js').RunClient} RunClient */
/** @typedef {import('./controls.js').Controls} Controls */
/** @typedef {import('./transport.js').Transport} Transport */
/** @typedef {import('../pkg/sparsevd.js').View} View */

/** Milliseconds between two frames of a live run: faster than eyes, and the worker can train. */
const FRAME = 40;

/** Before anything is predicted. */
const NO_ENTROPIES = '{"inside":[],"outside":[]}';

const same = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-6;

export class Screen {
  /** Where the run stands, as the worker said last. @type {Status | null} */ status = null;
  /** What the run is doing: 'paused', 'live', 'done' or 'error'. */ mode = 'paused';
  /** Milliseconds an epoch takes. */ millis = 0;
  /** The past epoch looked at; null follows the run. @type {number | null} */ looking = null;
  threshold = 3;
  data = { name: '', train: 0, test: 1, features: 0, classes: 10, image: null, labels: /** @type {string[]} */ ([]) };
  /** The run's events, as the charts mark them. */ #marks = '';
  /** The header of the frame on the screen. @type {any} */ #header = null;
  /** The lens's answer, and what it was for. */ #lens = { key: '', value: /** @type {number | null} */ (null) };
  /** The entropies on the screen, as JSON. */ #entropies = NO_ENTROPIES;
  /** What the charts showed last. */ #charted = '';
  #wanted = false;
  #inFlight = false;
  /** Called when something has been drawn. */ ondraw = () => {};
  #client;
  #address;
  #view;
  #controls;
  #transport;
  #heatmaps;
  #lecture;
  #charts;
  #sizes;
  #figures;
  #digit;
  #fillTable;

  /** @param {RunClient} client @param {Address} address @param {View} view @param {Controls} controls @param {Transport} transport */
  constructor(client, address, view, controls, transport) {
    this.#client = client;
    this.#address = address;
    this.#view = view;
    this.#controls = controls;
    this.#transport = transport;
    this.#heatmaps = new Heatmaps(view, viewQuery().layer ?? '0');
    this.#lecture = new Lecture(this.#heatmaps);
    this.#charts = new Charts(view);
    this.#sizes = new Sizes(view);
    this.#figures = new Figures(view, this.#charts, this.#heatmaps);
    this.#digit = new Digit(client, () => ({ epoch: this.past(), threshold: this.threshold }));
    this.#fillTable = dataTable(() => JSON.parse(view.records()));
    this.#heatmaps.onposterior = (mean, sigma, canvas) => this.#charts.add(canvas.id, () => view.drawPosterior(mean, sigma, canvas));
    this.#charts.add('chart-uncertainty', (canvas) => view.drawPrediction(this.#digit.prediction ?? undefined, this.data.labels ?? [], canvas));
    this.#digit.onanswer = (verdict) => {
      this.#charts.renew('chart-uncertainty');
      $('chart-uncertainty').setAttribute('aria-label', verdict || 'Class probabilities: no prediction yet');
      if (verdict && this.mode !== 'live') say(verdict);
    };
    this.#charts.add('chart-entropy', (canvas) => view.drawEntropies(this.#entropies, this.data.classes, canvas));
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

  /** Looks at a past epoch, or follows the run. @param {number | null} epoch */
  look(epoch) {
    const first = this.status?.firstEpoch ?? 0;
    this.looking = epoch === null ? null : Math.min(this.trained(), Math.max(first, epoch));
    this.touch();
    this.refresh();
    if (this.mode === 'live') this.#digit.ask();
    else this.settle();
  }

  /** Looks through another threshold. @param {number} threshold */
  through(threshold) {
    this.threshold = threshold;
    this.#view.setThreshold(threshold);
    this.#paint();
    if (this.mode !== 'live') this.#digit.ask();
  }

  /** Forgets the run that was shown; another has begun. @param {Status} status @param {any} data @param {number | null} epoch The epoch to look at. */
  begin(status, data, epoch) {
    Object.assign(this, { status, data });
    this.#view.clear();
    this.#entropies = NO_ENTROPIES;
    this.#lens = { key: '', value: null };
    this.#header = null;
    this.looking = epoch;
    this.threshold = Number(status.values.threshold);
    this.#view.setThreshold(this.threshold);
    // The page's words follow the data: images of pixels, or objects of features.
    document.body.classList.toggle('tables', !data.image);
    this.#heatmaps.labels = data.labels ?? [];
    this.#digit.data(data);
    this.#axis();
    const { firstEpoch } = status;
    if (firstEpoch > 0) notice(`The run goes on from epoch ${firstEpoch}: the epochs before are in the charts and the table, as numbers without pictures.`);
  }

  /** Takes in where the run stands. @param {Status} status @param {string} mode @param {number} millis */
  update(status, mode, millis) {
    Object.assign(this, { status, mode, millis });
    this.#axis();
    this.refresh();
  }

  /** Takes in records, as JSON. @param {string} json */
  record(json) {
    this.#view.addRecords(json);
    this.#fillTable();
  }

  /** Shows where things stand, and asks for a frame: one at a time, when the screen is ready. */
  refresh() {
    this.showTransport();
    this.#wanted = true;
    if (this.#inFlight) return;
    this.#inFlight = true;
    this.#wanted = false;
    this.#client.ask('frame', { epoch: this.past() }).then((bytes) => this.#receive(bytes), () => { this.#inFlight = false; });
  }

  /** @param {Uint8Array} bytes */
  #receive(bytes) {
    this.#header = JSON.parse(this.#view.receive(bytes) ?? 'null');
    this.#inFlight = false;
    // Drawn when the screen is ready; a hidden tab draws nothing and trains on.
    requestAnimationFrame(() => {
      this.#paint();
      this.ondraw();
      if (this.#wanted) this.refresh();
      else if (this.mode === 'live' && this.past() === null) setTimeout(() => this.refresh(), FRAME);
    });
  }

  #paint() {
    const header = this.#header;
    if (!header) return;
    this.showTransport();
    this.#heatmaps.draw(header);
    this.#sizes.draw(header);
    const counts = JSON.parse(this.#view.counts());
    const accuracy = this.#accuracy(header);
    showReadouts(header, counts, accuracy, this.#controls.words().trainAccuracy);
    this.#lecture.draw(header, counts, accuracy.value);
    this.#figures.show(header);
    // Charts change with the epoch, the threshold and new records, not with every frame.
    const due = `${header.epoch} ${this.threshold} ${this.#view.recordCount()} ${this.#marks} ${this.mode === 'live' ? '' : header.fingerprint}`;
    if (due !== this.#charted) this.#charts.refresh();
    this.#charted = due;
  }

  /** The test accuracy of what is on the screen: its record's, or what the lens sees. @param {any} header */
  #accuracy({ record, batch, fingerprint }) {
    const asRecorded = !record || same(record.threshold, this.threshold);
    const name = asRecorded ? this.#controls.words().testAccuracy : `test accuracy at threshold ${fixed(this.threshold, 1)}`;
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
    this.#transport.show({
      mode: this.mode, epoch: this.trained(), taken: Math.ceil(taken / Number(values.batch)), batches, epochs: Number(values.epochs), first: firstEpoch,
      shown: this.#header ? Math.max(this.#header.epoch, firstEpoch) : this.trained(), following: this.past() === null, millis: this.millis,
    });
  }

  #axis() {
    if (!this.status) return;
    const { method } = this.status.values;
    showLesson(method, this.#controls.words(), this.#controls.isBayesian(method));
    const marks = marksOf(this.status, this.#controls);
    this.#marks = JSON.stringify(marks.map(({ epoch, label }) => [epoch, label]));
    this.#view.setAxis(this.#marks, Number(this.status.values.epochs));
    this.#transport.mark(marks, Math.max(1, this.trained()));
  }

  /** Asks what takes longer than a frame: the digit's prediction and the entropies. */
  async settle() {
    this.#digit.ask();
    const { data } = this;
    const epoch = this.past() ?? this.trained();
    const entropies = await this.#client.ask('entropies', { epoch: this.past() }).catch(() => null);
    const numbers = entropies && [...JSON.parse(entropies).inside, ...JSON.parse(entropies).outside];
    // A diverged network has none, and an answer about another run's data comes too late.
    if (!numbers?.every(Number.isFinite) || data !== this.data) return;
    this.#entropies = entropies;
    this.#charts.renew('chart-entropy');
    $('chart-entropy').setAttribute('aria-label', `Epoch ${epoch}: ${this.#view.describeEntropies(entropies, data.classes)}`);
  }

  /** Asks the digit's prediction again. */
  predict() {
    this.#digit.ask();
  }

  /** Takes the page's colours. */
  theme() {
    this.#charts.theme();
  }

  /** Writes the address of the run: somebody has taken the controls. @param {boolean} [fresh] Whether it is another run. */
  touch(fresh) {
    if (this.status) this.#address.write(this.status.address, { threshold: this.threshold, epoch: this.looking }, fresh);
  }
}
