// What every script of the tests can use: the page's public handles, by short names.
const $ = (id) => document.getElementById(id);
const state = () => $('state').dataset.value;
const readout = (name) => $(`readout-${name}`).dataset.value || null;
const number = (name) => (readout(name) === null ? null : Number(readout(name)));
const fingerprint = () => readout('fingerprint');
const epoch = () => number('epoch');
// Whether the screen shows the end of epoch n with its measurements.
const shows = (n) => epoch() === n && readout('nll') !== null;
// Whether the run has come to rest at the end of epoch n, and the screen shows it.
const rests = (n) => state() !== 'live' && state() !== 'loading' && shows(n);
// The weight matrices, in the order of their layers.
const heatmaps = () => [...document.querySelectorAll('canvas[id^="heatmap-"]')];
const pixels = ({ width, height }, canvas) => {
  // A copy is read, so that the page's own canvas keeps its place on the graphics card.
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
};
const layer = (canvas) => {
  const all = pixels(canvas, canvas);
  let [white, hash] = [0, 0];
  for (const pixel of all) {
    if (pixel === 0xffffffff) white += 1;
    hash = (Math.imul(hash, 31) + pixel) | 0;
  }
  const { kept, total } = canvas.dataset;
  return { white, hash, kept: Number(kept), total: Number(total), width: canvas.width, height: canvas.height };
};
const look = () => ({
  state: state(), epoch: epoch(), fingerprint: fingerprint(), text: $('epoch-text').textContent,
  scrubber: Number($('epoch-scrubber').value), trained: Number($('epoch-scrubber').max),
  kept: number('kept'), total: number('total'), compression: readout('compression'), compressionText: $('readout-compression').textContent,
  accuracy: number('test-accuracy'), nll: number('nll'), layers: heatmaps().map(layer),
});
