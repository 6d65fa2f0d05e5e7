// @ts-check
// The weight matrices: one canvas pixel is one weight. Zooming only scales the element.
import { $, element } from './dom.js';

/** @typedef {{ fan_in: number, fan_out: number, bayesian: boolean }} Shape */
/** @typedef {import('../pkg/sparsevd.js').View} View */

/** Largest CSS pixels a weight may take. */
const MOST = 24;

export class Heatmaps {
  #view;
  /** @type {Shape[]} */ #shapes = [];
  /** @type {number[]} */ #zoom = [];
  /** Height and width of the input image. @type {[number, number] | null} */ #image = null;
  /** The weight that is inspected. @type {{ layer: number, x: number, y: number } | null} */ #cell = null;

  #first;

  /** @param {View} view @param {number} first The layer to inspect first. */
  constructor(view, first) {
    this.#view = view;
    this.#first = first;
    new ResizeObserver(() => this.#shapes.forEach((_, layer) => this.#fit(layer))).observe($('heatmaps'));
  }

  /** Draws the frame that the view has. @param {{ layers: Shape[], image: [number, number] | null }} header */
  draw(header) {
    if (JSON.stringify(header.layers) !== JSON.stringify(this.#shapes)) this.#build(header);
    let pruned = 0;
    let total = 0;
    for (const layer of this.#shapes.keys()) {
      const canvas = $(`heatmap-${layer}`, HTMLCanvasElement);
      const drawn = JSON.parse(this.#view.drawHeatmap(layer, canvas));
      const gone = drawn.total - drawn.kept;
      pruned += gone;
      total += drawn.total;
      const share = (100 * gone) / drawn.total;
      $(`heatmap-count-${layer}`).textContent = `${drawn.kept.toLocaleString('en')} of ${drawn.total.toLocaleString('en')} weights kept, ${share.toFixed(1)} % pruned, colours ±${drawn.limit}`;
      canvas.dataset.kept = String(drawn.kept);
      canvas.dataset.total = String(drawn.total);
      canvas.setAttribute('aria-label', `${this.#name(layer)}: ${drawn.kept} of ${drawn.total} weights kept, ${share.toFixed(1)} percent pruned. Arrow keys inspect single weights.`);
      if (layer === (this.#cell?.layer ?? 0)) this.#bar(drawn.limit);
    }
    $('pruned-count').textContent = `${pruned.toLocaleString('en')} of ${total.toLocaleString('en')}`;
    this.#inspect();
  }

  /** @param {number} limit */
  #bar(limit) {
    this.#view.drawColourBar($('colour-bar', HTMLCanvasElement));
    $('bar-low').textContent = `−${limit}`;
    $('bar-high').textContent = `+${limit}`;
  }

  /** @param {number} layer */
  #name(layer) {
    const { fan_in, fan_out } = this.#shapes[layer];
    return `W${layer + 1}, ${fan_in} × ${fan_out}`;
  }

  /** @param {{ layers: Shape[], image: [number, number] | null }} header */
  #build(header) {
    this.#shapes = header.layers;
    this.#image = header.image;
    this.#zoom = header.layers.map(() => 1);
    const last = this.#shapes.length - 1;
    const layer = Math.min(last, Math.max(0, this.#first));
    const { width, height } = this.#size(layer);
    this.#cell = { layer, x: width >> 1, y: height >> 1 };
    const figures = this.#shapes.map(({ fan_in, fan_out }, layer) => {
      const inputs = layer === 0 ? (header.image ? 'input pixels' : 'inputs') : 'hidden units';
      const outputs = layer === last ? 'classes' : 'hidden units';
      const [across, down] = fan_in >= fan_out ? [`${fan_in} ${inputs}`, `${fan_out} ${outputs}`] : [`${fan_out} ${outputs}`, `${fan_in} ${inputs}`];
      const canvas = element('canvas', { id: `heatmap-${layer}`, tabindex: '0', role: 'img' });
      const cross = element('div', { class: 'cross', hidden: '' });
      const box = element('div', { class: 'scroll matrix' }, element('div', { class: 'plate' }, canvas, cross));
      const zoom = (/** @type {string} */ sign, /** @type {number} */ by, /** @type {string} */ words) => {
        const button = element('button', { type: 'button', title: words, 'aria-label': `${words}: W${layer + 1}` }, sign);
        button.addEventListener('click', () => this.#scale(layer, by));
        return button;
      };
      this.#listen(layer, canvas, box);
      return element(
        'figure',
        { class: 'heatmap' },
        element('figcaption', {}, element('b', {}, `W${layer + 1}`), ` → ${across} · ↓ ${down}`, element('span', { class: 'tools' }, zoom('−', 0.5, 'Smaller'), zoom('+', 2, 'Larger'))),
        box,
        element('p', { class: 'count', id: `heatmap-count-${layer}` }),
      );
    });
    $('heatmaps').replaceChildren(...figures);
    this.#shapes.forEach((_, layer) => this.#fit(layer));
  }

  /** Pixels across and down. @param {number} layer */
  #size(layer) {
    const { fan_in, fan_out } = this.#shapes[layer];
    return { width: Math.max(fan_in, fan_out), height: Math.min(fan_in, fan_out) };
  }

  /** CSS pixels a weight takes: a whole number, so that nothing is resampled. @param {number} layer */
  #unit(layer) {
    const { width } = this.#size(layer);
    const base = Math.max(1, Math.floor($('heatmaps').clientWidth / width));
    return Math.min(MOST, Math.max(1, Math.round(base * this.#zoom[layer])));
  }

  /** @param {number} layer */
  #fit(layer) {
    const { width, height } = this.#size(layer);
    const unit = this.#unit(layer);
    const canvas = $(`heatmap-${layer}`);
    canvas.style.width = `${width * unit}px`;
    canvas.style.height = `${height * unit}px`;
    this.#mark();
  }

  /** Zooms around a point of the element, or its middle. @param {number} layer @param {number} by @param {[number, number]} [at] */
  #scale(layer, by, at) {
    const box = /** @type {HTMLElement} */ ($(`heatmap-${layer}`).closest('.scroll'));
    const [x, y] = at ?? [box.clientWidth / 2, box.clientHeight / 2];
    const before = this.#unit(layer);
    this.#zoom[layer] = Math.min(MOST, Math.max(0.1, this.#zoom[layer] * by));
    this.#fit(layer);
    const grown = this.#unit(layer) / before;
    box.scrollLeft = (box.scrollLeft + x) * grown - x;
    box.scrollTop = (box.scrollTop + y) * grown - y;
  }

  /** @param {number} layer @param {HTMLCanvasElement} canvas @param {HTMLElement} box */
  #listen(layer, canvas, box) {
    const point = (/** @type {MouseEvent} */ event) => {
      const unit = this.#unit(layer);
      this.#cell = { layer, x: Math.floor(event.offsetX / unit), y: Math.floor(event.offsetY / unit) };
      this.#inspect();
    };
    canvas.addEventListener('pointermove', point);
    canvas.addEventListener('pointerdown', point);
    canvas.addEventListener('dblclick', (event) => {
      const frame = box.getBoundingClientRect();
      this.#scale(layer, event.shiftKey ? 0.5 : 2, [event.clientX - frame.left, event.clientY - frame.top]);
    });
    box.addEventListener('wheel', (event) => {
      // A pinch on a touchpad arrives as a wheel with ctrl; plain wheels scroll the page.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const frame = box.getBoundingClientRect();
      this.#scale(layer, event.deltaY < 0 ? 1.25 : 0.8, [event.clientX - frame.left, event.clientY - frame.top]);
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const step = steps[event.key];
      if (event.key === '+' || event.key === '-') this.#scale(layer, event.key === '+' ? 2 : 0.5);
      else if (step) this.#walk(layer, step, event.shiftKey ? 10 : 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** @param {number} layer @param {[number, number]} step @param {number} by */
  #walk(layer, [dx, dy], by) {
    const { width, height } = this.#size(layer);
    const from = this.#cell?.layer === layer ? this.#cell : { x: 0, y: 0 };
    const x = Math.min(width - 1, Math.max(0, from.x + dx * by));
    const y = Math.min(height - 1, Math.max(0, from.y + dy * by));
    this.#cell = { layer, x, y };
    this.#inspect();
    document.querySelector('.cross:not([hidden])')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Puts the cross on the inspected weight. */
  #mark() {
    for (const [layer, cross] of document.querySelectorAll('#heatmaps .cross').entries()) {
      const here = this.#cell?.layer === layer;
      /** @type {HTMLElement} */ (cross).hidden = !here;
      if (!here || !this.#cell) continue;
      const unit = this.#unit(layer);
      Object.assign(/** @type {HTMLElement} */ (cross).style, { left: `${this.#cell.x * unit}px`, top: `${this.#cell.y * unit}px`, width: `${unit}px`, height: `${unit}px` });
    }
  }

  /** Says everything about the inspected weight. */
  #inspect() {
    this.#mark();
    if (!this.#cell) return;
    const { layer, x, y } = this.#cell;
    const json = this.#view.cell(layer, x, y);
    if (!json) return;
    const { input, output, mean, sigma, log_alpha, pruned } = JSON.parse(json);
    const last = layer === this.#shapes.length - 1;
    const place = layer === 0 && this.#image ? `pixel ${input} (row ${Math.floor(input / this.#image[1])}, column ${input % this.#image[1]})` : `${layer === 0 ? 'input' : 'hidden unit'} ${input}`;
    const number = (/** @type {number} */ value) => value.toPrecision(3).replace('-', '−');
    const numbers = sigma === null ? `weight ${number(mean)}` : `μ = ${number(mean)}, σ = ${number(sigma)}, log α = ${log_alpha.toFixed(2).replace('-', '−')}: ${pruned ? 'pruned' : 'kept'}`;
    $('cell-text').textContent = `W${layer + 1}, ${place} → ${last ? 'class' : 'hidden unit'} ${output}: ${numbers}`;
    const posterior = $('chart-posterior', HTMLCanvasElement);
    posterior.hidden = sigma === null;
    if (sigma !== null) this.onposterior(mean, sigma, posterior);
  }

  /** Draws the posterior of the inspected weight. @type {(mean: number, sigma: number, canvas: HTMLCanvasElement) => void} */
  onposterior = () => {};
}
