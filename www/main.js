// @ts-check
// Wires the page: the worker's run on one side, what people see and press on the other.
import init, { View, catalogue, fresh_seed, read_query } from '../pkg/sparsevd.js';
import { Charts } from './charts.js';
import { Controls, viewQuery, writeAddress } from './controls.js';
import { Digit } from './digit.js';
import { $, download, fixed, isDark } from './dom.js';
import { onFiles } from './files.js';
import { Heatmaps } from './heatmaps.js';
import { allIsWell, fail, notice, progress, say } from './notices.js';
import { compression, dataTable, showReadouts } from './readouts.js';
import { RunClient } from './run-client.js';
import { Transport } from './transport.js';

/** @typedef {import('./run-client.js').Status} Status */

/** How the page lays itself out for `hide` and `embed`, before anything moves. */
function arrange() {
  const { hide = '', embed } = viewQuery();
  for (const id of hide.split(',').filter(Boolean)) {
    // Hiding a control never hides a result.
    document.getElementById(id)?.closest('.control, button, .experiment')?.classList.add('hidden-by-link');
  }
  if (!embed) return;
  const panel = document.getElementById(embed) ?? document.querySelector(`.${CSS.escape(embed)}`);
  const figure = panel?.closest('figure') ?? panel;
  if (!figure) return notice(`There is no panel called '${embed}' to embed: showing the whole page.`);
  document.body.classList.add('embedded');
  for (let node = figure; node && node !== document.body; node = /** @type {Element} */ (node.parentElement)) {
    node.classList.add('embedded-panel');
  }
}

