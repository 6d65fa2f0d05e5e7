// @ts-check
// The settings' controls: Rust makes the form, checks values and knows what a change means.
import { $ } from './dom.js';
import { library } from './library.js';

/** @typedef {HTMLInputElement | HTMLSelectElement} Input */

/** The control of a setting. @param {string} key @returns {HTMLElement | null} */
const rowOf = (key) => document.querySelector(`.control[data-key="${key}"]`);
/** All controls. @returns {NodeListOf<HTMLElement>} */
const rows = () => document.querySelectorAll('.control');
/** Its field, which is a menu or takes text. @param {HTMLElement} row */
const inputOf = (row) => /** @type {Input} */ (row.querySelector('select, input'));
/** Its slider, if it has one. @param {HTMLElement} row @returns {HTMLInputElement | null} */
const sliderOf = (row) => row.querySelector('[type="range"]');

export class Controls {
  /** @type {Record<string, string>} */ values = {};
  /** The name of the experiment. */ #experiment = '';
  /** Called when a control has a new value that is one, and with whether it acts on the running
   * training. @type {(key: string, value: string, live: boolean) => void} */
  onchange = () => {};

  constructor() {
    this.#drawer();
    const form = $('controls');
    form.innerHTML = library.settings_form();
    const listen = (/** @type {string} */ type, /** @type {(key: string, row: HTMLElement, input: Input, event: Event) => void} */ act) => form.addEventListener(type, (event) => {
      const input = /** @type {Input} */ (event.target);
      const row = /** @type {HTMLElement | null} */ (input.closest('.control'));
      if (row) act(row.dataset.key ?? '', row, input, event);
    });
    listen('change', (key, _, input) => this.#changed(key, input.value));
    // A slider acts while it moves, unless that would start the run over.
    listen('input', (key, row, input) => {
      if (input !== sliderOf(row)) return;
      inputOf(row).value = input.value;
      this.put(key, input.value, false);
    });
    // Rust knows where the arrow keys lead.
    listen('keydown', (key, _, input, event) => {
      const arrow = /** @type {KeyboardEvent} */ (event).key;
      if (input.role !== 'spinbutton' || (arrow !== 'ArrowUp' && arrow !== 'ArrowDown')) return;
      event.preventDefault();
      this.#changed(key, library.step_setting(this.#experiment, key, input.value, arrow === 'ArrowUp') ?? input.value);
    });
  }

  /** Offers the settings of an experiment, its own first. @param {string} experiment */
  offer(experiment) {
    this.#experiment = experiment;
    this.values = {};
    $('knobs').innerHTML = library.knobs_form(experiment);
  }

  /** @param {string} key @param {string} value */
  #changed(key, value) {
    if (key === 'network' && value === 'other') {
      $('network-sizes').hidden = false;
      $('network-sizes').focus();
      return;
    }
    const before = this.values[key];
    try {
      value = library.check_setting(this.#experiment, key, value);
    } catch (error) {
      this.#complain(key, `${/** @type {Error} */ (error).message} It stays ${before}.`);
      return this.#write(key, before, true);
    }
    this.#complain(key, '');
    if (key !== 'network') this.#write(key, value, true);
    if (value === before) return;
    this.values[key] = value;
    this.onchange(key, value, library.acts_live(this.#experiment, key, before, value));
  }

  /** Says beside a control what is wrong with it, or nothing. @param {string} key @param {string} text */
  #complain(key, text) {
    const wrong = rowOf(key)?.querySelector('.wrong');
    if (wrong) wrong.textContent = text;
  }

  /** Shows the settings of the run. @param {Record<string, string>} values @param {{ features: number, classes: number } | null} data */
  show(values, data) {
    this.values = { ...this.values, ...values };
    if (data) {
      for (const { dataset } of rows()) this.#complain(dataset.key ?? '', '');
      $('network').innerHTML = library.network_options(this.values.network, data.features, data.classes);
      $('network-sizes').hidden = true;
    }
    const offered = library.offered_settings(this.#experiment, this.values.method);
    for (const row of rows()) row.hidden = !offered.includes(row.dataset.key ?? '');
    for (const [key, value] of Object.entries(this.values)) this.#write(key, value);
  }

  /** Shows a value, but not under somebody's fingers unless it `must`. @param {string} key @param {string} value @param {boolean} [must] */
  #write(key, value, must = false) {
    const row = rowOf(key);
    if (!row) return;
    const [input, slider] = [inputOf(row), sliderOf(row)];
    const typing = document.activeElement === input && !(input instanceof HTMLSelectElement);
    if (must || !typing) {
      input.value = value;
      if (input.role === 'spinbutton') input.setAttribute('aria-valuenow', value);
    }
    if (slider) slider.value = value;
  }

  /** Gives a setting a value, as if somebody had written it. @param {string} key @param {string} value @param {boolean} final Whether it may start the run over. */
  put(key, value, final) {
    const row = rowOf(key);
    if (row && (final || row.dataset.effect !== 'restart')) this.#changed(key, value);
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
    const keys = [...rows()].map(({ dataset }) => dataset.key ?? '').filter((key) => !(key in changed));
    const values = keys.map((key) => [key, this.values[key]]);
    return new URLSearchParams([['experiment', this.values.experiment], ...values, ...Object.entries(changed)]).toString();
  }
}
