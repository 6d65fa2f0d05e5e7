// @ts-check
// Wires the page: the worker's run on one side, what people see and press on the other.
import init, { View, catalogue, fresh_seed, paper_table, read_query } from '../pkg/sparsevd.js';
import { Address } from './address.js';
import { Controls } from './controls.js';
import { $, count, download, fixed, isDark } from './dom.js';
import { onFiles } from './files.js';
import { embed, hideControls } from './linked.js';
import { allIsWell, fail, notice, progress, say } from './notices.js';
import { compression } from './readouts.js';
import { RunClient } from './run-client.js';
import { Screen } from './screen.js';
import { loadModule } from './start.js';
import { paperTable } from './table.js';
import { Transport } from './transport.js';

/** Says why there is no run, and what to do. @param {string} why */
function cannotStart(why) {
  $('state').dataset.value = 'error';
  $('state').textContent = 'Stopped';
  fail(`The page could not start. ${why}`, [['Try again', () => location.reload()]]);
}

async function main() {
  // The worker fetches its scripts while the module compiles.
  const client = new RunClient();
  const module = await loadModule();
  client.load(module);
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  /** Goes to the run of the address. */
  const visit = () => client.send('visit', { query: location.search, still });
  visit();
  await init({ module_or_path: module });

  const controls = new Controls(JSON.parse(catalogue()));
  const { notices, values, view } = JSON.parse(read_query(location.search));
  notices.forEach(notice);
  controls.show(values, null);
  hideControls();

  // --- what is pressed -----------------------------------------------------------------------

  /** Begins another run. @param {string} query @param {boolean} [autoplay] */
  const start = (query, autoplay = true) => client.send('start', { query, autoplay, epoch: null, entry: 'new' });
  /** Starts the run over, on its data unless others are chosen. @param {Record<string, string>} changed @param {boolean} [move] */
  const restart = (changed, move) => {
    const hash = new URLSearchParams(screen.status?.address).get('hash');
    start(controls.query({ threshold: String(screen.threshold), ...(hash && !changed.data ? { hash } : {}), ...changed }), move);
  };
  /** Follows the run and moves it. @param {string} command */
  const move = (command) => {
    screen.looking = null;
    client.send(command);
  };
  const transport = new Transport({
    train: () => {
      if (screen.mode === 'done') notice('All epochs are trained: raise Epochs to go on, or reset to train again.');
      move(screen.mode === 'live' ? 'pause' : 'train');
    },
    stepEpoch: () => move('stepEpoch'),
    stepBatch: () => move('stepBatch'),
    look: (epoch) => screen.look(epoch),
    lookBy: (by) => screen.look((screen.past() ?? screen.trained()) + by),
    reset: () => restart({}, false),
    newSeed: () => restart({ seed: String(fresh_seed()) }),
  });
  const address = new Address(() => {
    screen.looking = JSON.parse(read_query(location.search)).view.epoch;
    visit();
  });
  const screen = new Screen(client, address, new View(), controls, transport);
  screen.looking = view.epoch;
  screen.ondraw = () => {
    screen.ondraw = () => {};
    embed();
  };
  if (!(view.autoplay ?? !still) && !view.epoch) $('train').focus();

  controls.onchange = (field, value, live) => {
    if (field.key === 'threshold') {
      controls.show({ threshold: value }, null);
      screen.through(Number(value));
      return screen.touch();
    }
    if (live) client.send('set', { key: field.key, value });
    else restart({ [field.key]: value });
    if (field.key === 'samples') screen.predict();
  };
  controls.onexperiment = (name) => start(`experiment=${name}&seed=${controls.values.seed}`);
  paperTable(JSON.parse(paper_table()), (query) => {
    start(query);
    scrollTo(0, 0);
  });
  $('undo').addEventListener('click', () => client.send('undo'));
  $('save').addEventListener('click', async () => {
    const file = await client.ask('save').catch((error) => fail(error.message, []));
    if (file) download(`sparsevd-epoch-${screen.trained()}.safetensors`, file, 'application/octet-stream');
  });
  $('share').addEventListener('click', async () => {
    screen.touch();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    const file = new URLSearchParams(location.search).get('file');
    notice(`The link is ${copied ? 'copied' : 'in the address bar'}: it repeats this run bit for bit${file && file !== 'MNIST' ? `, with the same data: pass ${file} on too, it is not in the link` : ''}.`);
  });
  $('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    screen.theme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => screen.theme());
  $('help').addEventListener('click', () => $('help-dialog', HTMLDialogElement).showModal());
  onFiles((files) => {
    progress('Reading …');
    address.taken = true;
    client.send('open', { files, query: controls.query({ threshold: String(screen.threshold) }) }, files.map((file) => file.bytes.buffer));
  }, notice);

  // --- what the worker says ------------------------------------------------------------------

  client.on('began', ({ status, data, notices, undoable, epoch, entry }) => {
    progress('');
    allIsWell(!screen.status);
    notices.forEach(notice);
    for (const key of controls.fields.keys()) controls.complain(key, '');
    controls.show(status.values, data);
    document.body.classList.remove('waiting');
    screen.begin(status, data, epoch);
    $('run-name').textContent = `${data.name}: ${count(data.train)} to train, ${count(data.test)} to test`;
    $('undo').hidden = !undoable;
    if (entry !== 'none') address.waits = false;
    if (entry === 'new' || (entry === 'same' && address.taken)) screen.touch(entry === 'new');
  });
  client.on('status', ({ status, mode, millis }) => {
    controls.show({ ...status.values, threshold: String(screen.threshold) }, null);
    const changed = status.address !== screen.status?.address;
    screen.update(status, mode, millis);
    if (changed) screen.touch();
    if (mode === 'error') diverged();
    if (mode === 'live') return;
    screen.settle();
    say(`${$('state').textContent} at ${$('epoch-text').textContent}`, true);
  });
  client.on('records', ({ json }) => {
    screen.record(json);
    const last = JSON.parse(json).at(-1);
    if (!last || last.epoch % 10 !== 0) return;
    const sum = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
    say(`Epoch ${last.epoch}: ${compression(sum(last.total), sum(last.kept))} compression, ${fixed(last.test_accuracy, 1)} percent test accuracy`);
    if (screen.mode === 'live' && last.epoch > 0) screen.settle();
  });
  client.on('progress', ({ text }) => progress(text));
  client.on('refused', ({ text, waits }) => {
    document.body.classList.remove('waiting');
    progress('');
    address.waits = waits;
    fail(text, waits ? [['Open …', () => $('open').click()]] : []);
    if (screen.status) controls.show(screen.status.values, null);
  });
  client.on('crashed', ({ text }) => {
    if (!screen.status) {
      const why = `The worker that trains does not run (${text}): reload without the cache (Ctrl+Shift+R); if this stays, copy the whole folder dist/ again.`;
      // Whoever knows how to find the missing script speaks first.
      if (document.dispatchEvent(new CustomEvent('worker-failed', { detail: why, cancelable: true }))) cannotStart(why);
      return;
    }
    // Our mistake, but nothing is lost: the address decides the run.
    screen.mode = 'error';
    screen.showTransport();
    fail(`The computation stopped unexpectedly (${text}). The run is decided by its settings and seed, so it can be repeated exactly.`, [
      ['Repeat the run', () => location.reload()],
      ['Show the default run', () => location.assign(location.pathname)],
    ]);
  });

  const diverged = () => {
    const { values } = controls;
    fail(`The loss is no longer a number after epoch ${screen.trained()}: the learning rate ${values.lr} is too large for this network. Nothing is lost; every epoch before can still be looked at.`, [
      [`Go on from epoch ${screen.trained()} with a tenth of the learning rate`, () => {
        client.send('recover');
        client.send('train');
      }],
      ['Start over with learning rate 0.001', () => restart({ lr: '0.001' })],
    ]);
  };

  client.listen();
}

main().catch((error) => cannotStart(error.message ?? error));
