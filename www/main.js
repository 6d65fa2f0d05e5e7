// @ts-check
// Wires the page: the worker's run on one side, what people see and press on the other.
import init, { View, catalogue, fresh_seed, paper_table, read_query } from '../pkg/sparsevd.js';
import { Controls, viewQuery } from './controls.js';
import { $, count, download, fixed, isDark } from './dom.js';
import { onFiles } from './files.js';
import { askedEpoch, embed, hideControls } from './linked.js';
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
  const address = viewQuery();
  const epoch = Number(address.epoch) || null;
  const still = address.autoplay === '0' || (matchMedia('(prefers-reduced-motion: reduce)').matches && address.autoplay !== '1');
  client.load(module, { search: location.search, autoplay: !still, epoch });
  await init({ module_or_path: module });

  const controls = new Controls(JSON.parse(catalogue()));
  const asked = JSON.parse(read_query(location.search));
  asked.notices.forEach(notice);
  controls.show(asked.values, null);
  hideControls();
  const seen = askedEpoch(asked.values.epochs);

  // --- what is pressed -----------------------------------------------------------------------

  /** Starts a run over. @param {Record<string, string>} changed @param {boolean} [move] */
  const restart = (changed, move = true) => {
    const query = controls.query({ threshold: String(screen.threshold), ...changed });
    client.send('start', { query, undoable: true, autoplay: move, epoch: null });
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
  const screen = new Screen(client, new View(), controls, transport);
  screen.looking = seen;
  if (still && !epoch) $('train').focus();

  controls.onchange = (field, value, live) => {
    if (field.key === 'threshold') {
      controls.show({ threshold: value }, null);
      screen.through(Number(value));
      return screen.touch();
    }
    screen.touched = true;
    if (live) client.send('set', { key: field.key, value });
    else restart({ [field.key]: value });
    if (field.key === 'samples') screen.predict();
  };
  controls.onexperiment = (name) => {
    screen.touched = true;
    const { query } = JSON.parse(read_query(`experiment=${name}&seed=${controls.values.seed}`));
    client.send('start', { query, undoable: true, autoplay: true, epoch: null });
  };
  paperTable(JSON.parse(paper_table()), (query) => {
    screen.touched = true;
    client.send('start', { query, undoable: true, autoplay: true, epoch: null });
    scrollTo(0, 0);
  });
  $('undo').addEventListener('click', () => client.send('undo'));
  $('save').addEventListener('click', async () => {
    download(`sparsevd-epoch-${screen.trained()}.safetensors`, await client.ask('save'), 'application/octet-stream');
  });
  $('share').addEventListener('click', async () => {
    screen.touch();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    notice(`The link is ${copied ? 'copied' : 'in the address bar'}: it repeats this run bit for bit.`);
  });
  $('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    screen.theme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => screen.theme());
  $('help').addEventListener('click', () => $('help-dialog', HTMLDialogElement).showModal());
  onFiles((files) => {
    progress('Reading …');
    client.send('open', { files }, files.map((file) => file.bytes.buffer));
  }, notice);

  // --- what the worker says ------------------------------------------------------------------

  client.on('began', ({ status, data, notices, undoable }) => {
    progress('');
    allIsWell();
    notices.forEach(notice);
    controls.show(status.values, data);
    document.body.classList.remove('waiting');
    screen.begin(status, data);
    $('run-name').textContent = `${data.name}: ${count(data.train)} to train, ${count(data.test)} to test`;
    $('undo').hidden = !undoable;
    if (screen.touched) screen.touch();
  });
  client.on('status', ({ status, mode, millis }) => {
    controls.show({ ...status.values, threshold: String(screen.threshold) }, null);
    const switched = status.changes !== screen.status?.changes;
    screen.update(status, mode, millis);
    if (screen.touched && (switched || mode !== 'live')) screen.touch();
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
  client.addEventListener('frame', () => requestAnimationFrame(embed), { once: true });
  client.on('opened', ({ key, summary }) => {
    const { name, train, test, features, classes } = summary;
    notice(`${name}: ${count(train)} training and ${count(test)} test objects with ${features} features and ${classes} classes.`);
    screen.touched = true;
    if (key === 'mnist') controls.onexperiment('lenet-300-100');
    else restart({ data: 'own', network: [features, 100, classes].join('-') });
  });
  client.on('progress', ({ text }) => progress(text));
  client.on('refused', ({ text }) => {
    document.body.classList.remove('waiting');
    progress('');
    fail(text, []);
    if (screen.status) controls.show(screen.status.values, null);
    else fallBack(text);
  });
  client.on('crashed', ({ text }) => {
    if (!screen.status) return cannotStart(`The worker that trains does not run (${text}): reload without the cache (Ctrl+Shift+R); if this stays, copy the whole folder dist/ again.`);
    // Our mistake, but nothing is lost: the address decides the run.
    screen.mode = 'error';
    screen.showTransport();
    fail(`The computation stopped unexpectedly (${text}). The run is decided by its settings and seed, so it can be repeated exactly.`, [
      ['Repeat the run', () => {
        screen.touch();
        location.reload();
      }],
    ]);
  });

  /** The first run could not start: the built-in digits always can. @param {string} text */
  const fallBack = (text) => {
    const { query } = JSON.parse(read_query('experiment=sparsity'));
    client.send('start', { query, undoable: false, autoplay: true, epoch: null });
    // After `began`, which takes the banner away.
    client.addEventListener('began', () => fail(`${text} Showing the built-in digits instead.`, []), { once: true });
  };

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
