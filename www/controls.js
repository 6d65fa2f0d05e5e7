// @ts-check
// The settings' controls, made from the list that Rust keeps.
import { $, element } from './dom.js';
import { library } from './library.js';

/** @typedef {{ key: string, id: string, label: string, about: string, effect: string, offered: string[], min: number | null, max: number | null, step: number | null, choices: [string, string][] | null, own?: boolean }} Field */

const EFFECTS = {
  live: ['live', '●', 'acts on the running training'],
  'live-if-bayesian': ['live', '● ↻', 'live between Bayesian methods, otherwise starts the run over'],
  view: ['view', '◐', 'changes the view only'],
  restart: ['restart', '↻', 'starts the run over'],
};

export class Controls {
  /** @type {Map<string, Field>} */ fields = new Map();
  /** @type {Record<string, string>} */ values = {};
  /** What is said of the experiment. @type {{ name: string, offered: string[] }} */ #experiment = { name: '', offered: [] };
  /** What is said of each method. */ #methods;
  /** The experiment's own settings. */ #knobs = element('fieldset', { hidden: '' });
  /** Called when a control has a new value that is one, and with whether it acts on the running
   * training. @type {(field: Field, value: string, live: boolean) => void} */
  onchange = () => {};

  /** @param {import('./experiment.js').Lists} lists */
  constructor({ groups, more, methods }) {
    this.#methods = methods;
    this.#drawer();
    const group = (/** @type {HTMLElement} */ box, /** @type {Field[]} */ fields) => {
      for (const field of fields) box.append(this.#control(field));
      return box;
    };
    $('controls').append(this.#knobs);
    for (const { heading, fields } of groups) $('controls').append(group(element('fieldset', {}, element('legend', {}, heading)), fields));
    $('controls').append(group(element('details', {}, element('summary', {}, 'More')), more));
  }

  /** Offers the settings of an experiment, its own first. @param {{ name: string, label: string, offered: string[], knobs: Field[] }} experiment */
  offer(experiment) {
    this.#experiment = experiment;
    this.values = {};
    for (const [key, { own }] of this.fields) if (own) this.fields.delete(key);
    const knobs = experiment.knobs.map((field) => this.#control({ ...field, own: true }));
    this.#knobs.replaceChildren(element('legend', {}, experiment.label), ...knobs);
    this.#knobs.hidden = !knobs.length;
  }

  /** @param {Field} field */
  #control(field) {
    this.fields.set(field.key, field);
    const [kind, sign, words] = EFFECTS[field.effect];
    const input = field.choices
      ? element('select', { id: field.id }, ...field.choices.map(([value, label]) => element('option', { value }, label)))
      : field.key === 'network'
        ? element('select', { id: field.id })
        : field.min === null
          ? element('input', { id: field.id, type: 'text', spellcheck: 'false' })
          : this.#number(field);
    input.setAttribute('aria-describedby', `${field.id}-about`);
    input.addEventListener('change', () => this.#changed(field, input.value));
    const label = element('label', { for: field.id }, field.label, element('span', { class: `effect ${kind}`, title: words }, ` ${sign}`), element('span', { class: 'visually-hidden' }, `, ${words}`));
    const row = element('div', { class: 'control' }, label, input);
    if (field.step && (field.own || field.effect === 'view')) row.append(this.#slider(field, input));
    row.append(element('p', { class: 'about', id: `${field.id}-about` }, field.about), element('p', { class: 'wrong', id: `${field.id}-wrong`, role: 'alert' }));
    if (field.key === 'network') row.append(this.#sizes(field));
    return row;
  }

  /** A text field for a number: Rust reads it and knows where the arrow keys lead. @param {Field} field */
  #number(field) {
    // Keypads of phones have no minus.
    const inputmode = Number(field.min) < 0 ? 'text' : field.step === 1 ? 'numeric' : 'decimal';
    const input = element('input', { id: field.id, type: 'text', role: 'spinbutton', 'aria-valuemin': String(field.min), 'aria-valuemax': String(field.max), inputmode, spellcheck: 'false', autocomplete: 'off' });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      this.#changed(field, library.step_setting(this.#experiment.name, field.key, input.value, event.key === 'ArrowUp') ?? input.value);
    });
    return input;
  }

  /** A slider, which acts while it moves, unless that would start the run over. @param {Field} field @param {HTMLElement} input */
  #slider(field, input) {
    const slider = element('input', { id: `${field.id}-slider`, type: 'range', min: String(field.min), max: String(field.max), step: String(field.step), 'aria-label': field.label });
    slider.addEventListener('input', () => {
      /** @type {HTMLInputElement} */ (input).value = slider.value;
      if (field.effect !== 'restart') this.#changed(field, slider.value);
    });
    slider.addEventListener('change', () => this.#changed(field, slider.value));
    return slider;
  }

  /** A text field for networks that are not in the menu. @param {Field} field */
  #sizes(field) {
    const text = element('input', { id: 'network-sizes', type: 'text', hidden: '', placeholder: '64-100-10', 'aria-label': 'Sizes of all layers, joined by dashes' });
    text.addEventListener('change', () => this.#changed(field, text.value));
    return text;
  }

  /** @param {Field} field @param {string} value */
  #changed(field, value) {
    if (field.key === 'network' && value === 'other') {
      $('network-sizes').hidden = false;
      $('network-sizes').focus();
      return;
    }
    try {
      value = library.check_setting(this.#experiment.name, field.key, value);
    } catch (error) {
      this.complain(field.key, `${/** @type {Error} */ (error).message} It stays ${this.values[field.key]}.`);
      return this.#write(field.key, this.values[field.key], true);
    }
    this.complain(field.key, '');
    if (field.key !== 'network') this.#write(field.key, value, true);
    if (value === this.values[field.key]) return;
    const live = this.#isLive(field, value);
    this.values[field.key] = value;
    this.onchange(field, value, live);
  }

  /** Says beside a control what is wrong with it, or nothing. @param {string} key @param {string} text */
  complain(key, text) {
    const field = this.fields.get(key);
    if (field) $(`${field.id}-wrong`).textContent = text;
  }

  /** Shows the settings of the run. @param {Record<string, string>} values @param {{ features: number, classes: number } | null} data */
  show(values, data) {
    this.values = { ...this.values, ...values };
    if (data) {
      for (const key of this.fields.keys()) this.complain(key, '');
      const hidden = [[300, 100], [300], [100], [50, 50], []];
      const sizes = hidden.map((units) => [data.features, ...units, data.classes].join('-'));
      if (!sizes.includes(this.values.network)) sizes.unshift(this.values.network);
      const options = sizes.map((size) => element('option', { value: size }, size));
      $('network').replaceChildren(...options, element('option', { value: 'other' }, 'Other sizes …'));
      $('network-sizes').hidden = true;
    }
    for (const [key, value] of Object.entries(this.values)) this.#write(key, value);
    for (const { key, id } of this.fields.values()) $(id).parentElement?.toggleAttribute('hidden', !this.applies(key, this.values.method));
  }

  /** Shows a value, but not under somebody's fingers unless it `must`. @param {string} key @param {string} value @param {boolean} [must] */
  #write(key, value, must = false) {
    const id = this.fields.get(key)?.id;
    const input = id && document.getElementById(id);
    const typing = document.activeElement === input && !(input instanceof HTMLSelectElement);
    if (input && (must || !typing)) {
      /** @type {HTMLInputElement} */ (input).value = value;
      if (input.role === 'spinbutton') input.setAttribute('aria-valuenow', value);
    }
    const slider = document.getElementById(`${id}-slider`);
    if (slider instanceof HTMLInputElement) slider.value = value;
  }

  /** Whether a setting is one of a method's, and of the experiment's. @param {string} key @param {string} method */
  applies(key, method) {
    const [field, { offered }] = [this.fields.get(key), this.#experiment];
    if (!field?.offered.includes(method)) return false;
    return !offered.length || field.own || offered.includes(key);
  }

  /** Gives a setting a value, as if somebody had written it. @param {string} key @param {string} value @param {boolean} final Whether it may start the run over. */
  put(key, value, final) {
    const field = this.fields.get(key);
    if (field && (final || field.effect !== 'restart')) this.#changed(field, value);
  }

  /** @param {Field} field @param {string} value */
  #isLive(field, value) {
    if (field.effect === 'live-if-bayesian') return this.#methods[this.values.method].bayesian && this.#methods[value].bayesian;
    return field.effect !== 'restart';
  }

  /** On narrow screens the settings are a drawer. */
  #drawer() {
    const drawer = (/** @type {boolean} */ open) => {
      document.body.classList.toggle('settings-open', open);
      $('open-settings').setAttribute('aria-expanded', String(open));
      (open ? $('method') : $('open-settings')).focus();
    };
    $('open-settings').addEventListener('click', () => drawer(true));
    $('close-settings').addEventListener('click', () => drawer(false));
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && document.body.classList.contains('settings-open')) drawer(false);
    });
  }

  /** The query of a run with some settings changed. @param {Record<string, string>} changed */
  query(changed = {}) {
    // In Rust's order, what is changed last: of two settings of one thing the later counts.
    const kept = [...this.fields.keys()].filter((key) => !(key in changed));
    const values = kept.map((key) => [key, this.values[key]]);
    return new URLSearchParams([['experiment', this.values.experiment], ...values, ...Object.entries(changed)]).toString();
  }
}
