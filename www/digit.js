// @ts-check
// One digit, picked or drawn, turned and shifted: what the network says of it and how surely.
import { $, fixed } from './dom.js';

/** @typedef {import('./run-client.js').RunClient} RunClient */

const SIDE = 280;
/** Thick strokes, as a finger's: a sixth of a digit's height. */
const BRUSH = 30;

export class Digit {
  #client;
  #context;
  /** Whether the image is the drawing, not a test image. */ #drawn = false;
  #busy = false;
  #again = false;
  /** The answer on the screen. @type {string | null} */ prediction = null;
  /** Called with every new answer, in words. @type {(verdict: string) => void} */ onanswer = () => {};
  /** Where to look: epoch (null: now) and threshold. @type {() => { epoch: number | null, threshold: number }} */ where;
  tests = 1;

  /** @param {RunClient} client @param {() => { epoch: number | null, threshold: number }} where */
  constructor(client, where) {
    this.#client = client;
    this.where = where;
    const pad = $('pad', HTMLCanvasElement);
    this.#context = /** @type {CanvasRenderingContext2D} */ (pad.getContext('2d', { willReadFrequently: true }));
    this.#pen(pad);
    for (const name of ['rotate', 'right', 'down']) {
      $(`digit-${name}`).addEventListener('input', () => this.ask());
    }
    const index = $('digit-index', HTMLInputElement);
    index.addEventListener('input', () => this.#pick(Number(index.value)));
    $('digit-next').addEventListener('click', () => this.#pick(Number(index.value) + 1));
    $('digit-random').addEventListener('click', () => this.#pick(Math.floor(Math.random() * this.tests)));
    $('digit-clear').addEventListener('click', () => this.#clear());
    this.#blank();
  }

  /** Takes in the data of a run. @param {{ test: number, image: [number, number] | null }} data */
  data({ test, image }) {
    this.tests = test;
    $('digit-index', HTMLInputElement).max = String(test - 1);
    this.#drawn &&= image !== null;
    $('pad').closest('figure')?.toggleAttribute('hidden', image === null);
  }

  /** @param {number} index */
  #pick(index) {
    if (!Number.isFinite(index)) return;
    this.#drawn = false;
    this.#blank();
    const wrapped = ((Math.trunc(index) % this.tests) + this.tests) % this.tests;
    $('digit-index', HTMLInputElement).value = String(wrapped);
    this.ask();
  }

  #blank() {
    this.#context.fillStyle = '#fff';
    this.#context.fillRect(0, 0, SIDE, SIDE);
  }

  #clear() {
    this.#blank();
    this.#drawn = true;
    this.ask();
  }

  /** @param {HTMLCanvasElement} pad */
  #pen(pad) {
    /** @type {[number, number] | null} */ let last = null;
    const at = (/** @type {PointerEvent} */ event) => /** @type {[number, number]} */ ([(event.offsetX * SIDE) / pad.clientWidth, (event.offsetY * SIDE) / pad.clientHeight]);
    pad.addEventListener('pointerdown', (event) => {
      pad.setPointerCapture(event.pointerId);
      if (!this.#drawn) this.#blank();
      this.#drawn = true;
      last = at(event);
      this.#stroke(last, last);
    });
    pad.addEventListener('pointermove', (event) => {
      if (!last) return;
      const next = at(event);
      this.#stroke(last, next);
      last = next;
    });
    for (const end of ['pointerup', 'pointercancel']) pad.addEventListener(end, () => { last = null; });
  }

  /** @param {[number, number]} from @param {[number, number]} to */
  #stroke(from, to) {
    const context = this.#context;
    context.lineWidth = BRUSH;
    context.lineCap = 'round';
    context.strokeStyle = '#000';
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(to[0], to[1] + 0.01);
    context.stroke();
    this.ask();
  }

  #ink() {
    const { data } = this.#context.getImageData(0, 0, SIDE, SIDE);
    return Float32Array.from({ length: SIDE * SIDE }, (_, i) => 1 - data[4 * i] / 255);
  }

  /** Asks the network about the image as it is now; one question at a time, the newest last. */
  async ask() {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) await this.#askOnce();
    } finally {
      this.#busy = false;
    }
  }

  async #askOnce() {
    this.#again = false;
    const value = (/** @type {string} */ name) => Number($(`digit-${name}`, HTMLInputElement).value);
    const digit = { index: value('index'), ink: this.#drawn ? this.#ink() : null, side: SIDE, rotate: value('rotate'), right: value('right'), down: value('down') };
    $('digit-rotate-text').textContent = `${digit.rotate}°`;
    $('digit-right-text').textContent = String(digit.right);
    $('digit-down-text').textContent = String(digit.down);
    const answer = await this.#client.ask('predict', { ...this.where(), digit });
    if (answer) this.#show(answer, digit.ink === null ? digit.index : null);
  }

  /** @param {{ image: Float32Array, label: number | null, prediction: string }} answer @param {number | null} index */
  #show({ image, label, prediction }, index) {
    this.#picture(image);
    const { mean_network, ensemble, samples, uncertainty } = JSON.parse(prediction);
    // JSON has no NaN: a diverged network answers null.
    if (![...mean_network, ...ensemble].every(Number.isFinite)) {
      $('verdict').textContent = 'The network gives no probabilities: its weights have diverged.';
      return;
    }
    this.prediction = prediction;
    const best = (/** @type {number[]} */ p) => p.indexOf(Math.max(...p));
    const empty = image.every((x) => x === 0);
    const [mean, all] = [best(mean_network), best(ensemble)];
    const agree = samples.filter((/** @type {number[]} */ p) => best(p) === all).length;
    $('samples-text').textContent = `${samples.length}`;
    const subject = label === null ? 'Your drawing' : `Test image ${index}, a ${label}`;
    $('verdict').textContent = empty
      ? 'Nothing drawn yet: the network sees an empty image.'
      : `${subject}: the mean network says ${mean} (${fixed(100 * mean_network[mean], 1)} %); ${agree} of ${samples.length} samples say ${all}. Uncertainty ${fixed(uncertainty.total, 3)} nats = ${fixed(uncertainty.aleatoric, 3)} aleatoric + ${fixed(uncertainty.epistemic, 3)} epistemic.`;
    const most = Math.log(ensemble.length);
    $('split-aleatoric').style.width = `${(100 * uncertainty.aleatoric) / most}%`;
    $('split-epistemic').style.width = `${(100 * uncertainty.epistemic) / most}%`;
    this.onanswer($('verdict').textContent ?? '');
  }

  /** Shows the pixels that the network gets, dark ink on white. @param {Float32Array} image */
  #picture(image) {
    const seen = $('seen', HTMLCanvasElement);
    const width = Math.round(Math.sqrt(image.length));
    const height = Math.ceil(image.length / width);
    Object.assign(seen, { width, height });
    const pixels = new ImageData(width, height);
    image.forEach((x, i) => pixels.data.set([255 * (1 - x), 255 * (1 - x), 255 * (1 - x), 255], 4 * i));
    seen.getContext('2d')?.putImageData(pixels, 0, 0);
  }
}
