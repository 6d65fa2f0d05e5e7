// @ts-check
// The address: always that of the run on the screen, with one entry in the history for each run.

/** Keys of the view; the others are the run's. */
const VIEW_KEYS = ['epoch', 'layer', 'autoplay', 'hide', 'embed'];

/** The view's part of the address. */
export function viewQuery() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(VIEW_KEYS.filter((key) => query.has(key)).map((key) => [key, query.get(key) ?? '']));
}

export class Address {
  /** Whether somebody has taken the controls: until then the address stays as it was typed. */ taken = false;
  /** Whether the address is that of a run that waits for its data. */ waits = false;

  /** @param {() => void} visit Called when the browser has gone back or forward. */
  constructor(visit) {
    addEventListener('popstate', visit);
  }

  /** Writes the address of what is on the screen. A link that waits stays in the history.
   * @param {string} run @param {{ threshold: number, epoch: number | null }} view @param {boolean} [fresh] Whether it is another run. */
  write(run, { threshold, epoch }, fresh = this.waits) {
    this.taken = true;
    this.waits = false;
    const query = new URLSearchParams(run);
    query.set('threshold', String(threshold));
    for (const [key, value] of Object.entries(viewQuery())) if (key !== 'epoch') query.set(key, value);
    if (epoch !== null) query.set('epoch', String(epoch));
    // Colons, commas and at signs are allowed in a query and read better as they are.
    const text = `?${query}`.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%40', '@');
    if (text === location.search) return;
    if (fresh) history.pushState(null, '', location.pathname + text);
    else history.replaceState(null, '', location.pathname + text);
  }
}
