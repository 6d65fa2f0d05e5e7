// Chooses what the page begins with, and speaks when it cannot start. An old plain script: it must run where nothing else does.
(function () {
  'use strict';

  /** Fetches the module that the address needs, while the page is read: the core is enough for the default experiment on the built-in digits. */
  function choose() {
    if (!('noModule' in HTMLScriptElement.prototype)) return;
    var asked = new URLSearchParams(location.search);
    var name = ['experiment', 'data', 'a'].some(function (key) { return asked.has(key); }) ? 'lab' : 'sparsevd';
    document.documentElement.setAttribute('data-library', name);
    [{ rel: 'modulepreload', href: 'pkg/' + name + '.js' },
      { rel: 'preload', href: 'pkg/' + name + '_bg.wasm', as: 'fetch', type: 'application/wasm', crossOrigin: 'anonymous' }].forEach(function (link) {
      document.head.appendChild(Object.assign(document.createElement('link'), link));
    });
  }

  /** What is wrong with a file of the page, from what a server says of it; nothing if it is fine. @param {string} path @param {Response} response */
  function faultOf(path, response) {
    var type = response.headers.get('content-type') || '';
    if (!response.ok) return path + ' is missing on this server (' + response.status + '): copy the whole folder dist/ again.';
    if (!/javascript|ecmascript/.test(type)) return 'The server sends ' + path + ' as ' + (type.split(';')[0] || 'a file without a type') + ', which browsers do not run: let it send .js files as text/javascript, or serve the folder with cargo xtask serve.';
    return '';
  }

  /** Says why the page cannot start, unless something has been said or it has started. @param {string} text */
  function say(text) {
    var banner = document.getElementById('error-banner');
    if (!document.getElementById('starting') || !banner || !banner.hidden) return;
    var state = /** @type {HTMLElement} */ (document.getElementById('state'));
    /** @type {HTMLElement} */ (banner.querySelector('p')).textContent = text;
    banner.hidden = false;
    state.setAttribute('data-value', 'error');
    state.textContent = 'Stopped';
  }

  var FROM_DISK = 'The page was opened as a file, and browsers run its scripts only from a server: run cargo xtask serve, or start any web server in its folder (python -m http.server) and open its address.';
  var TOO_OLD = 'This browser is too old for the page: use a current Chrome, Edge, Firefox or Safari.';

  /** Asks the server about every script that the page names, and says what is wrong with the first that is not fine; otherwise what is known. @param {string} [known] */
  function ask(known) {
    if (location.protocol === 'file:') return say(FROM_DISK);
    /** @type {NodeListOf<HTMLElement>} */ var links = document.querySelectorAll('link[rel=modulepreload], script[type=module]');
    var paths = Array.from(links, function (link) { return link.getAttribute('href') || link.getAttribute('src') || ''; });
    Promise.all(paths.map(function (path) {
      return fetch(path).then(function (response) { return faultOf(path, response); }, function () { return path + ' cannot be loaded: look whether the server still runs, then reload.'; });
    })).then(function (faults) {
      say(faults.filter(Boolean)[0] || known || 'The page\'s scripts could not be loaded: reload; if this stays, copy the whole folder dist/ again.');
    });
  }

  // The worker's scripts fail without a word of why.
  document.addEventListener('worker-failed', function (event) {
    event.preventDefault();
    ask(/** @type {CustomEvent} */ (event).detail);
  });

  // Loading errors do not bubble, so they are caught on their way down.
  window.addEventListener('error', function (event) {
    var node = event.target;
    if (node instanceof HTMLScriptElement || (node instanceof HTMLLinkElement && node.rel === 'modulepreload')) return ask();
    if (event.error instanceof SyntaxError) say('The page\'s scripts do not fit each other or this browser (' + event.message + '): reload without the cache (Ctrl+Shift+R), copy the whole folder dist/ again, or use a current browser.');
    else if (event.message) say('The page could not start (' + event.message + '): reload; if this stays, use a current browser.');
  }, true);

  choose();
  document.addEventListener('DOMContentLoaded', function () {
    if (location.protocol === 'file:') say(FROM_DISK);
    else if (!('noModule' in HTMLScriptElement.prototype)) say(TOO_OLD);
  });
}());
