// @ts-check
// Files that people drop on the page or open: saved runs, MNIST, their own data.
import { $ } from './dom.js';

/** The largest file worth reading: a table of MNIST's size. */
const LARGEST = 512 * 1024 * 1024;

/** Calls `open` with the files that are dropped or chosen, and `refuse` with a sentence.
 * @param {(files: { name: string, bytes: Uint8Array }[]) => void} open @param {(text: string) => void} refuse */
export function onFiles(open, refuse) {
  const read = async (/** @type {Iterable<File>} */ list) => {
    const files = [...list];
    if (!files.length) return;
    const large = files.find((file) => file.size > LARGEST);
    if (large) return refuse(`${large.name} has ${Math.round(large.size / 1e6)} MB: choose a file of at most 512 MB.`);
    try {
      open(await Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }))));
    } catch {
      refuse(`${files.map((file) => file.name).join(', ')} could not be read: choose files, not a folder.`);
    }
  };
  const input = $('file', HTMLInputElement);
  $('open').addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    await read(input.files ?? []);
    input.value = '';
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    read(event.dataTransfer?.files ?? []);
  });
}
