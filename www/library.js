// @ts-check
// The library on this side of the line, page or worker: the core, or all of it once something needs the lab.

/** What Rust can be asked; the lab answers as the core does, and more. @type {typeof import('../pkg/lab.js')} */
export let library;

/** Takes a compiled module into use. An error is a sentence. @param {string} name @param {WebAssembly.Module} module */
export async function use(name, module) {
  try {
    const script = await import(`../pkg/${name}.js`);
    await script.default({ module_or_path: module });
    library = script;
  } catch (error) {
    throw new Error(`pkg/${name}.js does not run (${/** @type {Error} */ (error).message}): reload the page.`);
  }
}
