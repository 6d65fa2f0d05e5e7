// @ts-check
// MNIST from the server, where it serves it.

const NAMES = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];

/** Fetches the four files, saying where it stands. @param {(text: string) => void} progress */
export async function fetchMnist(progress) {
  const files = [];
  for (const [i, name] of NAMES.entries()) {
    progress(`Loading MNIST, file ${i + 1} of 4 …`);
    files.push({ name, bytes: await fetchOne(name) });
  }
  progress('Reading MNIST …');
  return files;
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
