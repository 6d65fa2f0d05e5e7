// @ts-check
// One picture: a plot on its canvas, read by pointer and keys, moved by its handles, saved as a file.
import { download, element, isDark } from './dom.js';
import { library } from './library.js';

/** What a picture needs to know of the page, and whom it tells that something was moved there.
 * @typedef {{ epoch(): number | undefined, caption(): string, file(): string, moved(name: string, handle: number | null, at: number[], final: boolean): void }} Stage */
/** @typedef {{ name: string, title: string, lesson: string, formula: string, width: string, rests: boolean, moves: boolean }} Words */

const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

/** The figure of a picture of the catalogue. @param {Words} words */
export function figureOf({ name, title, lesson, formula, width }) {
  const canvas = element('canvas', { id: `chart-${name}`, role: 'img', 'aria-label': title });
  const figure = element('figure', { 'data-picture': name, class: width }, element('figcaption', {}, title), canvas);
  if (lesson) figure.append(element('p', { class: 'lesson' }, lesson));
  if (formula) {
    const details = element('details', { class: 'lesson' }, element('summary', {}, 'Formula'), element('div'));
    /** @type {HTMLElement} */ (details.lastChild).innerHTML = formula;
    figure.append(details);
  }
  return figure;
}

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
  #title = element('span');
  #value = element('p', { class: 'value' });
  #grip = element('button', { type: 'button', class: 'grip', hidden: '' });
  #over = element('div', { class: 'over', 'aria-hidden': 'true' });
  #table = element('div', { class: 'scroll listing', hidden: '' });
  /** The handle that keys move. */ #held = 0;
  /** The handle that is dragged, and whether it has moved. @type {{ handle: number | null, far: boolean } | null} */ #drag = null;
  /** Where the arrow keys have read. @type {number[] | null} */ #read = null;

  /** @param {HTMLElement} figure It has a caption and a canvas. @param {Stage} stage @param {Words} [words] What the catalogue says of it; without, the caption stays. */
  constructor(figure, stage, words) {
    const moves = !!words?.moves;
    this.rests = !!words?.rests;
    this.#titled = !!words;
    this.figure = figure;
    this.name = figure.dataset.picture ?? '';
    this.canvas = /** @type {HTMLCanvasElement} */ (figure.querySelector('canvas'));
    this.#chart = new library.Chart(this.canvas);
    this.#stage = stage;
    this.#moves = moves;
    this.canvas.tabIndex = 0;
    this.canvas.classList.toggle('moves', moves);
    const caption = /** @type {HTMLElement} */ (figure.querySelector('figcaption'));
    this.#title.append(...caption.childNodes);
    caption.append(this.#title, this.#menu());
    const sheet = element('div', { class: 'sheet' });
    this.canvas.replaceWith(sheet);
    sheet.append(this.canvas, this.#over, this.#grip, this.#value);
    sheet.after(this.#table);
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
      canvas.classList.toggle('grab', this.#moves && this.#chart.handle(...place(event)) !== undefined);
    });
    canvas.addEventListener('pointerleave', () => this.#show(undefined));
    canvas.addEventListener('blur', () => this.#show(undefined));
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.#moves) return;
      canvas.setPointerCapture(event.pointerId);
      this.#drag = { handle: this.#chart.handle(...place(event)) ?? null, far: false };
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

  /** Moves what is dragged; a click on an empty place adds something there. @param {[number, number]} place @param {boolean} final */
  #pull(place, final) {
    if (!this.#drag) return;
    const { handle } = this.#drag;
    if (!final) this.#drag.far = true;
    if (handle === null ? final && !this.#drag.far : final || this.#drag.far) this.#stage.moved(this.name, handle, [...this.#chart.values(...place)], final);
  }

  // --- saving --------------------------------------------------------------------------------

  #menu() {
    const title = this.#title.textContent;
    const item = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => void} */ action) => {
      const button = element('button', { type: 'button', class: name, 'aria-label': `${words}: ${title}` }, words);
      button.addEventListener('click', action);
      return button;
    };
    const table = item('as-table', 'Table', () => this.#list(this.#table.hidden));
    const items = element('div', {},
      item('save-svg', 'SVG', () => this.#save('svg', new Blob([this.#chart.svg(this.#stage.caption(), ...this.#size())], { type: 'image/svg+xml' }))),
      item('save-png', 'PNG', () => this.#paint(1)), item('save-png-2', 'PNG, twice as fine', () => this.#paint(2)),
      item('save-csv', 'CSV', () => this.#save('csv', new Blob([this.#chart.csv()], { type: 'text/csv' }))), table);
    return element('details', { class: 'menu' }, element('summary', { 'aria-label': `Save or list: ${title}`, title: 'Save or list' }, '⋯'), items);
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
    if (!shown) return;
    const { heads, rows, note } = JSON.parse(this.#chart.listing());
    const row = (/** @type {string[]} */ cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell)));
    const head = element('tr', {}, ...heads.map((/** @type {string} */ text) => element('th', { scope: 'col' }, text)));
    const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows.map(row)));
    this.#table.replaceChildren(table, element('p', {}, note));
  }
}
