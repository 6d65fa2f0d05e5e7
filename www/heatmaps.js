// @ts-check
// All weight layers, convolutions as filters and the others as matrices, and the inspected weight.
import { $, count, fixed, onPixelRatio, short, significant } from './dom.js';
import { Matrix } from './matrix.js';
import { notice } from './notices.js';

/** @typedef {{ height: number, width: number, channels: number }} Kernel */
/** @typedef {{ name: string, fan_in: number, fan_out: number, bayesian: boolean, kernel?: Kernel }} Shape */
/** @typedef {{ layers: Shape[], image: [number, number] | null }} Header */
/** @typedef {import('../pkg/lab.js').View} View */

/** CSS pixels that filters are high until they are zoomed: they share the screen with the rest. */
const FILTERS = 260;

export class Heatmaps {
  #view;
  /** @type {Shape[]} */ #shapes = [];
  /** @type {Matrix[]} */ #matrices = [];
  /** The layers' colour limits. @type {number[]} */ #limits = [];
  /** Height and width of the input image. @type {[number, number] | null} */ #image = null;
  /** The classes' names. @type {string[]} */ labels = [];
  /** The weight that is inspected. @type {{ layer: number, x: number, y: number } | null} */ #cell = null;

  #first;

  /** @param {View} view @param {string} first The number of the layer to inspect first. */
  constructor(view, first) {
    this.#view = view;
    this.#first = first;
    const fit = () => this.#matrices.forEach((matrix) => matrix.fit());
    const resized = new ResizeObserver(fit);
    resized.observe($('heatmaps'));
    resized.observe($('plates'));
    // What lies above moves the matrices.
    for (const above of document.querySelectorAll('#notices, #error-banner, .readouts')) resized.observe(above);
    onPixelRatio(fit);
  }

