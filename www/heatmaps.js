// @ts-check
// All weight layers, convolutions as filters and the others as matrices, and the inspected weight.
import { $, count, fixed, onPixelRatio, short, significant } from './dom.js';
import { Matrix } from './matrix.js';
import { notice } from './notices.js';

/** @typedef {{ height: number, width: number, channels: number }} Kernel */
/** @typedef {{ name: string, fan_in: number, fan_out: number, bayesian: boolean, kernel?: Kernel }} Shape */
/** @typedef {{ epoch: number, layers: Shape[], image: [number, number] | null }} Header */
/** @typedef {import('../pkg/lab.js').View} View */
/** @typedef {import('./compare.js').Compare} Compare */

/** CSS pixels that filters are high until they are zoomed: they share the screen with the rest. */
const FILTERS = 260;

/** A weight in numbers. @param {{ mean: number, sigma: number | null, log_alpha: number, pruned: boolean }} cell */
function inNumbers({ mean, sigma, log_alpha, pruned }) {
  if (sigma === null) return `weight ${significant(mean)}`;
  return `μ = ${significant(mean)}, σ = ${significant(sigma)}, log α = ${fixed(log_alpha, 2)}: ${pruned ? 'pruned' : 'kept'}`;
}

export class Heatmaps {
  #view;
  /** @type {Shape[]} */ #shapes = [];
  /** @type {Matrix[]} */ #matrices = [];
  /** A's matrices beside them. @type {Matrix[]} */ #others = [];
  /** What differs, where A's layer has the same shape. @type {(Matrix | null)[]} */ #differences = [];
  /** The shapes on the screen, as text. */ #built = '';
  /** The run beside this one. @type {Compare | null} */ #beside = null;
  /** The layers' colour limits, and their differences'. @type {number[]} */ #limits = [];
  /** @type {number[]} */ #differenceLimits = [];
  /** Height and width of the input image. @type {[number, number] | null} */ #image = null;
  /** The classes' names. @type {string[]} */ labels = [];
  /** The weight that is inspected. @type {{ layer: number, x: number, y: number } | null} */ #cell = null;

  #first;

