// @ts-check
// Files and folders that people drop on the page or open: saved runs, MNIST, their own data.
import { $ } from './dom.js';

/** The most that is read at once, in bytes: a table of MNIST's size. */
const MOST = 512 * 1024 * 1024;

/** A file, or all files of a folder and its folders; hidden ones are not looked at.
 * @param {any} entry @returns {Promise<File[]>} */
async function filesOf(entry) {
  if (entry.name.startsWith('.') || entry.name === '__MACOSX') return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  // A folder gives a hundred entries at a time, and none when it is through.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return files;
    for (const entry of entries) files.push(...(await filesOf(entry)));
  }
}

/** Calls `open` with the files that are dropped or chosen, and `refuse` with a sentence.
 * @param {(files: { name: string, bytes: Uint8Array }[]) => void} open @param {(text: string) => void} refuse */
export function onFiles(open, refuse) {
  const read = async (/** @type {Promise<File[]>} */ list) => {
    try {
      const files = await list;
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (size > MOST) return refuse(`${files.length === 1 ? 'This file has' : `These ${files.length} files have`} ${Math.round(size / 1e6)} MB: choose at most ${Math.round(MOST / 1e6)} MB.`);
      if (files.length) open(await Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }))));
      else refuse('There is no file in what was dropped: choose a saved run, IDX files or tables.');
    } catch (error) {
      refuse(`The files could not be read (${/** @type {Error} */ (error).message}): choose them again with Open.`);
    }
  };
  const input = $('file', HTMLInputElement);
  $('open').addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    if (input.files?.length) await read(Promise.resolve([...input.files]));
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
    // The entries are there only until this handler returns.
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    if (entries.length) read(Promise.all(entries.map(filesOf)).then((files) => files.flat()));
  });
}
