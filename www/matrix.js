// @ts-check
// One layer's weights: one canvas pixel is one weight. Zooming only scales the element.
import { align, element, evenUnit, scalePixels, unitWithin } from './dom.js';

/** @typedef {import('../pkg/lab.js').View} View */
/** @typedef {{ kept: number, total: number, limit: number, words: string, said: string }} Drawn */

/** Largest CSS pixels a weight may take. */
const MOST = 24;

/** CSS pixels that a plate has beside its weights. */
const AROUND = 9;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Matrix {
  canvas;
  figure;
  /** Called with the pixel that is pointed at or walked to. @type {(x: number, y: number) => void} */ onpoint = () => {};
  /** Called with the pixel that is clicked, or chosen by Enter. @type {(x: number, y: number) => void} */ onpick = () => {};
  /** Matrices of the same weights: all are zoomed and scrolled together. @type {Matrix[]} */ peers = [];
  #view;
  #layer;
  #name;
  #room;
  #height;
  #zoom = 1;
  /** The inspected pixel. @type {[number, number] | null} */ #at = null;
  /** The part that is shown elsewhere: left, top, width, height. @type {[number, number, number, number] | null} */ #part = null;
  #box;
  #plate;
  #cross = element('div', { class: 'cross', hidden: '' });
  /** Rulers beside the weights, so that they cover none. */ #rulers = [element('div', { class: 'ruler across', hidden: '' }), element('div', { class: 'ruler down', hidden: '' })];
  #count;

  /**
   * @param {View} view @param {number} layer
   * @param {{ id: string, short: string, name: string, heading: string[], room: HTMLElement | null, height: number }} about
   *   The canvas's id, the layer's name short and with its size, the caption's first word
   *   and the rest, the element whose width it may take if not its figure's, and the CSS pixels it may be
   *   high until it is zoomed.
   */
  constructor(view, layer, { id, short, name, heading, room, height }) {
    this.#view = view;
    this.#layer = layer;
    this.#name = name;
    this.#room = room;
    this.#height = height;
    this.canvas = element('canvas', { id, tabindex: '0', role: 'img' });
    this.#plate = element('div', { class: 'plate' }, this.canvas, ...this.#rulers, this.#cross);
    this.#box = element('div', { class: 'scroll matrix' }, this.#plate);
    this.#count = element('p', { class: 'count', id: id.replace('-', '-count-') });
    const zoom = (/** @type {string} */ sign, /** @type {number} */ by, /** @type {string} */ words) => {
      const button = element('button', { type: 'button', title: words, 'aria-label': `${words}: ${short}` }, sign);
      button.addEventListener('click', () => this.#scale(by));
      return button;
    };
    const tools = element('span', { class: 'tools' }, zoom('−', 0.5, 'Smaller'), zoom('+', 2, 'Larger'));
    const [first, rest] = heading;
    const caption = element('figcaption', {}, element('b', {}, first), ` ${rest}`, tools);
    this.figure = element('figure', { class: 'heatmap' }, caption, this.#box, this.#count);
    this.#listen();
  }

  /** Draws the frame that the view has, and says what it shows, after a note. @param {string} [note] @returns {Drawn} */
  draw(note = '') {
    const { width, height } = this.canvas;
    /** @type {Drawn} */ const drawn = JSON.parse(this.#view.drawWeights(this.#layer, this.canvas));
    if (!this.canvas.style.width || width !== this.canvas.width || height !== this.canvas.height) this.fit();
    const { kept, total, words, said } = drawn;
    this.#count.textContent = note + words;
    Object.assign(this.canvas.dataset, { kept, total });
    this.canvas.setAttribute('aria-label', `${this.#name}: ${note}${said}. Arrow keys inspect single weights.`);
    return drawn;
  }

  /** Device pixels a weight takes: a whole number, so that nothing is resampled. */
  #pixels() {
    const least = Math.round(devicePixelRatio);
    const base = Math.max(least, unitWithin(this.canvas, (this.#room ?? this.figure).clientWidth - AROUND, this.#height));
    return evenUnit(this.canvas, Math.min(MOST * least, Math.max(1, Math.round(base * this.#zoom))));
  }

  /** CSS pixels a weight takes. */
  #unit() {
    return this.#pixels() / devicePixelRatio;
  }

  /** Gives the canvas the size that the zoom and the room want. */
  fit() {
    scalePixels(this.canvas, this.#pixels());
    align(this.#plate, this.canvas);
    this.mark(this.#at);
    this.outline(this.#part);
  }

  /** Puts the cross on a pixel, or away. @param {[number, number] | null} at */
  mark(at) {
    this.#at = at;
    this.#lay(this.#cross, at && [...at, 1, 1]);
  }

  /** Lays rulers along a part, or none. @param {[number, number, number, number] | null} part */
  outline(part) {
    this.#part = part;
    this.#box.classList.toggle('ruled', !!part);
    const [across, down] = this.#rulers;
    this.#lay(across, part && [part[0], 0, part[2], 0]);
    this.#lay(down, part && [0, part[1], 0, part[3]]);
  }

  /** @param {HTMLElement} over @param {number[] | null} part */
  #lay(over, part) {
    over.hidden = !part;
    if (!part) return;
    const [left, top, width, height] = part.map((pixels) => `${pixels * this.#unit()}px`);
    Object.assign(over.style, { left, top, width, height });
  }

  /** Zooms around a point of the element, or its middle. @param {number} by @param {MouseEvent} [event] */
  #scale(by, event) {
    const box = this.#box;
    const frame = box.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - frame.left, event.clientY - frame.top] : [box.clientWidth / 2, box.clientHeight / 2];
    const before = this.#unit();
    this.#zoom = Math.min(MOST, Math.max(0.1, this.#zoom * by));
    for (const matrix of [this, ...this.peers]) {
      matrix.#zoom = this.#zoom;
      matrix.fit();
    }
    const grown = this.#unit() / before;
    box.scrollLeft = (box.scrollLeft + x) * grown - x;
    box.scrollTop = (box.scrollTop + y) * grown - y;
  }

  #listen() {
    const { canvas } = this;
    /** @param {MouseEvent} event @returns {[number, number]} */
    const pixel = ({ offsetX, offsetY }) => [Math.floor(offsetX / this.#unit()), Math.floor(offsetY / this.#unit())];
    canvas.addEventListener('pointermove', (event) => this.onpoint(...pixel(event)));
    canvas.addEventListener('pointerdown', (event) => this.onpoint(...pixel(event)));
    canvas.addEventListener('click', (event) => this.onpick(...pixel(event)));
    canvas.addEventListener('dblclick', (event) => this.#scale(event.shiftKey ? 0.5 : 2, event));
    this.#box.addEventListener('scroll', () => this.peers.forEach((peer) => peer.#box.scrollTo(this.#box.scrollLeft, this.#box.scrollTop)));
    this.#box.addEventListener('wheel', (event) => {
      // A pinch on a touchpad arrives as a wheel with ctrl; plain wheels scroll the page.
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.#scale(event.deltaY < 0 ? 1.25 : 0.8, event);
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const step = ARROWS[event.key];
      if (event.key === '+' || event.key === '-') this.#scale(event.key === '+' ? 2 : 0.5);
      else if (event.key === 'Enter' && this.#at) this.onpick(...this.#at);
      else if (step) this.#walk(step, event.shiftKey ? 10 : 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Goes to the weight `by` pixels away, or to the next one if there is a line between tiles, or as far as there are weights. @param {[number, number]} step @param {number} by */
  #walk([dx, dy], by) {
    const [x, y] = this.#at ?? [0, 0];
    const nearer = Array.from({ length: by - 1 }, (_, i) => by - 1 - i);
    const far = [by, by + 1, ...nearer].find((n) => this.#view.cell(this.#layer, x + n * dx, y + n * dy));
    if (far) this.onpoint(x + far * dx, y + far * dy);
    this.#cross.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
