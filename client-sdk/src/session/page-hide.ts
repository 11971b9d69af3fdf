/** Calls back when the page is closed or left, where there is one. Returns what takes the callback off again. */
export function onPageHide(callback: () => void): () => void {
  if (!('onpagehide' in globalThis)) return () => undefined;
  globalThis.addEventListener('pagehide', callback);
  return () => globalThis.removeEventListener('pagehide', callback);
}
