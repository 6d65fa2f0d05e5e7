// @ts-check
// The worker owns the run: it trains, remembers, and answers the page's questions.
import init, { DataSet, Progress, Run, read_query } from '../pkg/sparsevd.js';

/** Milliseconds of training between two looks at the mailbox: scrubbing waits no longer. */
const BUDGET = 12;

/** @type {Run | undefined} */ let run;
/** The run before the last restart, for undo. @type {Run | undefined} */ let previous;
/** @type {Map<string, DataSet>} */ const sets = new Map();
/** @type {'none' | 'end' | 'epoch' | 'batch'} */ let goal = 'none';
/** 'paused', 'live', 'done' or 'error': what the run is doing. */
let mode = 'paused';
let sent = 0;
/** Training time of the epoch under way and of the last ones, milliseconds. */
let clock = { epoch: 0, mean: 0 };
/** The epoch at which the address asked to stop. @type {number | null} */ let stopAt = null;

// A message to ourselves yields at once; setTimeout(0) would wait 4 ms.
const turn = new MessageChannel();
turn.port1.onmessage = () => guard(work);
const wake = () => turn.port2.postMessage(null);

/** @param {() => unknown} action */
async function guard(action) {
  try {
    await action();
  } catch (error) {
    // A JsError is a sentence for the user; anything else is a crash of the module.
    const crashed = error instanceof WebAssembly.RuntimeError;
    if (crashed) goal = 'none';
    postMessage({ type: crashed ? 'crashed' : 'refused', text: error.message ?? String(error) });
  }
}

function work() {
  if (!run || goal === 'none') return;
  const start = performance.now();
  let progress;
  do {
    progress = run.advance();
    if (progress === Progress.Epoch || progress === Progress.Diverged) break;
    if (progress === Progress.Finished) break;
    if (progress === Progress.Trained && goal === 'batch') break;
  } while (performance.now() - start < BUDGET);
  clock.epoch += performance.now() - start;
  if (progress === Progress.Epoch) {
    clock.mean = clock.mean ? 0.8 * clock.mean + 0.2 * clock.epoch : clock.epoch;
    clock.epoch = 0;
    publish();
    const { epoch, finished } = JSON.parse(run.status());
    if (finished) stop('done');
    else if (goal === 'epoch' || epoch === stopAt) stop('paused');
  } else if (progress === Progress.Trained && goal === 'batch') {
    stop('paused');
  } else if (progress === Progress.Finished) {
    stop('done');
  } else if (progress === Progress.Diverged) {
    stop('error');
  }
  if (goal !== 'none') wake();
}

/** @param {string} why */
function stop(why) {
  goal = 'none';
  mode = why;
  tell();
}

/** @param {'end' | 'epoch' | 'batch'} towards */
function go(towards) {
  if (!run) return;
  const idle = goal === 'none';
  goal = towards;
  mode = 'live';
  stopAt = null;
  tell();
  if (idle) wake();
}

/** Tells the page where the run stands. */
function tell() {
  if (run) postMessage({ type: 'status', mode, millis: clock.mean, status: JSON.parse(run.status()) });
}

/** Sends the records that the page does not have. */
function publish() {
  if (!run) return;
  const json = run.recordsFrom(sent);
  sent += JSON.parse(json).length;
  postMessage({ type: 'records', json });
  tell();
}

/** Makes `next` the run, keeping the one before for undo. @param {Run} next @param {DataSet} data @param {boolean} undoable */
function adopt(next, data, undoable) {
  previous?.free();
  previous = undoable ? run : (run?.free(), undefined);
  run = next;
  announce(data);
}

/** @param {DataSet} data */
function announce(data) {
  goal = 'none';
  mode = 'paused';
  stopAt = null;
  sent = 0;
  clock = { epoch: 0, mean: 0 };
  if (!run) return;
  current = data;
  const notices = run.notices();
  const status = JSON.parse(run.status());
  postMessage({ type: 'began', status, data: JSON.parse(data.summary()), notices, undoable: !!previous });
  publish();
}

/** @type {DataSet | undefined} */ let current;
/** The data of the run before, for undo. @type {DataSet | undefined} */ let before;

/** @param {string} name */
async function dataSet(name) {
  const known = sets.get(name);
  if (known) return known;
  if (name === 'digits') return keep(name, DataSet.digits());
  if (name === 'mnist') return keep(name, await fetchMnist());
  throw new Error('No file of your own was opened yet: drop IDX or CSV files on the page, or press Open.');
}

/** @param {string} name @param {DataSet} set */
function keep(name, set) {
  sets.set(name, set);
  return set;
}

const MNIST = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];