  /** @param {View} view @param {string} first The number of the layer to inspect first. */
  constructor(view, first) {
    this.#view = view;
    this.#first = first;
    const fit = () => [...this.#matrices, ...this.#others, ...this.#differences].forEach((matrix) => matrix?.fit());
    const resized = new ResizeObserver(fit);
    resized.observe($('heatmaps'));
    resized.observe($('plates'));
    // What lies above moves the matrices.
    for (const above of document.querySelectorAll('#notices, #error-banner, .readouts')) resized.observe(above);
    onPixelRatio(fit);
  }

  /** Draws the frame that the view has, A's beside it if that is shown, and what differs. @param {Header} header @param {Compare} compare */
  draw(header, compare) {
    this.#beside = compare.header && compare;
    const same = this.#beside ? [...compare.difference.subtract(compare.a, this.#view)] : [];
    const built = JSON.stringify([header.layers, compare.header?.layers, same]);
    if (built !== this.#built) this.#build(header, same);
    this.#built = built;
    let pruned = 0;
    let all = 0;
    for (const [layer, matrix] of this.#matrices.entries()) {
      const { kept, total, limit } = matrix.draw();
      pruned += total - kept;
      all += total;
      this.#limits[layer] = limit;
    }
    const note = compare.header && compare.header.epoch !== header.epoch ? `epoch ${compare.header.epoch}: ` : '';
    this.#others.forEach((matrix) => matrix.draw(note));
    this.#differenceLimits = this.#differences.map((matrix) => matrix?.draw().limit ?? 0);
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

  /** A bar of colours with its ends below. @param {string} id @param {number} limit @param {string} of What they are of. */
  #bar(id, limit, of) {
    const bar = $(id, HTMLCanvasElement);
    this.#view.drawColourBar(bar);
    const [low, high] = [`−${short(limit)}`, `+${short(limit)}`];
    const numbers = bar.nextElementSibling;
    [numbers?.firstElementChild, numbers?.lastElementChild].forEach((end, i) => end && (end.textContent = [low, high][i]));
    bar.setAttribute('aria-label', `${of} from ${low} (blue) over zero to ${high} (red)`);
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

  /** @param {Header} header @param {number[]} same Which layers have the same shape in A. */
  #build({ layers, image }, same) {
    if (JSON.stringify(layers) !== JSON.stringify(this.#shapes)) this.#cell = null;
    this.#shapes = layers;
    this.#image = image;
    const compare = this.#beside;
    const others = compare?.header?.layers ?? [];
    this.#matrices = layers.map((_, layer) => this.#matrix(this.#view, layers, layer, compare ? 'B' : ''));
    this.#others = others.map((_, layer) => this.#matrix(/** @type {Compare} */ (compare).a, others, layer, 'A', !!same[layer]));
    this.#differences = same.map((yes, layer) => (yes ? this.#matrix(/** @type {Compare} */ (compare).difference, layers, layer, 'B − A') : null));
    const rows = Array.from({ length: Math.max(layers.length, others.length) }, (_, layer) => {
      const row = [this.#others[layer], this.#matrices[layer], this.#differences[layer]].filter((matrix) => !!matrix);
      if (same[layer]) row.forEach((matrix) => { matrix.peers = row.filter((other) => other !== matrix); });
      return row;
    });
    const figures = (/** @type {string} */ kind) => rows.flat().map(({ figure }) => figure).filter((figure) => figure.classList.contains(kind));
    document.querySelector('.weights')?.classList.toggle('compared', !!compare);
    $('filters').replaceChildren(...figures('filter'));
    $('heatmaps').replaceChildren(...figures('dense'));
  }

  /** One layer's matrix. @param {View} view @param {Shape[]} shapes @param {number} layer @param {string} run Whose weights they are, if there are several. @param {boolean} [mine] Whether the inspected weight is one of them. */
  #matrix(view, shapes, layer, run, mine = true) {
    const { name, kernel } = shapes[layer];
    const before = shapes.slice(0, layer).filter((shape) => !shape.kernel === !kernel).length;
    const own = `${kernel ? 'filters' : 'heatmap'}-${before}`;
    const id = run === 'A' ? `a-${own}` : run === 'B − A' ? `difference-${layer}` : own;
    const about = kernel ? this.#filters(shapes[layer]) : this.#dense(shapes, layer);
    const [first, rest] = about.heading;
    const whose = run && `${run}, `;
    const room = run === 'B − A' ? this.#matrices[layer].figure : kernel && !run ? $('plates') : null;
    const matrix = new Matrix(view, layer, { id, short: whose + name, name: whose + about.name, heading: [whose + first, rest], room, height: kernel ? FILTERS : Infinity });
    matrix.figure.classList.add(kernel ? 'filter' : 'dense', ...(run ? [{ A: 'run-a', B: 'run-b' }[run] ?? 'difference'] : []));
    if (mine) matrix.onpoint = (x, y) => this.point(layer, x, y);
    if (mine) matrix.onpick = (x, y) => this.onpick(layer, x, y);
    return matrix;
  }

  /** @param {Shape} shape */
  #filters({ name, fan_out, kernel }) {
    const { height, width, channels } = /** @type {Kernel} */ (kernel);
    const size = `${fan_out} filters ${height} × ${width} × ${channels}`;
    const axes = channels === 1 ? '' : ` · → filters · ↓ channels`;
    return { name: `${name}, ${size}`, heading: [`${name}:`, `${size}${axes}`] };
  }

  /** @param {Shape[]} shapes @param {number} layer */
  #dense(shapes, layer) {
    const { name, fan_in, fan_out } = shapes[layer];
    const inputs = layer === 0 && this.#image ? 'input pixels' : `${this.#input(shapes, layer)}s`;
    const outputs = `${this.#output(shapes, layer)}${layer === shapes.length - 1 ? 'es' : 's'}`;
    const [across, down] = fan_in >= fan_out ? [`${fan_in} ${inputs}`, `${fan_out} ${outputs}`] : [`${fan_out} ${outputs}`, `${fan_in} ${inputs}`];
    return { name: `${name}, ${fan_in} × ${fan_out}`, heading: [name, `→ ${across} · ↓ ${down}`] };
  }

  /** What a layer's input is called. @param {Shape[]} shapes @param {number} layer */
  #input(shapes, layer) {
    if (layer === 0) return 'input';
    return shapes[layer - 1].kernel ? 'feature' : 'hidden unit';
  }

  /** What a layer's output is called. @param {Shape[]} shapes @param {number} layer */
  #output(shapes, layer) {
    return layer === shapes.length - 1 ? 'class' : 'hidden unit';
  }

  /** Where the inspected weight is, in words. @param {number} layer @param {{ input: number, output: number, place: [number, number, number] | null }} cell */
  #where(layer, { input, output, place }) {
    if (place) return `filter ${output}, channel ${place[2]}, row ${place[0]}, column ${place[1]}`;
    const pixel = layer === 0 && this.#image ? `pixel ${input} (row ${Math.floor(input / this.#image[1])}, column ${input % this.#image[1]})` : `${this.#input(this.#shapes, layer)} ${input}`;
    const unit = layer === this.#shapes.length - 1 ? this.labels[output] ?? output : output;
    return `${pixel} → ${this.#output(this.#shapes, layer)} ${unit}`;
  }

  /** Says everything about the inspected weight. */
  #inspect() {
    if (!this.#cell) return;
    const { layer, x, y } = this.#cell;
    const json = this.#view.cell(layer, x, y);
    if (!json) return;
    const difference = this.#differences[layer];
    this.#bar('colour-bar', this.#limits[layer], 'Colours');
    $('difference-scale').hidden = !difference;
    if (difference) this.#bar('difference-bar', this.#differenceLimits[layer], 'Colours of B − A');
    for (const matrices of [this.#matrices, this.#others, this.#differences]) {
      matrices.forEach((matrix, i) => matrix?.mark(i === layer && (difference || matrices === this.#matrices) ? [x, y] : null));
    }
    const cell = JSON.parse(json);
    const { mean, sigma } = cell;
    const beside = difference && this.#beside;
    const numbers = beside ? `A: ${inNumbers(JSON.parse(beside.a.cell(layer, x, y) ?? 'null'))}; B: ${inNumbers(cell)}; B − A = ${significant(JSON.parse(beside.difference.cell(layer, x, y) ?? 'null').mean)}` : inNumbers(cell);
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
