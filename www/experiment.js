// @ts-check
// The experiment: the menu and the gallery to choose it from, what it asks, and what came out.
import { $ } from './dom.js';
import { library } from './library.js';

/** @typedef {{ holds: boolean, sentence: string, figures: string, told: string }} Verdict */
/** What is said of an experiment; `answers`, `formula` and `pictures` are HTML.
 * @typedef {{ name: string, label: string, question: string, aha: string, asked: string, answers: string, formula: string, source: string, limits: string, panels: string[], judged: boolean, method: string, pictures: string }} Words */
/** @typedef {{ bayesian: boolean, lesson: string, formula: string, source: string, testAccuracy: string, trainAccuracy: string }} Method */

export class Experiment {
  /** What is said of each method. @type {Record<string, Method>} */ methods = JSON.parse(library.methods());
  /** What is said of the experiment on the screen. @type {Words} */ words = JSON.parse(library.experiment(''));
  /** The name of that experiment, once it is. */ #shown = '';
  /** The answer that somebody has chosen, by experiment. @type {Map<string, string>} */ #said = new Map();
  /** Called with the name of the experiment that is chosen. @type {(name: string) => void} */ onchoose = () => {};

  constructor() {
    const menu = $('experiment', HTMLSelectElement);
    const gallery = $('gallery', HTMLDialogElement);
    menu.innerHTML = library.gallery_menu();
    $('cards').innerHTML = library.gallery_cards();
    menu.addEventListener('change', () => this.onchoose(menu.value));
    $('open-gallery').addEventListener('click', () => {
      gallery.showModal();
      /** @type {HTMLElement | null} */ (gallery.querySelector('[aria-current]'))?.focus();
    });
    gallery.addEventListener('click', ({ target }) => {
      const card = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest('.card'));
      if (card || target === gallery) gallery.close();
      if (card) this.onchoose(card.dataset.name ?? '');
    });
    $('answers').addEventListener('change', ({ target }) => {
      this.#said.set(this.words.name, /** @type {HTMLInputElement} */ (target).value);
      this.#repeat();
    });
  }

  /** Shows what is asked and said; whether it is another experiment than before. @param {string} name */
  show(name) {
    $('experiment', HTMLSelectElement).value = name;
    const another = this.#shown !== name;
    if (another) this.#change(name);
    this.judge(null);
    return another;
  }

  /** @param {string} name */
  #change(name) {
    this.#shown = name;
    this.words = JSON.parse(library.experiment(name));
    const { label, question, asked, answers, panels, formula, source, limits, aha, judged } = this.words;
    for (const [id, text] of Object.entries({ title: label, question, 'prediction-question': asked, aha, source, limits })) $(id).textContent = text;
    for (const [id, html] of Object.entries({ answers, formula })) $(id).innerHTML = html;
    document.title = `${label}: SparseVD Lab`;
    $('gallery').querySelector('[aria-current]')?.removeAttribute('aria-current');
    $('gallery').querySelector(`[data-name="${name}"]`)?.setAttribute('aria-current', 'true');
    $('prediction').hidden = !answers;
    for (const button of $('answers').querySelectorAll('input')) button.checked = button.value === this.#said.get(name);
    this.#repeat();
    for (const panel of document.querySelectorAll('[data-panel]')) panel.classList.toggle('off', !panels.includes(/** @type {HTMLElement} */ (panel).dataset.panel ?? ''));
    document.body.classList.toggle('plain', !panels.includes('weights'));
    $('outcome').hidden = !aha && !source && !judged;
  }

  /** Says beside the verdict what was predicted. */
  #repeat() {
    const said = this.#said.get(this.words.name);
    $('said').textContent = said ? `You said: ${said}.` : '';
  }

  /** Shows what came out, or that it is not known yet. @param {Verdict | null} verdict */
  judge(verdict) {
    $('verdict').dataset.holds = verdict ? String(verdict.holds) : '';
    $('verdict').hidden = !this.words.judged;
    $('sentence').textContent = verdict ? verdict.sentence : 'What came out is said here when the run has finished.';
    $('figures').innerHTML = verdict?.figures ?? '';
    $('told').innerHTML = verdict?.told ?? '';
    $('told').closest('details')?.toggleAttribute('hidden', !verdict?.told);
    $('figures').parentElement?.toggleAttribute('hidden', !verdict);
  }
}
