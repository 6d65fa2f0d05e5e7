// @ts-check
// Charts on canvases: their sizes, and when to draw which.
import { $, isDark, onPixelRatio, scalePixels, unitWithin } from './dom.js';

/** @typedef {import('../pkg/sparsevd.js').View} View */

const OVER_EPOCHS = ['compression', 'accuracy', 'elbo', 'sparsity', 'variance'];

/** Pictures that say their numbers: the canvas's id, and the name of its sentence. @type {[string, string][]} */
const SENTENCES = [
  ...OVER_EPOCHS.map((name) => /** @type {[string, string]} */ ([`chart-${name}`, name])),
  ['chart-scatter', 'scatter'], ['figure-scatter', 'scatter'], ['tiles', 'tiles'], ['figure-tiles', 'tiles'],
];

/** Milliseconds of a frame that charts may take; one is always drawn. */
const BUDGET = 4;

/** Milliseconds between two drawings of canvases that are not on the screen. */
const PATIENCE = 150;

export class Charts {
  #view;
  /** Ids of canvases that are on the screen. @type {Set<string>} */ #visible = new Set();
  /** Ids of canvases off the screen that show the past. @type {Set<string>} */ #stale = new Set();
  #drawing = false;
  #waiting = false;
  #seen;
  #resized;
  /** What draws each canvas. @type {Map<string, (canvas: HTMLCanvasElement) => void>} */ #draw = new Map();

  /** @param {View} view */
  constructor(view) {
    this.#view = view;
    this.#seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#visible.add(target.id);
        else this.#visible.delete(target.id);
        if (isIntersecting) this.draw([target.id]);
      }
    });
    this.#resized = new ResizeObserver((entries) => this.draw(entries.map(({ target }) => target.id)));
    for (const name of OVER_EPOCHS) {
      this.add(`chart-${name}`, (canvas) => view.drawChart(name, canvas));
    }
    this.add('chart-scatter', (canvas) => view.drawScatter(canvas));
    this.add('tiles', (canvas) => this.#tiles(canvas));
    this.theme();
    onPixelRatio(() => this.theme());
  }

  /** Adds a canvas that is drawn by `draw` once there is something to draw. @param {string} id @param {(canvas: HTMLCanvasElement) => void} draw */
  add(id, draw) {
    if (!this.#draw.has(id)) {
      this.#seen.observe($(id));
      this.#resized.observe($(id));
    }
    this.#draw.set(id, draw);
    this.renew(id);
  }

  /** Draws a canvas again when there is time. @param {string} id */
  renew(id) {
    this.#stale.add(id);
    this.#soon();
  }

  /** Takes the page's colours and the screen's pixels. */
  theme() {
    this.#view.setTheme(isDark(), devicePixelRatio);
    this.refresh();
  }

  /** Says at once what every chart shows, and draws all: first what is on the screen. */
  refresh() {
    if (!this.#view.recordCount()) return;
    for (const [id, name] of SENTENCES) $(id).setAttribute('aria-label', this.#view.describe(name));
    for (const id of this.#draw.keys()) this.#stale.add(id);
    this.#soon();
  }

  #urgent() {
    return [...this.#stale].filter((id) => this.#visible.has(id));
  }

  /** Draws what is on the screen, a few milliseconds a frame: nobody waits for a chart. */
  #soon() {
    // Nothing is known yet, and the first picture should not wait for empty axes.
    if (this.#drawing || !this.#view.recordCount()) return;
    if (!this.#urgent().length) return this.#later();
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      const start = performance.now();
      for (const id of this.#urgent()) {
        this.draw([id]);
        if (performance.now() - start > BUDGET) break;
      }
      this.#soon();
    });
  }

  /** Draws what is off the screen when nothing is urgent. */
  #later() {
    if (this.#waiting || !this.#stale.size) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.draw([...this.#stale].slice(0, 1));
      this.#soon();
    }, PATIENCE);
  }

  /** @param {string[]} ids */
  draw(ids) {
    if (!this.#view.recordCount()) return;
    for (const id of ids) {
      this.#stale.delete(id);
      const canvas = $(id, HTMLCanvasElement);
      const draw = this.#draw.get(id);
      if (!draw || canvas.closest('[hidden]')) continue;
      // Pictures of weights have their own number of pixels.
      if (canvas.classList.contains('pixels') || size(canvas)) draw(canvas);
    }
  }

  /** @param {HTMLCanvasElement} canvas */
  #tiles(canvas) {
    this.#view.drawTiles(canvas, 20, 100);
    scalePixels(canvas, unitWithin(canvas, /** @type {HTMLElement} */ (canvas.parentElement).clientWidth));
  }
}

/** Gives a canvas as many pixels as the screen has there; false if it has no room. @param {HTMLCanvasElement} canvas */
function size(canvas) {
  const box = canvas.getBoundingClientRect();
  const [width, height] = [box.width, box.height].map((css) => Math.round(css * devicePixelRatio));
  if (!width || !height) return false;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return true;
}
