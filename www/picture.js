// @ts-check
// One picture: a plot on its canvas, read by pointer and keys, moved by its handles, saved as a file.
import { download, element, isDark } from './dom.js';
import { library } from './library.js';

/** What a picture needs to know of the page, and whom it tells that something was moved there.
 * @typedef {{ epoch(): number | undefined, caption(): string, file(): string, moved(name: string, handle: number | null, at: number[], final: boolean): void }} Stage */

/** CSS pixels that a pointer moves in a click. */
const STILL = 5;

const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

export class Picture {
  name;
  canvas;
  figure;
  /** The version of the plot that is there. @type {number | undefined} */ version;
  /** What the plot was asked for. */ key = '';
  /** What it is being asked for. @type {string | undefined} */ asking;
  /** Whether it is looked at when the runs rest. */ rests;
  #chart;
  #stage;
  #moves;
  /** Whether the caption is the plot's title. */ #titled;
  #title;
  /** @type {HTMLElement} */ #value;
  /** @type {HTMLElement} */ #grip;
  /** @type {HTMLElement} */ #over;
  #table = element('div', { class: 'scroll listing', hidden: '' });
  /** The handle that keys move. */ #held = 0;
  /** What is pressed: a handle, or an empty place; where; and whether it is dragged. @type {{ handle: number | null, from: [number, number], far: boolean } | null} */ #drag = null;
  /** Where the arrow keys have read. @type {number[] | null} */ #read = null;

