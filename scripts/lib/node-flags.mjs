/**
 * How the server's Node is started, by `npm start`, by the tests and by the benchmarks.
 *
 * Under load a hundred megabytes of short-lived objects a second come and go. With V8's own 16 MiB for them a tenth of the time went into
 * copying those that had not gone yet; memory that nobody needs is given back.
 */
export const NODE_FLAGS = Object.freeze(['--max-semi-space-size=32']);

/**
 * What belongs to the server's environment, beside what whoever starts it sets.
 *
 * glibc gives back what is larger than this as soon as it is freed, but raises the bound to 32 MiB when such things come and go: from then on a frame or a row of
 * 10 MB leaves holes in its arenas, of which there are many with threads, and they stayed for good: 100 MB and more. Set, the bound stays where it begins.
 */
export const NODE_ENVIRONMENT = Object.freeze({ MALLOC_MMAP_THRESHOLD_: '131072' });
