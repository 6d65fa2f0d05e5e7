// @ts-check
// One digit, picked or drawn, turned and shifted: what the network says of it and how surely.
import { $, fixed, onPixelRatio, scalePixels, unitWithin } from './dom.js';
import { library } from './library.js';

/** @typedef {import('./run-client.js').RunClient} RunClient */

/** Places on the longer side of the pad. */
const PAD = 280;
/** Thick strokes, as a finger's: a sixth of a digit's height. */
const BRUSH = 30;
/** CSS pixels that the seen image may take either way while the pad is not shown. */
const SEEN = 190;

export class Digit {
  #client;
  #context;
  /** Whether the image is the drawing, not a test image. */ #drawn = false;
  /** The test object that is picked. */ #index = 0;
  #busy = false;
  #again = false;
  /** Height and width of the data's images; null if the data are no images. @type {[number, number] | null} */ #image = null;
  /** The classes' names. @type {string[]} */ #labels = [];
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
    index.addEventListener('input', () => this.#typed(index.value));
    index.addEventListener('keydown', (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.#pick(this.#index + by);
    });
    $('digit-next').addEventListener('click', () => this.#pick(this.#index + 1));
    $('digit-random').addEventListener('click', () => this.#pick(Math.floor(Math.random() * this.tests)));
    $('digit-clear').addEventListener('click', () => this.#clear());
    onPixelRatio(() => this.#fit());
  }

  /** Takes in the data of a run. @param {{ test: number, classes: number, image: [number, number] | null, labels?: string[] }} data */
  data({ test, classes, image, labels = [] }) {
    this.tests = test;
    this.#labels = labels;
    const index = $('digit-index', HTMLInputElement);
    this.#index = Math.min(this.#index, test - 1);
    index.setAttribute('aria-valuemax', String(test - 1));
    index.value = String(this.#index);
    $('most-entropy').textContent = `ln ${classes} = ${fixed(Math.log(classes), 3)}`;
    this.forget('');
    if (JSON.stringify(image) === JSON.stringify(this.#image)) return;
    this.#image = image;
    this.#drawn = false;
    const [height, width] = image ?? [1, 1];
    const longest = Math.max(height, width);
    const pad = $('pad', HTMLCanvasElement);
    Object.assign(pad, { width: Math.ceil((PAD * width) / longest), height: Math.ceil((PAD * height) / longest) });
    Object.assign(pad.style, { width: `calc(var(--pad) * ${width / longest})`, height: `calc(var(--pad) * ${height / longest})` });
    this.#blank();
  }

  /** Takes the last answer away and says why. @param {string} words */
  forget(words) {
    this.prediction = null;
    $('digit-verdict').textContent = words;
    for (const part of ['aleatoric', 'epistemic']) $(`split-${part}`).style.width = '0';
    this.onanswer(words);
  }

  /** @param {string} text */
  #typed(text) {
    const index = library.whole_number(text, this.tests - 1);
    if (index !== undefined) this.#choose(index);
    else if (text.trim()) this.forget(`There is no test ${this.#image ? 'image' : 'object'} '${text.trim()}': choose 0 to ${this.tests - 1}.`);
  }

  /** Picks a test object; after the last comes the first. @param {number} index */
  #pick(index) {
    this.#choose((index + this.tests) % this.tests);
    $('digit-index', HTMLInputElement).value = String(this.#index);
  }

  /** @param {number} index */
  #choose(index) {
    this.#index = index;
    $('digit-index').setAttribute('aria-valuenow', String(index));
    this.#drawn = false;
    this.#blank();
    this.ask();
  }

  #blank() {
    this.#context.fillStyle = '#fff';
    this.#context.fillRect(0, 0, PAD, PAD);
  }

  #clear() {
    this.#blank();
    this.#drawn = true;
    this.ask();
  }

  /** @param {HTMLCanvasElement} pad */
  #pen(pad) {
    /** @type {[number, number] | null} */ let last = null;
    const at = (/** @type {PointerEvent} */ event) => /** @type {[number, number]} */ ([(event.offsetX * pad.width) / pad.clientWidth, (event.offsetY * pad.height) / pad.clientHeight]);
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
    const { width, height } = this.#context.canvas;
    const { data } = this.#context.getImageData(0, 0, width, height);
    return Float32Array.from({ length: width * height }, (_, i) => 1 - data[4 * i] / 255);
  }

  /** Asks the network about the image as it is now; one question at a time, the newest last. */
  async ask() {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) await this.#askOnce();
    } catch (error) {
      // The panel stays usable: the next question is asked as if this one had not been.
      this.forget(`There is no answer (${/** @type {Error} */ (error).message}): change the image or move to another epoch to ask again.`);
    } finally {
      this.#busy = false;
    }
  }

  async #askOnce() {
    this.#again = false;
    const value = (/** @type {string} */ name) => Number($(`digit-${name}`, HTMLInputElement).value);
    const digit = { index: this.#index, ink: this.#drawn ? this.#ink() : null, width: this.#context.canvas.width, rotate: value('rotate'), right: value('right'), down: value('down') };
    $('digit-rotate-text').textContent = `${digit.rotate}°`;
    $('digit-right-text').textContent = String(digit.right);
    $('digit-down-text').textContent = String(digit.down);
    const answer = await this.#client.ask('predict', { ...this.where(), digit });
    if (answer) this.#show(answer, digit.ink === null ? digit.index : null);
  }

  /** @param {{ image: Float32Array, label: string | null, prediction: string }} answer @param {number | null} index */
  #show({ image, label, prediction }, index) {
    if (this.#image) this.#picture(image, this.#image);
    else $('seen-values').innerHTML = library.list_features(image);
    if (label === null && image.every((x) => x === 0)) return this.forget('Nothing drawn yet: the network sees an empty image.');
    const subject = label === null ? 'Your drawing' : `Test ${this.#image ? 'image' : 'object'} ${index}, a ${label}`;
    const said = library.say_prediction(prediction, this.#labels, subject);
    if (!said) return this.forget('The network gives no probabilities: its weights have diverged.');
    this.prediction = prediction;
    const { words, samples, aleatoric, epistemic } = JSON.parse(said);
    $('samples-text').textContent = samples;
    $('digit-verdict').textContent = words;
    $('split-aleatoric').style.width = `${aleatoric}%`;
    $('split-epistemic').style.width = `${epistemic}%`;
    this.onanswer(words);
  }

  /** Dark ink on white. @param {Float32Array} image @param {[number, number]} shape */
  #picture(image, [height, width]) {
    const seen = $('seen', HTMLCanvasElement);
    Object.assign(seen, { width, height });
    const pixels = new ImageData(width, height);
    image.forEach((x, i) => pixels.data.set([255 * (1 - x), 255 * (1 - x), 255 * (1 - x), 255], 4 * i));
    seen.getContext('2d')?.putImageData(pixels, 0, 0);
    this.#fit();
  }

  #fit() {
    const seen = $('seen', HTMLCanvasElement);
    const { clientWidth, clientHeight } = $('pad');
    const room = Math.max(clientWidth, clientHeight) || SEEN;
    scalePixels(seen, unitWithin(seen, room, room));
  }
}
