// @ts-check
// Two runs of one experiment: which of them is looked at, or both side by side.
import { $, element } from './dom.js';
import { library } from './library.js';

/** @typedef {import('./screen.js').Screen} Screen */
/** @typedef {import('./run-client.js').RunClient} RunClient */

export class Compare {
  /** A's weights, and B's minus them. */ a = new library.View();
  difference = new library.View();
  /** The header of A's frame; null while A is not shown. @type {import('./heatmaps.js').Header | null} */ header = null;
  #screen;
  /** Whether somebody wants to see both. */ #wanted = true;
  /** The runs in the menu. */ #arms = '';

  /** @param {RunClient} client @param {Screen} screen */
  constructor(client, screen) {
    this.#screen = screen;
    const actions = {
      'keep-a': () => client.send('keep'), 'train-from': () => client.send('branch', { epoch: screen.past() }), compare: () => this.toggle(),
      'let-go': () => {
        screen.choose(0);
        client.send('forget');
      },
    };
    for (const [id, action] of Object.entries(actions)) $(id).addEventListener('click', action);
    $('arm').addEventListener('change', () => screen.choose(Number($('arm', HTMLSelectElement).value)));
  }

  /** Whether A's weights are beside B's. */
  get both() {
    const { status } = this.#screen;
    return this.#wanted && !!status?.compared && status.arm === 0;
  }

  /** Shows both, or no longer. */
  toggle() {
    this.#look(!this.both, 0);
  }

  /** Shows one run alone. @param {number} arm */
  alone(arm) {
    this.#look(false, arm);
  }

  /** @param {boolean} both @param {number} arm */
  #look(both, arm) {
    const { status } = this.#screen;
    if (!status?.compared) return;
    this.#wanted = both;
    if (status.arm === arm) this.#screen.refresh();
    else this.#screen.choose(arm);
  }

  /** Takes in A's frame, or that there is none. @param {Uint8Array | undefined} bytes */
  receive(bytes) {
    this.header = bytes ? JSON.parse(this.a.receive(bytes) ?? 'null') : null;
  }

  /** Shows what can be pressed. */
  show() {
    const [{ status }, past] = [this.#screen, this.#screen.past()];
    if (!status) return;
    const { arms, arm, comparable, compared } = status;
    if (arms.join() !== this.#arms) $('arm').replaceChildren(...arms.map((label, i) => element('option', { value: String(i) }, label)));
    this.#arms = arms.join();
    $('arm', HTMLSelectElement).value = String(arm);
    $('arm').parentElement?.toggleAttribute('hidden', arms.length < 2);
    $('keep-a').hidden = !comparable || compared;
    $('compare').hidden = $('let-go').hidden = !compared;
    $('compare').setAttribute('aria-pressed', String(this.both));
    $('train-from').hidden = !comparable || past === null || past >= status.epoch;
    $('train-from').textContent = past === null ? '' : `Train on from ${past}`;
  }
}
