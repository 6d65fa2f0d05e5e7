// @ts-check
// The paper's table: what was published, what was recorded, and a way to train each row here.
import { $, element, fixed } from './dom.js';

/** @typedef {{ error: number, sparsity: number[], compression: number }} Published */
/** @typedef {Published & { epochs: number, seeds: number[], seconds: number, machine: string }} Recorded */
/** @typedef {{ network: string, method: string, published: Published | null, differs: string | null, recorded: Recorded | null, query: string | null }} Row */

const NUMBERS = ['error', 'compression', 'sparsity by layer'];

/** The cells of a row's numbers. @param {Published} numbers */
const numbers = ({ error, compression, sparsity }) => [
  `${fixed(error, 2)} %`,
  `${written(compression)}×`,
  sparsity.length ? `${sparsity.map(written).join(' / ')} %` : '–',
];

/** With one digit after the point, or none if it is whole. @param {number} value */
const written = (value) => fixed(value, Number.isInteger(value) ? 0 : 1);

/** @param {string} text @param {number} [columns] */
const cell = (text, columns = 1) => element('td', columns > 1 ? { colspan: String(columns), class: 'none' } : {}, text);

/** @param {Recorded | null} recorded @param {string | null} differs */
function reached(recorded, differs) {
  if (!recorded) return [cell(differs === null ? 'published only' : 'not yet recorded', NUMBERS.length + 1)];
  const { epochs, seeds, seconds, machine } = recorded;
  const run = element('td', { class: 'run', title: `${fixed(seconds, 1)} s an epoch, ${machine}` }, `${epochs} epochs, seed${seeds.length > 1 ? 's' : ''}\u00a0${seeds.join(',\u00a0')}`);
  return [...numbers(recorded).map((text) => cell(text)), run];
}

/** Fills the table with Rust's rows; `start` trains the run of a query.
 * @param {Row[]} rows @param {(query: string) => void} start */
export function paperTable(rows, start) {
  const link = (/** @type {Row} */ { network, method, query }) => {
    if (query === null) return '';
    const link = element('a', { href: `?${query}`, 'aria-label': `Train it here: ${network}, ${method}` }, 'Train it here');
    link.addEventListener('click', (event) => {
      // With a key held, it is a link like any other.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      start(query);
    });
    return link;
  };
  const head = (/** @type {string} */ text, /** @type {Record<string, string>} */ attributes = {}) => element('th', { scope: 'col', ...attributes }, text);
  const two = { rowspan: '2' };
  const heads = [
    element('tr', {}, head('Network', two), head('Method', two), head('Published', { colspan: '3', scope: 'colgroup' }), head('Recorded', { colspan: '4', scope: 'colgroup' }), head('What differs', two), head('', two)),
    element('tr', {}, ...[...NUMBERS, ...NUMBERS, 'run'].map((name) => head(name))),
  ];
  const body = rows.map((row, i) => element(
    'tr',
    row.network === rows[i + 1]?.network ? {} : { class: 'last' },
    // The eye needs a network's name once, the ear with every row.
    element('th', { scope: 'row' }, row.network === rows[i - 1]?.network ? element('span', { class: 'visually-hidden' }, row.network) : row.network),
    cell(row.method),
    ...(row.published ? numbers(row.published).map((text) => cell(text)) : [cell('not published', NUMBERS.length)]),
    ...reached(row.recorded, row.differs),
    element('td', { class: 'words' }, row.differs ?? ''),
    element('td', {}, link(row)),
  ));
  $('lenet-table').querySelector('table')?.append(element('thead', {}, ...heads), element('tbody', {}, ...body));
}
