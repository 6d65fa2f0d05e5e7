// Tried on every picture of the page: what can be saved and listed of it, as sentences of complaint.

/** The file that an item of a picture's menu gives: its name, and the contents as a blob. */
const saved = async (figure, item) => {
  const [{ click }, { createObjectURL }] = [HTMLAnchorElement.prototype, URL];
  let blob;
  try {
    return await new Promise((resolve, reject) => {
      URL.createObjectURL = (made) => { blob = made; return createObjectURL.call(URL, made); };
      HTMLAnchorElement.prototype.click = function () { resolve({ name: this.download, blob }); };
      setTimeout(() => reject(new Error(`${item} gives no file`)), 10_000);
      figure.querySelector(`.${item}`).click();
    });
  } finally {
    HTMLAnchorElement.prototype.click = click;
    URL.createObjectURL = createObjectURL;
  }
};

/** A number as people read it, with half of its last digit; nothing if it is none. */
const read = (text) => {
  const found = text.replaceAll(',', '').replace('−', '-').match(/^(-?\d+(?:\.(\d+))?)(?:·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?( %)?$/);
  if (!found) return undefined;
  const [, digits, decimals = '', power = ''] = found;
  const exponent = Number([...power].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c)).map((i) => (i ? i - 1 : '-')).join(''));
  return { value: Number(digits) * 10 ** exponent, half: 0.5001 * 10 ** (exponent - decimals.length) };
};

/** The cells of a comma-separated line. */
const cells = (line) => [...line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);

/** What is wrong with a picture's files and table. */
const faults = async (figure) => {
  const found = [];
  const want = (fine, what) => fine || found.push(`${figure.dataset.picture}: ${what}`);
  const canvas = figure.querySelector('canvas');
  const title = figure.querySelector('figcaption span').textContent;
  const message = figure.classList.contains('silent');
  want(/\S \S/.test(canvas.getAttribute('aria-label')), 'has no sentence');

  const svg = await saved(figure, 'save-svg');
  const image = new DOMParser().parseFromString(await svg.blob.text(), 'image/svg+xml');
  const words = [...image.querySelectorAll('text')].map((text) => text.textContent.trim()).join(' ');
  want(svg.name.endsWith(`-${figure.dataset.picture}.svg`), `the file is called ${svg.name}`);
  want(!image.querySelector('parsererror') && image.documentElement.localName === 'svg', 'the SVG does not parse');
  want(words.includes(title.trim().split(/\s+/)[0]), `the SVG does not say ${title}`);
  want(/epoch \d+ of \d+/.test(words) && /seed \d+/.test(words), `the SVG's caption has no epoch or seed: ${words.slice(0, 300)}`);

  const sizes = [];
  for (const item of ['save-png', 'save-png-2']) {
    const { blob } = await saved(figure, item);
    const bitmap = await createImageBitmap(blob);
    sizes.push(`${bitmap.width} ${bitmap.height}`);
    want(new Set(pixels(bitmap, bitmap)).size > 3, `${item} is blank`);
  }
  const [width, height] = sizes[0].split(' ').map(Number);
  want(width >= canvas.clientWidth && height > canvas.clientHeight, `the PNG has ${sizes[0]} pixels`);
  want(sizes[1] === `${2 * width} ${2 * height}`, `the finer PNG has ${sizes[1]} pixels, not twice ${sizes[0]}`);

  if (figure.querySelector('.listing').hidden) figure.querySelector('.as-table').click();
  const table = figure.querySelector('.listing table');
  want(!figure.querySelector('.listing').hidden && table, 'shows no table');
  const [heads, ...lines] = (await (await saved(figure, 'save-csv')).blob.text()).trim().split('\n').map(cells);
  want(message || lines.length > 1, 'the CSV file has nothing');
  const csv = lines.flat();
  // Of a bar the table has the middle.
  const [left, right] = ['left', 'right'].map((head) => heads.indexOf(head));
  const middles = lines.map((line) => (Number(line[left]) + Number(line[right])) / 2);
  const numbers = [...csv.filter(Boolean).map(Number), ...middles].filter(Number.isFinite);
  const listed = [...table.querySelectorAll('tbody td')].map((cell) => cell.textContent).filter(Boolean);
  want(message || listed.length > 1, 'the table has nothing');
  for (const text of listed.slice(0, 400)) {
    const number = read(text);
    const known = csv.includes(text) || (number && numbers.some((value) => Math.abs(value - number.value) <= number.half + 1e-6 * Math.abs(value)));
    if (!known && number) want(false, `the table has ${text}, the file has not`);
  }
  if (!figure.classList.contains('table')) figure.querySelector('.as-table').click();
  return found;
};