  /** @param {HTMLElement} figure It has a caption and a canvas. @param {Stage} stage @param {boolean} titled Whether the caption is the plot's title. */
  constructor(figure, stage, titled) {
    const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (figure.querySelector(selector));
    this.#stage = stage;
    this.#titled = titled;
    this.figure = figure;
    this.name = figure.dataset.picture ?? '';
    this.rests = 'rests' in figure.dataset;
    this.#moves = 'moves' in figure.dataset;
    this.canvas = /** @type {HTMLCanvasElement} */ (find('canvas'));
    this.#chart = new library.Chart(this.canvas);
    this.canvas.tabIndex = 0;
    this.canvas.classList.toggle('moves', this.#moves);
    const caption = find('figcaption');
    caption.innerHTML = `<span>${caption.innerHTML}</span>${library.picture_menu(caption.textContent ?? '')}`;
    this.#title = find('figcaption span');
    const sheet = element('div', { class: 'sheet' });
    this.canvas.replaceWith(sheet);
    sheet.innerHTML = library.picture_over();
    sheet.prepend(this.canvas);
    sheet.after(this.#table);
    [this.#over, this.#grip, this.#value] = ['.over', '.grip', '.value'].map(find);
    find('.menu').addEventListener('click', ({ target }) => this.#choose(/** @type {Element} */ (target).className));
    this.#listen();
  }

  /** Whether the epochs are across, so that it is the same at each. */
  get overEpochs() {
    return this.#chart.overEpochs;
  }

  /** Takes in a plot. @param {Uint8Array} bytes */
  receive(bytes) {
    this.#chart.receive(bytes);
    if (this.#titled && this.#title.textContent !== this.#chart.title) this.#title.textContent = this.#chart.title;
    this.figure.hidden = this.#chart.blank;
    // Where there is nothing to see, there is nothing to learn.
    this.figure.classList.toggle('silent', !!this.#chart.message);
    const table = this.#chart.isTable();
    this.figure.classList.toggle('table', table);
    if (table || !this.#table.hidden) this.#list(true);
    this.say();
  }

  /** Says what it shows. */
  say() {
    this.#chart.set(this.#stage.epoch(), isDark(), devicePixelRatio);
    const reading = this.#chart.reading();
    if (this.canvas.getAttribute('aria-label') !== reading) this.canvas.setAttribute('aria-label', reading);
  }

  /** Draws the plot on a canvas that has its size. */
  draw() {
    this.#chart.set(this.#stage.epoch(), isDark(), devicePixelRatio);
    this.#chart.draw();
    const handles = this.#handles();
    this.#grip.hidden = !handles.length;
    if (handles.length) this.#hold(Math.min(this.#held, handles.length - 1));
  }

  /** @returns {{ name: string, place: [number, number] }[]} */
  #handles() {
    return JSON.parse(this.#chart.handles());
  }

  /** Puts the grip on a handle. @param {number} i */
  #hold(i) {
    this.#held = i;
    const handles = this.#handles();
    const [left, top] = handles[i].place;
    Object.assign(this.#grip.style, { left: `${left}px`, top: `${top}px` });
    const more = handles.length > 1 ? `, ${i + 1} of ${handles.length}, Page Up and Page Down for others` : '';
    this.#grip.setAttribute('aria-label', `${handles[i].name}${more}`);
  }

  // --- reading -------------------------------------------------------------------------------

  /** Shows what was found, or nothing. @param {string | undefined} json @param {boolean} [aloud] */
  #show(json, aloud = false) {
    const { words, at, places } = json ? JSON.parse(json) : { words: '', at: null, places: [] };
    this.#value.setAttribute('aria-live', aloud ? 'polite' : 'off');
    this.#value.textContent = words;
    this.#read = at;
    this.#over.replaceChildren(...places.map((/** @type {number[]} */ [left, top]) => {
      const dot = element('i');
      Object.assign(dot.style, { left: `${left}px`, top: `${top}px` });
      return dot;
    }));
  }

  #listen() {
    const { canvas } = this;
    const place = (/** @type {MouseEvent} */ { offsetX, offsetY }) => /** @type {[number, number]} */ ([offsetX, offsetY]);
    canvas.addEventListener('pointermove', (event) => {
      if (this.#drag) return this.#pull(place(event), false);
      this.#show(this.#chart.under(...place(event)));
      canvas.classList.toggle('grab', this.#moves && this.#chart.handle(...place(event), true) !== undefined);
    });
    canvas.addEventListener('pointerleave', () => this.#show(undefined));
    canvas.addEventListener('blur', () => this.#show(undefined));
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.#moves) return;
      canvas.setPointerCapture(event.pointerId);
      this.#drag = { handle: this.#chart.handle(...place(event), true) ?? null, from: place(event), far: false };
    });
    canvas.addEventListener('pointerup', (event) => {
      this.#pull(place(event), true);
      this.#drag = null;
    });
    canvas.addEventListener('pointercancel', () => { this.#drag = null; });
    canvas.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && this.#moves && this.#read) this.#stage.moved(this.name, null, this.#read, true);
      else if (KEYS.includes(event.key) && !event.altKey && !event.ctrlKey && !event.metaKey) this.#show(this.#chart.step(event.key), true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.#grip.addEventListener('keydown', (event) => {
      const turn = { PageDown: 1, PageUp: -1 }[event.key];
      const to = this.#chart.nudged(this.#held, event.key);
      const { length } = this.#handles();
      if (turn) this.#hold((this.#held + turn + length) % length);
      else if (to) this.#stage.moved(this.name, this.#held, [...to], true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Moves the handle that is dragged; a click selects it for the keys, or adds something where there is none. @param {[number, number]} place @param {boolean} final */
  #pull(place, final) {
    if (!this.#drag) return;
    const { handle, from } = this.#drag;
    this.#drag.far ||= Math.hypot(place[0] - from[0], place[1] - from[1]) > STILL;
    if (this.#drag.far && handle !== null) this.#stage.moved(this.name, handle, [...this.#chart.values(...place)], final);
    if (this.#drag.far || !final) return;
    const pressed = this.#chart.handle(...from, false);
    if (pressed === undefined) return this.#stage.moved(this.name, null, [...this.#chart.values(...from)], true);
    this.#hold(pressed);
    this.#grip.focus();
  }

  // --- saving --------------------------------------------------------------------------------

  /** Does what an item of the menu says. @param {string} item Its class. */
  #choose(item) {
    if (item === 'save-svg') this.#save('svg', new Blob([this.#chart.svg(this.#stage.caption(), ...this.#size())], { type: 'image/svg+xml' }));
    if (item === 'save-png') this.#paint(1);
    if (item === 'save-png-2') this.#paint(2);
    if (item === 'save-csv') this.#save('csv', new Blob([this.#chart.csv()], { type: 'text/csv' }));
    if (item === 'as-table') this.#list(this.#table.hidden);
  }

  /** CSS pixels of a file: those of the page, with room for title and caption. @returns {[number, number]} */
  #size() {
    const { clientWidth, clientHeight } = this.canvas;
    return [Math.max(480, clientWidth), Math.max(240, clientHeight) + 70];
  }

  /** @param {string} kind @param {Blob | null} blob */
  #save(kind, blob) {
    if (blob) download(`${this.#stage.file()}-${this.name}.${kind}`, blob, blob.type);
  }

  /** @param {number} scale */
  #paint(scale) {
    const [width, height] = this.#size();
    const canvas = element('canvas', { width: String(width * scale), height: String(height * scale) });
    this.#chart.paint(canvas, this.#stage.caption(), scale);
    canvas.toBlob((blob) => this.#save('png', blob));
  }

  /** Shows the numbers as a table, or not. @param {boolean} shown */
  #list(shown) {
    this.#table.hidden = !shown;
    if (shown) this.#table.innerHTML = this.#chart.listing();
  }
}
