// @ts-check
// The experiment: the menu and the gallery to choose it from, what it asks, and what came out.
import { $, element } from './dom.js';
import { library } from './library.js';

/** @typedef {{ name: string, label: string, question: string }} Entry */
/** @typedef {{ holds: boolean, sentence: string, figures: [string, string, string, boolean][] }} Verdict */
/** @typedef {Entry & { aha: string, prediction: { question: string, answers: string[] }, formula: string, source: string, limits: string, offered: string[], panels: string[], judged: boolean, method: string, pictures: import('./picture.js').Words[], knobs: import('./controls.js').Field[] }} Words */
/** @typedef {{ bayesian: boolean, lesson: string, formula: string, source: string, testAccuracy: string, trainAccuracy: string }} Method */
/** @typedef {{ parts: { label: string, experiments: Entry[] }[], groups: { heading: string, fields: import('./controls.js').Field[] }[], more: import('./controls.js').Field[], methods: Record<string, Method> }} Lists */

export class Experiment {
  /** The menu, the settings by heading, and what is said of each method. @type {Lists} */ lists = JSON.parse(library.catalogue());
  /** What is said of the experiment on the screen. @type {Words} */ words = JSON.parse(library.experiment(''));
  /** The name of that experiment, once it is. */ #shown = '';
  /** The answer that somebody has chosen, by experiment. @type {Map<string, string>} */ #said = new Map();
  /** Called with the name of the experiment that is chosen. @type {(name: string) => void} */ onchoose = () => {};

  constructor() {
    const menu = $('experiment', HTMLSelectElement);
    const gallery = $('gallery', HTMLDialogElement);
    for (const { label, experiments } of this.lists.parts) {
      if (!experiments.length) continue;
      menu.append(element('optgroup', { label }, ...experiments.map((entry) => element('option', { value: entry.name, title: entry.question }, entry.label))));
      const cards = experiments.map(({ name, label: title, question }) => {
        const card = element('button', { type: 'button', class: 'card', 'data-name': name }, element('b', {}, title), element('span', {}, question));
        card.addEventListener('click', () => {
          gallery.close();
          this.onchoose(name);
        });
        return card;
      });
      $('cards').append(element('h3', {}, label), element('div', { class: 'cards' }, ...cards));
    }
    menu.addEventListener('change', () => this.onchoose(menu.value));
    $('open-gallery').addEventListener('click', () => {
      gallery.showModal();
      /** @type {HTMLElement | null} */ (gallery.querySelector('[aria-current]'))?.focus();
    });
    gallery.addEventListener('click', ({ target }) => target === gallery && gallery.close());
  }

  /** Shows what is asked and said; whether it is another experiment than before. @param {string} name */
  show(name) {
    $('experiment', HTMLSelectElement).value = name;
    if (this.#shown === name) {
      this.judge(null);
      return false;
    }
    this.#shown = name;
    this.words = JSON.parse(library.experiment(name));
    this.judge(null);
    const { label, question, prediction, panels, formula, source, limits, aha } = this.words;
    $('title').textContent = label;
    document.title = `${label}: SparseVD Lab`;
    for (const card of document.querySelectorAll('.card')) {
      if (/** @type {HTMLElement} */ (card).dataset.name === name) card.setAttribute('aria-current', 'true');
      else card.removeAttribute('aria-current');
    }
    $('question').textContent = question;
    this.#ask(prediction);
    for (const panel of document.querySelectorAll('[data-panel]')) panel.classList.toggle('off', !panels.includes(/** @type {HTMLElement} */ (panel).dataset.panel ?? ''));
    document.body.classList.toggle('plain', !panels.includes('weights'));
    $('aha').textContent = aha;
    $('formula').innerHTML = formula && `<details><summary>Formula</summary>${formula}</details>`;
    for (const [id, text] of [['source', source], ['limits', limits]]) $(id).textContent = text;
    $('outcome').hidden = !aha && !source && !this.words.judged;
    return true;
  }

  /** @param {{ question: string, answers: string[] }} prediction */
  #ask({ question, answers }) {
    $('prediction').hidden = !answers.length;
    $('prediction-question').textContent = question;
    $('answers').replaceChildren(...answers.map((answer, i) => {
      const button = element('input', { type: 'radio', name: 'answer', id: `answer-${i}` });
      button.checked = this.#said.get(this.words.name) === answer;
      button.addEventListener('change', () => {
        this.#said.set(this.words.name, answer);
        this.#repeat();
      });
      return element('label', { for: `answer-${i}` }, button, ` ${answer}`);
    }));
    this.#repeat();
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
    const rows = (/** @type {boolean} */ judged) => (verdict?.figures ?? []).filter(([, , wanted]) => !!wanted === judged).map(([name, value, wanted, holds]) => {
      const cells = judged ? [element('td', {}, wanted), element('td', { class: holds ? 'holds' : 'fails' }, holds ? 'holds' : 'does not hold')] : [];
      return element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value), ...cells);
    });
    const told = rows(false);
    $('figures').replaceChildren(...rows(true));
    $('told').replaceChildren(...told);
    $('told').closest('details')?.toggleAttribute('hidden', !told.length);
    $('figures').parentElement?.toggleAttribute('hidden', !verdict);
  }
}
