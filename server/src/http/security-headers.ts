import type { RequestHandler } from 'express';

/**
 * WebAssembly and blob workers are what glTF decoders need; blob and data images are textures and renders.
 * Inline styles are what the component libraries of the editor and of the API page set.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "connect-src 'self' blob: data: ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  // The development link carries a token in its query.
  res.setHeader('Referrer-Policy', 'no-referrer');
  next();
};
