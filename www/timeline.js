// @ts-check
// Events on the time axis: schedules that end, and what was switched by hand.

/** @typedef {{ epoch: number, label: string }} Mark */

/** What is put before the new value of a setting that was switched. */
const PREFIX = { lr: 'lr ', kl: 'β ', batch: 'batch ', 'prune-target': 'sparsity ' };

/** The run's events, in words short enough for a chart.
 * @param {import('./run-client.js').Status} status @param {import('./controls.js').Controls} controls @returns {Mark[]} */
export function marksOf({ values, marks }, controls) {
  const warm = Number(values.warmup.split('..')[1]);
  const warms = controls.isBayesian(values.method) && warm > 0 && warm <= Number(values.epochs);
  const pruned = Number(values.prune.split('..')[1]);
  const prunes = controls.applies('prune', values.method) && pruned > 0 && pruned <= Number(values.epochs);
  const label = (/** @type {string} */ key, /** @type {string} */ to) => {
    if (key === 'estimator') return to.toUpperCase();
    if (key === 'method') return controls.label('method', to).split(':')[0];
    return `${PREFIX[key]}${to}`;
  };
  return [
    ...(warms ? [{ epoch: warm, label: `β = ${values.kl}` }] : []),
    ...(prunes ? [{ epoch: pruned, label: 'pruned' }] : []),
    ...marks.filter(({ key }) => key !== 'epochs').map(({ epoch, key, to }) => ({ epoch, label: label(key, to) })),
  ];
}
