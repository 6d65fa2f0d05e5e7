// @ts-check
// Loads the module, or throws a sentence that says why it cannot be had and what to do.
import { library } from './library.js';

/** The smallest module with a vector instruction: (func (result v128) (i32.const 0) (i8x16.splat)). */
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]);

const CURRENT = 'use a current Chrome, Edge, Firefox or Safari.';
const AGAIN = 'reload without the cache (Ctrl+Shift+R); if this stays, copy the whole folder dist/ again.';

/** Compiles a module and loads its JavaScript. @param {string} name @returns {Promise<WebAssembly.Module>} */
export async function loadModule(name) {
  if (typeof WebAssembly === 'undefined') throw new Error(`This browser has no WebAssembly, or it is switched off: ${CURRENT}`);
  if (!WebAssembly.validate(SIMD)) throw new Error(`This browser's WebAssembly has no vector instructions (SIMD): ${CURRENT}`);
  const path = `pkg/${name}_bg.wasm`;
  const module = await WebAssembly.compileStreaming(fetch(place(path))).catch(() => compileWhole(path));
  const { build } = await loadScript(`pkg/${name}.js`);
  const [stamp] = WebAssembly.Module.customSections(module, 'build');
  if (!stamp || new TextDecoder().decode(stamp) !== build) throw new Error(`${path} and pkg/${name}.js are of two builds: ${AGAIN}`);
  if (library && library.build !== build) throw new Error(`pkg/${name}.js is of another build than this page: ${AGAIN}`);
  return module;
}

/** Runs a script of the page. @param {string} path */
async function loadScript(path) {
  try {
    return await import(`../${path}`);
  } catch {
    await load(path);
    throw new Error(`${path} is not whole, or something else is sent in its place: ${AGAIN}`);
  }
}

/** Compiles where streaming fails: some servers do not say that the file is wasm. @param {string} path */
async function compileWhole(path) {
  const bytes = await load(path);
  try {
    return await WebAssembly.compile(bytes);
  } catch {
    throw new Error(`${path} is not whole, or something else is sent in its place: ${AGAIN}`);
  }
}

/** The file of the built-in digits. */
export const loadDigits = () => load('pkg/digits.gz');

/** @param {string} path */
const place = (path) => new URL(`../${path}`, import.meta.url);

/** The bytes of a file of the page. @param {string} path */
async function load(path) {
  const response = await fetch(place(path)).catch(() => null);
  if (response && !response.ok) throw new Error(`${path} is missing on this server (${response.status}): copy the whole folder dist/ again.`);
  const bytes = await response?.arrayBuffer().catch(() => null);
  if (!bytes) throw new Error(`${path} cannot be loaded: look whether the server still runs, then reload.`);
  return bytes;
}

/** Starts a module worker. @param {URL} source */
export function startWorker(source) {
  let asked = false;
  // Browsers without module workers do not read the option.
  const worker = new Worker(source, { get type() {
    asked = true;
    return /** @type {const} */ ('module');
  } });
  if (asked) return worker;
  // What it would say of the script helps nobody.
  worker.terminate();
  throw new Error(`This browser has no module workers, and the page trains in one: ${CURRENT}`);
}
