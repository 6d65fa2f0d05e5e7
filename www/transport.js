// @ts-check
// The buttons, the scrubber and the keys that move a run and the view along its epochs.
import { $, fixed } from './dom.js';

/** @typedef {{ train(): void, stepEpoch(): void, stepBatch(): void, look(epoch: number | null): void, lookBy(epochs: number): void, reset(): void, newSeed(): void, one(arm: number): void, both(): void }} Actions */

export class Transport {
  #scrubber = $('epoch-scrubber', HTMLInputElement);

  /** @param {Actions} actions */
  constructor(actions) {
    const click = { train: actions.train, 'step-epoch': actions.stepEpoch, 'step-batch': actions.stepBatch, 'back-epoch': () => actions.lookBy(-1), reset: actions.reset, 'new-seed': actions.newSeed, 'follow-live': () => actions.look(null) };
    for (const [id, action] of Object.entries(click)) $(id).addEventListener('click', action);
    this.#scrubber.addEventListener('input', () => actions.look(Number(this.#scrubber.value)));
    /** @type {Record<string, () => void>} */ const keys = {
      ' ': actions.train, k: actions.train, e: actions.stepEpoch, '.': actions.stepBatch, r: actions.reset, n: actions.newSeed,
      ArrowLeft: () => actions.lookBy(-1), ArrowRight: () => actions.lookBy(1), Home: () => actions.look(0), End: () => actions.look(null),
      a: () => actions.one(1), b: () => actions.one(0), x: actions.both, '?': () => $('help').click(),
    };
    document.addEventListener('keydown', (event) => {
      const { target, key } = event;
      const typing = target instanceof HTMLElement && target.closest('input:not([type=range], [type=checkbox]), select, textarea, dialog');
      const own = target instanceof HTMLElement && ((target.closest('input[type=range]') && key.startsWith('Arrow')) || (target.closest('button, summary') && key === ' '));
      if (typing || own || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!$('keys-on', HTMLInputElement).checked && key.length === 1 && key !== '?') return;
      const action = event.shiftKey && key.startsWith('Arrow') ? () => actions.lookBy(key === 'ArrowLeft' ? -10 : 10) : keys[key.length === 1 ? key.toLowerCase() : key];
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  /** Shows where the run and the view are.
   * @param {{ mode: string, epoch: number, taken: number, batches: number, epochs: number, first: number, shown: number, following: boolean, millis: number }} now */
  show({ mode, epoch, taken, batches, epochs, first, shown, following, millis }) {
    const training = mode === 'live';
    $('train').classList.toggle('on', training);
    const words = training ? 'Pause' : 'Train';
    $('train').setAttribute('aria-label', words);
    /** @type {HTMLElement} */ ($('train').querySelector('span')).textContent = words;
    this.#scrubber.min = String(first);
    this.#scrubber.max = String(Math.max(first, epoch));
    this.#scrubber.value = String(shown);
    this.#scrubber.style.setProperty('--trained', `${(100 * (epoch - first)) / Math.max(1, epochs - first)}%`);
    this.#scrubber.setAttribute('aria-valuetext', `Epoch ${shown} of ${epoch}`);
    const state = following ? mode : 'replay';
    const batch = taken && following ? ` + ${Math.min(batches, Math.round(taken))} of ${batches} mini-batches` : '';
    $('epoch-text').textContent = `Epoch ${shown} / ${epochs}${batch && !training ? batch : ''}`;
    /** @type {Record<string, string>} */ const texts = { live: 'Live', paused: 'Paused', done: 'Done', error: 'Stopped', loading: 'Loading', replay: `Replay, training ${training ? `goes on at ${epoch}` : `stands at ${epoch}`}` };
    $('state').dataset.value = state;
    $('state').textContent = texts[state];
    $('follow-live').setAttribute('aria-pressed', String(following));
    const left = ((epochs - epoch) * millis) / 1000;
    $('time-left').textContent = training && millis ? `${left < 90 ? `${fixed(left, 0)} s` : `${fixed(left / 60, 0)} min`} left, ${fixed(millis / 1000, 2)} s an epoch` : '';
    $('back-epoch', HTMLButtonElement).disabled = shown <= first;
  }

  /** Marks events on the time line. @param {[number, string][]} marks @param {number} last */
  mark(marks, last) {
    const ticks = marks.filter(([epoch]) => epoch <= last).map(([epoch, label]) => {
      const tick = document.createElement('span');
      tick.title = `${label} at epoch ${fixed(epoch, 1)}`;
      tick.style.left = `${(100 * epoch) / Math.max(1, last)}%`;
      return tick;
    });
    $('ticks').replaceChildren(...ticks);
  }
}