async function main() {
  // The worker fetches its scripts while the module compiles.
  const client = new RunClient();
  const source = new URL('../pkg/sparsevd_bg.wasm', import.meta.url);
  const module = await WebAssembly.compileStreaming(fetch(source)).catch(async () => WebAssembly.compile(await (await fetch(source)).arrayBuffer()));
  client.load(module);
  await init({ module_or_path: module });

  const view = new View();
  const controls = new Controls(JSON.parse(catalogue()));
  const asked = JSON.parse(read_query(location.search));
  const address = viewQuery();
  asked.notices.forEach(notice);
  controls.show(asked.values, null);

  /** @type {Status | null} */ let status = null;
  let data = { name: '', train: 0, test: 1, features: 0, classes: 10, image: null };
  let mode = 'paused';
  let millis = 0;
  /** The past epoch on the screen; null follows the run. @type {number | null} */
  let looking = address.epoch ? Number(address.epoch) : null;
  let threshold = Number(asked.values.threshold);
  /** The header of the frame on the screen. @type {any} */ let header = null;
  /** What the answer of the lens was for. */ let lens = { key: '', value: /** @type {number | null} */ (null) };
  let wanted = false;
  let inFlight = false;
  let touched = false;

  const heatmaps = new Heatmaps(view);
  const charts = new Charts(view);
  const trained = () => status?.epoch ?? 0;
  const past = () => (looking !== null && looking <= trained() && !(looking === trained() && mode === 'live') ? looking : null);
  const digit = new Digit(client, () => ({ epoch: past(), threshold }));
  const refreshTable = dataTable(() => JSON.parse(view.records()));

  // --- what is shown -------------------------------------------------------------------------

  /** Asks for a frame, at most one at a time and only when the screen is ready for it. */
  const look = () => {
    wanted = true;
    if (inFlight) return;
    inFlight = true;
    wanted = false;
    client.send('frame', { epoch: past() });
  };

  const paint = () => {
    if (!header) return;
    heatmaps.draw(header);
    const { record } = header;
    const whole = record && header.batch === 0 && Math.abs(record.threshold - threshold) < 1e-6;
    if (whole) {
      showReadouts(header, JSON.parse(view.counts()), { value: record.test_accuracy, name: 'test accuracy, pruned mean' });
    } else {
      const key = `${header.fingerprint} ${threshold}`;
      const known = lens.key === key;
      // In the middle of an epoch the accuracy is the last epoch's, until the run rests.
      const value = known ? lens.value : (record?.test_accuracy ?? null);
      const name = Math.abs((record?.threshold ?? threshold) - threshold) < 1e-6 ? 'test accuracy, pruned mean' : `test accuracy at threshold ${fixed(threshold, 1)}`;
      showReadouts(header, JSON.parse(view.counts()), { value, name });
      if (!known && mode !== 'live') askLens(key);
    }
    charts.refresh();
  };

  /** The threshold as a lens: the accuracy of what is on the screen, without training. @param {string} key */
  const askLens = async (key) => {
    lens = { key, value: lens.value };
    const value = await client.ask('accuracy', { epoch: past(), threshold });
    if (lens.key !== key) return;
    lens.value = value;
    paint();
  };

  const transportNow = () => {
    if (!status) return;
    const batch = Number(status.values.batch);
    transport.show({
      mode, epoch: trained(), taken: Math.ceil(status.taken / batch), batches: status.batches, epochs: Number(status.values.epochs), first: status.firstEpoch,
      shown: header ? Math.max(header.epoch, status.firstEpoch) : trained(), following: past() === null, millis,
    });
  };

  /** Events on the time axis: schedules that end or step, and what was switched by hand. */
  const marks = () => {
    if (!status) return [];
    const { values, marks: switched } = status;
    const warm = Number(values.warmup.split('..')[1]);
    const bayesian = ['sparse-vd', 'ard', 'gaussian'].includes(values.method);
    const names = { method: '', estimator: '', lr: 'lr ', kl: 'β ', batch: 'batch ', epochs: '' };
    const label = (/** @type {string} */ key, /** @type {string} */ to) => (key === 'estimator' ? to.toUpperCase() : key === 'method' ? (controls.fields.get('method')?.choices?.find(([value]) => value === to)?.[1] ?? to).split(':')[0] : `${names[key]}${to}`);
    return [
      ...(bayesian && warm > 0 && warm <= Number(values.epochs) ? [{ epoch: warm, label: `β = ${values.kl}` }] : []),
      ...switched.filter(({ key }) => key !== 'epochs').map(({ epoch, key, to }) => ({ epoch, label: label(key, to) })),
    ];
  };

  const axis = () => {
    if (!status) return;
    const all = marks();
    view.setAxis(JSON.stringify(all.map(({ epoch, label }) => [epoch, label])), Number(status.values.epochs));
    transport.mark(all, Math.max(1, trained()));
  };

  /** Everything that waits for the run to rest. */
  const settle = async () => {
    digit.ask();
    const entropies = await client.ask('entropies', { epoch: past() });
    if (entropies) charts.add('chart-entropy', (canvas) => view.drawEntropies(entropies, data.classes, canvas));
  };

  const show = (/** @type {number | null} */ epoch) => {
    const first = status?.firstEpoch ?? 0;
    looking = epoch === null ? null : Math.min(trained(), Math.max(first, epoch));
    touch();
    look();
    transportNow();
    if (mode !== 'live') settle();
    else digit.ask();
  };

  /** Writes the address once somebody has taken the controls. */
  const touch = () => {
    touched = true;
    const view = { epoch: looking === null ? null : String(looking), changes: status?.changes || null };
    const query = new URLSearchParams(location.search);
    query.delete('epoch');
    query.delete('changes');
    history.replaceState(null, '', `${location.pathname}?${query}`);
    writeAddress(controls.query({ threshold: String(threshold) }), view);
  };

  // --- what is pressed -----------------------------------------------------------------------

  /** Starts a run over. @param {Record<string, string>} changed @param {boolean} [move] */
  const restart = (changed, move = true) => {
    progress('');
    client.send('start', { query: controls.query({ ...changed, threshold: String(threshold) }), undoable: true, autoplay: move, epoch: null });
  };

  const transport = new Transport({
    train: () => {
      looking = null;
      client.send(mode === 'live' ? 'pause' : 'train');
      if (mode === 'done') notice('All epochs are trained: raise Epochs to go on, or reset to train again.');
    },
    stepEpoch: () => {
      looking = null;
      client.send('stepEpoch');
    },
    stepBatch: () => {
      looking = null;
      client.send('stepBatch');
    },
    look: show,
    lookBy: (by) => show((past() ?? trained()) + by),
    reset: () => restart({}, false),
    newSeed: () => restart({ seed: String(fresh_seed()) }),
  });

  controls.onchange = (field, value) => {
    const { method } = controls.values;
    const bayesian = (/** @type {string} */ name) => ['sparse-vd', 'ard', 'gaussian'].includes(name);
    const live = field.effect === 'live' || (field.effect === 'live-if-bayesian' && bayesian(method) && bayesian(value));
    if (field.key === 'threshold') {
      threshold = Number(value);
      view.setThreshold(threshold);
      controls.values.threshold = value;
      controls.show({}, null);
      touch();
      paint();
      if (mode !== 'live') digit.ask();
    } else if (live || field.effect === 'view') {
      client.send('set', { key: field.key, value });
      touched = true;
      if (field.key === 'samples') digit.ask();
    } else {
      touched = true;
      restart({ [field.key]: value });
    }
  };
  $('experiment').addEventListener('change', () => {
    const name = $('experiment', HTMLSelectElement).value;
    const { values } = JSON.parse(read_query(`experiment=${name}&seed=${controls.values.seed}`));
    touched = true;
    client.send('start', { query: new URLSearchParams(values).toString(), undoable: true, autoplay: true, epoch: null });
  });
  $('undo').addEventListener('click', () => client.send('undo'));
  $('save').addEventListener('click', async () => {
    download(`sparsevd-epoch-${trained()}.safetensors`, await client.ask('save'), 'application/octet-stream');
  });
  $('share').addEventListener('click', async () => {
    touch();
    await navigator.clipboard.writeText(location.href).then(() => notice('The link is copied: it repeats this run bit for bit.'), () => notice('The link is in the address bar: it repeats this run bit for bit.'));
  });
  $('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    charts.theme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.theme());
  $('help').addEventListener('click', () => $('help-dialog', HTMLDialogElement).showModal());
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
  onFiles((files) => {
    progress('Reading …');
    client.send('open', { files, query: controls.query() }, files.map((file) => file.bytes.buffer));
  }, notice);

  heatmaps.onposterior = (mean, sigma, canvas) => charts.add(canvas.id, () => view.drawPosterior(mean, sigma, canvas));
  digit.onanswer = () => charts.add('chart-uncertainty', (canvas) => {
    if (digit.prediction) view.drawPrediction(digit.prediction, canvas);
    canvas.setAttribute('aria-label', $('verdict').textContent ?? '');
  });

  // --- what the worker says ------------------------------------------------------------------

  client.on('loaded', () => {
    const still = address.autoplay === '0' || (matchMedia('(prefers-reduced-motion: reduce)').matches && address.autoplay !== '1');
    if (still && !looking) $('train').focus();
    client.send('start', { query: `${asked.query}&changes=${asked.changes}`, undoable: false, autoplay: !still, epoch: looking });
  });
  client.on('began', (message) => {
    ({ status, data } = message);
    progress('');
    allIsWell();
    view.clear();
    lens = { key: '', value: null };
    header = null;
    if (touched) looking = null;
    message.notices.forEach(notice);
    threshold = Number(message.status.values.threshold);
    view.setThreshold(threshold);
    controls.show(message.status.values, message.data);
    $('run-name').textContent = `${data.name}: ${data.train.toLocaleString('en')} to train, ${data.test.toLocaleString('en')} to test`;
    $('undo').hidden = !message.undoable;
    digit.data(message.data);
    axis();
    if (touched) touch();
  });
  client.on('status', (message) => {
    const rested = message.mode !== 'live';
    ({ status, mode, millis } = message);
    controls.show({ ...message.status.values, threshold: String(threshold) }, null);
    axis();
    transportNow();
    look();
    if (message.mode === 'error') diverged();
    if (rested) {
      settle();
      if (touched) touch();
      say(`${$('state').textContent} at ${$('epoch-text').textContent}`, true);
    }
  });
  client.on('records', ({ json }) => {
    view.addRecords(json);
    refreshTable();
    const last = JSON.parse(json).at(-1);
    if (!last) return;
    const kept = last.kept.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
    const total = last.total.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
    if (last.epoch % 10 === 0) {
      say(`Epoch ${last.epoch}: ${compression(total, kept)} compression, ${fixed(last.test_accuracy, 1)} percent test accuracy`);
      if (mode === 'live' && last.epoch > 0) settle();
    }
  });
  client.on('frame', ({ bytes }) => {
    header = JSON.parse(view.receive(bytes) ?? 'null');
    inFlight = false;
    // Drawn when the screen is ready; a hidden tab draws nothing and trains on.
    requestAnimationFrame(() => {
      paint();
      transportNow();
      if (wanted || (mode === 'live' && past() === null)) look();
    });
  });
  client.on('opened', ({ key, summary }) => {
    progress('');
    const base = key === 'mnist' ? { ...JSON.parse(read_query('experiment=lenet-300-100')).values, seed: controls.values.seed } : { ...controls.values, data: 'own', network: [summary.features, 100, summary.classes].join('-') };
    notice(`${summary.name}: ${summary.train.toLocaleString('en')} training and ${summary.test.toLocaleString('en')} test objects with ${summary.features} features and ${summary.classes} classes.`);
    touched = true;
    client.send('start', { query: new URLSearchParams(base).toString(), undoable: true, autoplay: true, epoch: null });
  });
  client.on('progress', ({ text }) => progress(text));
  client.on('refused', ({ text }) => {
    progress('');
    fail(text, []);
    if (status) controls.show(status.values, null);
    else fallBack();
  });
  client.on('crashed', ({ text }) => crashed(text));

  /** The first run could not start: the built-in digits always can. */
  const fallBack = () => {
    const { query } = JSON.parse(read_query('experiment=sparsity'));
    client.send('start', { query, undoable: false, autoplay: true, epoch: null });
    // The banner stays until it is closed: `began` would take it away.
    const text = $('error-banner').querySelector('p')?.textContent ?? '';
    client.addEventListener('began', () => fail(`${text} Showing the built-in digits instead.`, []), { once: true });
  };

  const diverged = () => {
    fail(`The loss is no longer a number after epoch ${trained()}: the learning rate ${controls.values.lr} is too large. Nothing is lost; every epoch before can still be looked at.`, [
      [`Go on from epoch ${trained()} with a tenth of the learning rate`, () => {
        client.send('recover');
        client.send('train');
      }],
      ['Start over', () => restart({ lr: '0.001' })],
    ]);
  };

  /** The worker died, which is our mistake: the run can be repeated, because its address decides it. @param {string} text */
  const crashed = (text) => {
    mode = 'error';
    transportNow();
    fail(`The computation stopped unexpectedly (${text}). The run is decided by its settings and seed, so it can be repeated exactly.`, [
      ['Repeat the run', () => {
        touch();
        location.reload();
      }],
    ]);
  };
}

arrange();
main().catch((error) => {
  $('state').dataset.value = 'error';
  $('state').textContent = 'Stopped';
  const missing = typeof WebAssembly === 'undefined' ? 'This browser has no WebAssembly: use a current Chrome, Edge, Firefox or Safari.' : `The page could not start (${error.message ?? error}).`;
  fail(missing, [['Try again', () => location.reload()]]);
});
