// @ts-check
// All pictures of the page: which of them are asked for, and when which is drawn.
import { onPixelRatio, scalePixels, unitWithin } from './dom.js';
import { Picture } from './picture.js';

/** What is looked at: `run` says which and in which state. @typedef {{ run: string, epoch: number | null, threshold: number, rests: boolean }} Look */

/** Milliseconds of a frame that drawing may take; one picture is always drawn. */
const BUDGET = 4;

/** While runs are live it rests so many times as long as it has drawn. */
const REST = 3;

/** Milliseconds between two drawings of canvases that are not on the screen. */
const PATIENCE = 150;

export class Pictures {
  #client;
  #stage;
  /** What draws each canvas. @type {Map<HTMLCanvasElement, () => void>} */ #draw = new Map();
  /** Canvases on the screen. @type {Set<Element>} */ #visible = new Set();
  /** Canvases that show the past. @type {Set<HTMLCanvasElement>} */ #stale = new Set();
  /** Pictures of the experiment, by their canvases. @type {Map<HTMLCanvasElement, Picture>} */ #pictures = new Map();
  /** @type {Look | null} */ #look = null;
  #drawing = false;
  #waiting = false;
  #seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
    }
    this.#soon();
  });
  #resized = new ResizeObserver((entries) => entries.forEach(({ target }) => this.#now(/** @type {HTMLCanvasElement} */ (target))));

  /** @param {import('./run-client.js').RunClient} client @param {import('./picture.js').Stage} stage */
  constructor(client, stage) {
    this.#client = client;
    this.#stage = stage;
    onPixelRatio(() => this.renew());
    document.addEventListener('click', ({ target }) => {
      for (const menu of document.querySelectorAll('.menu[open]')) if (!menu.contains(/** @type {Node} */ (target))) menu.removeAttribute('open');
    });
  }

  /** Shows the pictures of an experiment: the first small ones beside the weights, if there are weights, the others below.
   * @param {string} html Their figures. @param {HTMLElement} beside @param {HTMLElement} below @param {number} first */
  show(html, beside, below, first) {
    for (const canvas of this.#pictures.keys()) this.#forget(canvas);
    this.#pictures.clear();
    below.innerHTML = html;
    for (const figure of below.children) {
      const picture = new Picture(/** @type {HTMLElement} */ (figure), this.#stage, true);
      this.#pictures.set(picture.canvas, picture);
    }
    beside.replaceChildren(...[...below.querySelectorAll('.third')].slice(0, first));
    this.#pictures.forEach((picture, canvas) => this.add(canvas, () => picture.draw()));
  }

  /** A picture that the page itself makes. @param {HTMLElement} figure */
  own(figure) {
    const picture = new Picture(figure, this.#stage, false);
    this.add(picture.canvas, () => picture.draw());
    return picture;
  }

  /** Adds a canvas that is drawn by `draw`. @param {HTMLCanvasElement} canvas @param {() => void} draw */
  add(canvas, draw) {
    this.#draw.set(canvas, draw);
    this.#seen.observe(canvas);
    this.#resized.observe(canvas);
    this.renew(canvas);
  }

  /** @param {HTMLCanvasElement} canvas */
  #forget(canvas) {
    this.#draw.delete(canvas);
    this.#stale.delete(canvas);
    this.#visible.delete(canvas);
    this.#seen.unobserve(canvas);
    this.#resized.unobserve(canvas);
  }

  /** Draws a canvas again, or all, when there is time. @param {HTMLCanvasElement} [canvas] */
  renew(canvas) {
    for (const each of canvas ? [canvas] : this.#draw.keys()) this.#stale.add(each);
    this.#soon();
  }

  /** Looks elsewhere: what is there is drawn at once, what is not is asked for. @param {Look} look */
  look(look) {
    this.#look = look;
    // What is not there yet is asked for at once: only then is it known how much room it takes.
    for (const [canvas, picture] of this.#pictures) if (picture.version) picture.say(); else this.#ask(canvas);
    this.renew();
  }

  /** What a picture's plot depends on. @param {Picture} picture @param {Look} look */
  #key(picture, { run, epoch, threshold }) {
    return picture.overEpochs ? run : `${run} ${epoch} ${threshold}`;
  }

  /** Asks for a picture, if it is of something else. @param {HTMLCanvasElement} canvas */
  async #ask(canvas) {
    const [picture, look] = [this.#pictures.get(canvas), this.#look];
    if (!picture || !look || (picture.rests && !look.rests)) return;
    const key = this.#key(picture, look);
    // One question at a time about what is there at once; a slow one is ended by the next.
    if (picture.key === key || picture.asking === key || (picture.asking && !picture.rests)) return;
    picture.asking = key;
    const { name, version: known } = picture;
    const { epoch, threshold } = look;
    const answer = await this.#client.ask('look', { name, epoch, threshold, known }).catch(() => ({}));
    if (picture.asking === key) picture.asking = undefined;
    if (this.#pictures.get(canvas) !== picture) return;
    if (answer) picture.key = key;
    if (answer?.bytes) {
      picture.version = answer.version;
      picture.receive(answer.bytes);
    }
    this.renew(canvas);
  }

  #urgent() {
    return [...this.#stale].filter((canvas) => this.#visible.has(canvas));
  }

  /** Draws what is on the screen, a few milliseconds a frame: nobody waits for a picture. While runs are
   * live, most of the time is left to them. */
  #soon() {
    if (this.#drawing) return;
    if (!this.#urgent().length) return this.#later();
    this.#drawing = true;
    requestAnimationFrame(() => {
      const start = performance.now();
      for (const canvas of this.#urgent()) {
        this.#now(canvas);
        if (performance.now() - start > BUDGET) break;
      }
      const rest = this.#look?.rests ? 0 : REST * (performance.now() - start);
      setTimeout(() => {
        this.#drawing = false;
        this.#soon();
      }, rest);
    });
  }

  /** Draws what is off the screen when nothing is urgent. */
  #later() {
    if (this.#waiting || !this.#stale.size) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      const [next] = this.#stale;
      if (next) this.#now(next);
      this.#soon();
    }, PATIENCE);
  }

  /** @param {HTMLCanvasElement} canvas */
  #now(canvas) {
    this.#stale.delete(canvas);
    const draw = this.#draw.get(canvas);
    if (!draw) return;
    this.#ask(canvas);
    const picture = this.#pictures.get(canvas);
    // Pictures of weights have their own number of pixels.
    if ((!picture || picture.version) && (canvas.classList.contains('pixels') ? this.#look && !canvas.closest('[hidden], .off') : size(canvas))) draw();
  }
}

/** Gives a picture of weights as large pixels as it has room for. @param {HTMLCanvasElement} canvas @param {number} width */
export const enlarge = (canvas, width) => scalePixels(canvas, unitWithin(canvas, width));

/** Gives a canvas as many pixels as the screen has there; false if it has no room. @param {HTMLCanvasElement} canvas */
function size(canvas) {
  const box = canvas.getBoundingClientRect();
  const [width, height] = [box.width, box.height].map((css) => Math.round(css * devicePixelRatio));
  if (!width || !height) return false;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return true;
}
