// @ts-check
// The words that follow the method: the lesson under the matrices, its formula, and what is said of posteriors.
import { $ } from './dom.js';

/** @typedef {{ lesson: string, source: string, testAccuracy: string, trainAccuracy: string }} Words */

/** Shows the lesson of a method; what is only true of posteriors is hidden from point estimates.
 * @param {string} method @param {Words} words @param {boolean} bayesian */
export function showLesson(method, { lesson, source }, bayesian) {
  document.body.classList.toggle('points', !bayesian);
  if ($('method-lesson').textContent === lesson) return;
  $('method-lesson').textContent = lesson;
  $('method-source').textContent = source;
  const formula = document.getElementById(`formula-${method}`);
  $('method-formula').replaceChildren(...(formula instanceof HTMLTemplateElement ? [formula.content.cloneNode(true)] : []));
}