async function fetchMnist() {
  const contents = [];
  for (const [i, name] of MNIST.entries()) {
    postMessage({ type: 'progress', text: `Loading MNIST, file ${i + 1} of 4 …` });
    contents.push(await fetchOne(name));
  }
  postMessage({ type: 'progress', text: 'Reading MNIST …' });
  return DataSet.fromFiles(MNIST, contents);
}

/** @param {string} name */
async function fetchOne(name) {
  for (const file of [`${name}.gz`, name]) {
    const response = await fetch(new URL(`../data/mnist/${file}`, import.meta.url)).catch(() => null);
    const html = response?.headers.get('content-type')?.includes('text/html');
    if (response?.ok && !html) return new Uint8Array(await response.arrayBuffer());
  }
  throw new Error('MNIST is not served here: drop its four files on the page, or start with cargo xtask serve --data DIR.');
}

/** What the page can ask for; each answers with a message or a reply. */
const commands = {
  async start({ query, undoable, autoplay, epoch }) {
    const data = await dataSet(new URLSearchParams(query).get('data') ?? 'digits');
    const next = new Run(query, data);
    before = current;
    adopt(next, data, undoable);
    // The network at epoch 0 is always evaluated, so that nothing on the page is empty.
    go(autoplay || epoch ? 'end' : 'epoch');
    stopAt = autoplay ? null : epoch;
  },
  async undo() {
    if (!previous || !before) return;
    [run, previous, current, before] = [previous, run, before, current];
    if (current) announce(current);
    tell();
  },
  train() {
    go('end');
  },
  pause() {
    if (goal !== 'none') stop('paused');
  },
  stepEpoch() {
    go('epoch');
  },
  stepBatch() {
    go('batch');
  },
  set({ key, value }) {
    run?.set(key, value);
    publish();
  },
  recover() {
    run?.recover();
    mode = 'paused';
    tell();
  },
  frame({ epoch }) {
    const bytes = run?.frame(epoch ?? undefined);
    // wasm-bindgen copied the bytes out of the module's memory, so the copy can be handed over.
    if (bytes) postMessage({ type: 'frame', bytes }, { transfer: [bytes.buffer] });
  },
  /** Opens dropped files: a saved run, or data. @param {{ files: { name: string, bytes: Uint8Array }[] }} message */
  async open({ files }) {
    const saved = files.find(({ name }) => name.endsWith('.safetensors'));
    if (saved) {
      const wanted = new URLSearchParams(Run.savedQuery(saved.name, saved.bytes)).get('data');
      const data = await dataSet(wanted ?? 'digits');
      const next = Run.load(saved.name, saved.bytes, data);
      before = current;
      adopt(next, data, true);
      tell();
      return;
    }
    const set = DataSet.fromFiles(files.map((file) => file.name), files.map((file) => file.bytes));
    const { name, features } = JSON.parse(set.summary());
    const key = name === 'MNIST' && features === 784 ? 'mnist' : 'own';
    if (sets.get(key) && sets.get(key) !== current && sets.get(key) !== before) sets.get(key)?.free();
    keep(key, set);
    postMessage({ type: 'opened', key, summary: JSON.parse(set.summary()) });
  },
};

/** The number of the last lens: a newer one ends those before it. */
let lenses = 0;

/** Questions with one answer each. */
const questions = {
  async accuracy({ epoch, threshold }) {
    const number = (lenses += 1);
    const lens = run?.lens(epoch ?? undefined, threshold);
    let accuracy;
    while (lens && accuracy === undefined && number === lenses) {
      accuracy = lens.advance();
      // Other messages first: ten thousand images may take seconds.
      await new Promise((resolve) => setTimeout(resolve));
    }
    lens?.free();
    return accuracy;
  },
  save: () => run?.save(),
  entropies: ({ epoch }) => run?.entropies(epoch ?? undefined),
  predict({ epoch, threshold, digit }) {
    if (!run || !current) return null;
    const { index, ink, width, rotate, right, down } = digit;
    const image = ink
      ? current.drawing(ink, width, rotate, right, down)
      : current.testImage(index, rotate, right, down);
    const label = ink ? null : current.testLabel(index);
    return { image, label, prediction: run.predict(epoch ?? undefined, image, threshold) };
  },
};

onmessage = async ({ data: { type, id, ...rest } }) => {
  if (type === 'load') {
    await init({ module_or_path: rest.module });
    const { query, changes } = JSON.parse(read_query(rest.search));
    guard(() => commands.start({ query: `${query}&changes=${changes}`, undoable: false, ...rest }));
  } else if (type in commands) {
    guard(() => commands[type](rest));
  } else {
    guard(async () => postMessage({ type: 'answer', id, value: await questions[type](rest) }));
  }
};
