// @ts-check
// Figures of a first layer that sees images: every unit as an image, and the seminar's three.
import { $ } from './dom.js';
import { copy } from './lecture.js';
import { enlarge } from './pictures.js';

/** @typedef {import('../pkg/lab.js').View} View */
/** @typedef {import('./pictures.js').Pictures} Pictures */
/** @typedef {import('./heatmaps.js').Heatmaps} Heatmaps */
/** @typedef {import('./heatmaps.js').Header} Header */

/** What the notebook plots of 784 × 300 weights: columns 200 to 399, units 1 to 100 as images, and the square of weights 100 to 199 each way. */
const COLUMNS = { from: 200, count: 200 };
const TILES = { from: 1, across: 10 };
const SQUARE = { from: 100, count: 100 };

/** Shows the figures that suit the first layer, hides the others. */
export class Figures {
  #view;
  #heatmaps;
  #pictures;
  #scatter;

  /** @param {View} view @param {Pictures} pictures @param {Heatmaps} heatmaps */
  constructor(view, pictures, heatmaps) {
    this.#view = view;
    this.#heatmaps = heatmaps;
    this.#pictures = pictures;
    this.#scatter = pictures.own($('figure-scatter').parentElement ?? $('figure-scatter'));
    this.#add('tiles', (canvas) => {
      view.drawTiles(canvas, 20, 100);
      enlarge(canvas, canvas.parentElement?.clientWidth ?? 0);
      canvas.setAttribute('aria-label', view.describeTiles());
    });
    this.#add('figure-w1', (canvas) => this.#columns(canvas));
    this.#add('figure-tiles', (canvas) => {
      view.drawTiles(canvas, TILES.across, TILES.across ** 2, TILES.from);
      enlarge(canvas, this.#room());
      canvas.setAttribute('aria-label', view.describeTiles());
    });
  }

  /** @param {string} id @param {(canvas: HTMLCanvasElement) => void} draw */
  #add(id, draw) {
    const canvas = $(id, HTMLCanvasElement);
    this.#pictures.add(canvas, () => draw(canvas));
  }

  /** Takes in what has changed. */
  renew() {
    if ($('seminar-figures').hidden) return;
    this.#scatter.receive(this.#view.partScatter(SQUARE.from, SQUARE.count));
  }

  /** @param {Header} header */
  show({ layers: [{ kernel, fan_in, fan_out }], image }) {
    const images = !kernel && !!image && image[0] * image[1] === fan_in;
    const large = fan_in === 784 && fan_out >= SQUARE.from + SQUARE.count && fan_out <= fan_in;
    $('tiles-figure').hidden = !images;
    $('seminar-figures').hidden = !images || !large;
    $('figure-units').textContent = String(fan_out);
  }

  /** CSS pixels that a figure of pixels may be wide. */
  #room() {
    return Math.min(600, $('seminar-figures').clientWidth / 2.4);
  }

  /** @param {HTMLCanvasElement} canvas */
  #columns(canvas) {
    const { canvas: whole } = this.#heatmaps.matrix(0);
    copy(whole, canvas, COLUMNS.from, 0, COLUMNS.count, whole.height);
    enlarge(canvas, 0.7 * this.#room());
    canvas.setAttribute('aria-label', `Columns ${COLUMNS.from} to ${COLUMNS.from + COLUMNS.count - 1} of ${whole.getAttribute('aria-label')}`);
  }
}
