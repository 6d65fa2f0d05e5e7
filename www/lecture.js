// @ts-check
// The lecture's animation: the filters, a patch of the first fully-connected layer, one caption.
import { $, onPixelRatio, scalePixels, unitWithin } from './dom.js';

/** @typedef {import('./heatmaps.js').Heatmaps} Heatmaps */
/** @typedef {import('./heatmaps.js').Header} Header */

/** Weights on a side of the patch, and the CSS pixels it takes. */
const SIDE = 100;
const SIZE = 300;

export class Lecture {
  #heatmaps;
  /** The first fully-connected layer; −1 if there is none. */ #layer = -1;
  /** The middle of the patch in its layer's matrix, as shares of width and height. @type {[number, number]} */ #middle = [0.5, 0.5];
  /** The upper left weight of the patch, in pixels of the matrix. @type {[number, number]} */ #from = [0, 0];

  /** @param {Heatmaps} heatmaps */
  constructor(heatmaps) {
    this.#heatmaps = heatmaps;
    const patch = $('patch', HTMLCanvasElement);
    patch.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      const unit = patch.clientWidth / patch.width;
      const [left, top] = this.#from;
      heatmaps.point(this.#layer, left + Math.floor(offsetX / unit), top + Math.floor(offsetY / unit));
    });
    onPixelRatio(() => this.#scale());
    heatmaps.onpick = (layer, x, y) => this.#move(layer, x, y);
  }

  /** Shows a frame with its caption, after its matrices are drawn. @param {Header} header @param {string} caption */
  draw({ layers }, caption) {
    const convolutions = layers.some(({ kernel }) => kernel);
    this.#layer = layers.findIndex(({ kernel }) => !kernel);
    const dense = layers[this.#layer];
    const large = !!dense && Math.min(dense.fan_in, dense.fan_out) >= SIDE;
    $('lecture').hidden = !convolutions && !large;
    // Without filters the whole matrix comes first.
    $('lecture').classList.toggle('last', !convolutions);
    if ($('lecture').hidden) return;
    $('lecture-caption').textContent = caption;
    $('patch-figure').hidden = !dense;
    if (dense) this.#patch();
  }

  /** Moves the patch so that pixel (x, y) of its layer is in its middle. @param {number} layer @param {number} x @param {number} y */
  #move(layer, x, y) {
    if (layer !== this.#layer || $('lecture').hidden) return;
    const { width, height } = this.#heatmaps.matrix(layer).canvas;
    this.#middle = [(x + 0.5) / width, (y + 0.5) / height];
    this.#patch();
  }

  #scale() {
    const patch = $('patch', HTMLCanvasElement);
    scalePixels(patch, unitWithin(patch, SIZE, SIZE));
  }

  /** Copies the patch from the layer's matrix. */
  #patch() {
    const matrix = this.#heatmaps.matrix(this.#layer);
    const { canvas: whole } = matrix;
    const [width, height] = [Math.min(SIDE, whole.width), Math.min(SIDE, whole.height)];
    const from = (/** @type {number} */ middle, /** @type {number} */ all, /** @type {number} */ side) => Math.max(0, Math.min(all - side, Math.floor(middle * all - side / 2)));
    const [left, top] = [from(this.#middle[0], whole.width, width), from(this.#middle[1], whole.height, height)];
    this.#from = [left, top];
    const patch = $('patch', HTMLCanvasElement);
    copy(whole, patch, left, top, width, height);
    this.#scale();
    const words = `→ ${left} to ${left + width - 1} · ↓ ${top} to ${top + height - 1}`;
    const name = this.#heatmaps.name(this.#layer);
    $('patch-name').textContent = name;
    $('patch-where').textContent = words;
    patch.setAttribute('aria-label', `Patch of ${name}, ${words}`);
    matrix.outline([left, top, width, height]);
  }
}

/** Copies a part of one canvas to all of another, pixel by pixel. @param {HTMLCanvasElement} from @param {HTMLCanvasElement} to @param {number} left @param {number} top @param {number} width @param {number} height */
export function copy(from, to, left, top, width, height) {
  // A new size empties a canvas, so it is given only when it is new.
  if (to.width !== width || to.height !== height) Object.assign(to, { width, height });
  to.getContext('2d')?.drawImage(from, left, top, width, height, 0, 0, width, height);
}