  /** Draws the frame that the view has. @param {Header} header */
  draw(header) {
    if (JSON.stringify(header.layers) !== JSON.stringify(this.#shapes)) this.#build(header);
    let pruned = 0;
    let all = 0;
    for (const [layer, matrix] of this.#matrices.entries()) {
      const { kept, total, limit } = matrix.draw();
      pruned += total - kept;
      all += total;
      this.#limits[layer] = limit;
    }
    $('pruned-count').textContent = `${count(pruned)} of ${count(all)}`;
    this.#cell ??= this.#start();
    this.#inspect();
  }

  /** The layer's matrix or filters on the screen. @param {number} layer */
  matrix(layer) {
    return this.#matrices[layer];
  }

  /** What a layer is called. @param {number} layer */
  name(layer) {
    return this.#shapes[layer].name;
  }

  /** Inspects the weight at a pixel of a layer, if there is one. @param {number} layer @param {number} x @param {number} y */
  point(layer, x, y) {
    if (!this.#view.cell(layer, x, y)) return;
    this.#cell = { layer, x, y };
    this.#inspect();
  }

  /** The colours of the inspected layer. @param {number} limit */
  #bar(limit) {
    this.#view.drawColourBar($('colour-bar', HTMLCanvasElement));
    const [low, high] = [`−${short(limit)}`, `+${short(limit)}`];
    $('bar-low').textContent = low;
    $('bar-high').textContent = high;
    $('colour-bar').setAttribute('aria-label', `Colours from ${low} (blue) over zero to ${high} (red)`);
  }

  /** The middle of the layer to inspect first; between tiles there is no weight, but beside it. */
  #start() {
    const last = this.#shapes.length - 1;
    const layer = Math.min(last, Math.max(0, Math.trunc(Number(this.#first)) || 0));
    if (String(layer) !== this.#first) notice(`The address asks for layer ${this.#first}, and the layers are 0 (${this.name(0)}) to ${last} (${this.name(last)}): inspecting layer ${layer}.`);
    this.#first = String(layer);
    const { width, height } = this.#matrices[layer].canvas;
    const near = [[0, 0], [1, 0], [0, 1], [1, 1]].map(([dx, dy]) => ({ layer, x: (width >> 1) + dx, y: (height >> 1) + dy }));
    return near.find(({ x, y }) => this.#view.cell(layer, x, y)) ?? near[0];
  }

  /** @param {Header} header */
  #build({ layers, image }) {
    this.#shapes = layers;
    this.#image = image;
    this.#cell = null;
    this.#matrices = layers.map((shape, layer) => {
      const before = layers.slice(0, layer).filter(({ kernel }) => !kernel === !shape.kernel).length;
      const id = `${shape.kernel ? 'filters' : 'heatmap'}-${before}`;
      const about = { ...(shape.kernel ? this.#filters(layer) : this.#dense(layer)), id, short: this.#shapes[layer].name, filters: shape.fan_out };
      const matrix = new Matrix(this.#view, layer, about);
      matrix.onpoint = (x, y) => this.point(layer, x, y);
      matrix.onpick = (x, y) => this.onpick(layer, x, y);
      return matrix;
    });
    const figures = (/** @type {boolean} */ convolution) => this.#matrices.filter((_, layer) => !layers[layer].kernel !== convolution).map(({ figure }) => figure);
    $('filters').replaceChildren(...figures(true));
    $('heatmaps').replaceChildren(...figures(false));
  }

  /** @param {number} layer */
  #filters(layer) {
    const { fan_out, kernel } = this.#shapes[layer];
    const { height, width, channels } = /** @type {Kernel} */ (kernel);
    const size = `${fan_out} filters ${height} × ${width} × ${channels}`;
    const axes = channels === 1 ? '' : ` · → filters · ↓ channels`;
    return { name: `${this.#shapes[layer].name}, ${size}`, heading: [`${this.#shapes[layer].name}:`, `${size}${axes}`], room: $('plates'), height: FILTERS };
  }

  /** @param {number} layer */
  #dense(layer) {
    const { fan_in, fan_out } = this.#shapes[layer];
    const inputs = layer === 0 && this.#image ? 'input pixels' : `${this.#input(layer)}s`;
    const outputs = `${this.#output(layer)}${this.#isLast(layer) ? 'es' : 's'}`;
    const [across, down] = fan_in >= fan_out ? [`${fan_in} ${inputs}`, `${fan_out} ${outputs}`] : [`${fan_out} ${outputs}`, `${fan_in} ${inputs}`];
    return { name: `${this.#shapes[layer].name}, ${fan_in} × ${fan_out}`, heading: [this.#shapes[layer].name, `→ ${across} · ↓ ${down}`], room: $('heatmaps'), height: Infinity };
  }

  /** What a layer's input is called. @param {number} layer */
  #input(layer) {
    if (layer === 0) return 'input';
    return this.#shapes[layer - 1].kernel ? 'feature' : 'hidden unit';
  }

  /** What a layer's output is called. @param {number} layer */
  #output(layer) {
    return this.#isLast(layer) ? 'class' : 'hidden unit';
  }

  /** @param {number} layer */
  #isLast(layer) {
    return layer === this.#shapes.length - 1;
  }

  /** Where the inspected weight is, in words. @param {number} layer @param {{ input: number, output: number, place: [number, number, number] | null }} cell */
  #where(layer, { input, output, place }) {
    if (place) return `filter ${output}, channel ${place[2]}, row ${place[0]}, column ${place[1]}`;
    const pixel = layer === 0 && this.#image ? `pixel ${input} (row ${Math.floor(input / this.#image[1])}, column ${input % this.#image[1]})` : `${this.#input(layer)} ${input}`;
    const unit = this.#isLast(layer) ? this.labels[output] ?? output : output;
    return `${pixel} → ${this.#output(layer)} ${unit}`;
  }

  /** Says everything about the inspected weight. */
  #inspect() {
    if (!this.#cell) return;
    const { layer, x, y } = this.#cell;
    const json = this.#view.cell(layer, x, y);
    if (!json) return;
    this.#bar(this.#limits[layer]);
    this.#matrices.forEach((matrix, i) => matrix.mark(i === layer ? [x, y] : null));
    const cell = JSON.parse(json);
    const { mean, sigma, log_alpha, pruned } = cell;
    const numbers = sigma === null ? `weight ${significant(mean)}` : `μ = ${significant(mean)}, σ = ${significant(sigma)}, log α = ${fixed(log_alpha, 2)}: ${pruned ? 'pruned' : 'kept'}`;
    const words = `${this.#shapes[layer].name}, ${this.#where(layer, cell)}: ${numbers}`;
    $('cell-text').textContent = words;
    const posterior = $('chart-posterior', HTMLCanvasElement);
    posterior.closest('figure')?.toggleAttribute('hidden', sigma === null);
    if (sigma !== null) this.onposterior(mean, sigma);
    posterior.setAttribute('aria-label', `Posterior of ${words}`);
  }

  /** Draws the posterior of the inspected weight. @type {(mean: number, sigma: number) => void} */
  onposterior = () => {};
  /** Called with the pixel of a layer that is clicked. @type {(layer: number, x: number, y: number) => void} */ onpick = () => {};
}
