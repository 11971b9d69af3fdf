/**
 * Every error that Diorama reports, over REST and over the socket, is one entry of this table.
 *
 * `status` is the HTTP status, `close` the WebSocket close code (absent where the error never closes a
 * socket), `retryable` says whether the same request may succeed later without being changed.
 */
export const ERRORS = {
  invalid_request: { status: 400, retryable: false, title: 'The request does not match the contract' },
  malformed_json: { status: 400, retryable: false, title: 'The body is not valid JSON' },
  json_too_deep: { status: 400, retryable: false, title: 'The JSON body is nested too deeply' },
  malformed_multipart: { status: 400, retryable: false, title: 'The multipart body cannot be read' },
  invalid_cursor: { status: 400, retryable: false, title: 'The page cursor is not one of ours' },
  unauthenticated: { status: 401, close: 4401, retryable: false, title: 'A valid token is required' },
  forbidden: { status: 403, close: 4403, retryable: false, title: 'The role does not allow this' },
  route_not_found: { status: 404, retryable: false, title: 'No such resource' },
  scene_not_found: { status: 404, close: 4404, retryable: false, title: 'No such scene' },
  member_not_found: { status: 404, retryable: false, title: 'No such member of the scene' },
  share_link_not_found: { status: 404, retryable: false, title: 'No such share link' },
  asset_not_found: { status: 404, retryable: false, title: 'No such asset' },
  asset_file_not_found: { status: 404, retryable: false, title: 'The asset has no such file' },
  render_job_not_found: { status: 404, retryable: false, title: 'No such render job' },
  render_output_not_found: { status: 404, retryable: false, title: 'The render job has no picture' },
  edit_not_found: { status: 404, retryable: false, title: 'The scene has no such edit' },
  version_not_found: { status: 404, retryable: false, title: 'The scene has no such version' },
  method_not_allowed: { status: 405, retryable: false, title: 'The resource does not know this method' },
  request_stalled: { status: 408, retryable: true, title: 'The body of the request stopped coming' },
  render_job_finished: { status: 409, retryable: false, title: 'The render job has already ended' },
  id_taken: { status: 409, retryable: false, title: 'Something with this id is there already' },
  edit_not_undoable: { status: 409, retryable: false, title: 'The edit cannot be taken back' },
  idempotency_in_progress: {
    status: 409,
    retryable: true,
    title: 'The first request with this Idempotency-Key has not ended yet',
  },
  last_owner: { status: 409, retryable: false, title: 'A scene with members keeps at least one owner' },
  precondition_failed: { status: 412, retryable: false, title: 'The resource has changed since it was read' },
  payload_too_large: { status: 413, retryable: false, title: 'The body is larger than allowed' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The content type is not supported' },
  range_not_satisfiable: { status: 416, retryable: false, title: 'The range lies outside the content' },
  invalid_document: { status: 422, retryable: false, title: 'The scene document breaks its schema' },
  invalid_operations: { status: 422, retryable: false, title: 'Operations cannot be applied' },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    title: 'The Idempotency-Key was used for another request',
  },
  asset_format_unsupported: { status: 422, retryable: false, title: 'The file is of no supported format' },
  asset_invalid: { status: 422, retryable: false, title: 'The asset does not pass validation' },
  asset_too_large: { status: 422, retryable: false, title: 'The asset claims more than the limits allow' },
  asset_uri_forbidden: { status: 422, retryable: false, title: 'The asset points outside its own files' },
  asset_file_missing: {
    status: 422,
    retryable: false,
    title: 'The asset refers to a file that was not uploaded',
  },
  asset_archive_invalid: { status: 422, retryable: false, title: 'The archive cannot be taken in' },
  asset_processing_failed: {
    status: 422,
    retryable: true,
    title: 'The asset could not be processed within its bounds',
  },
  camera_not_found: { status: 422, retryable: false, title: 'The camera is not a camera node of the scene' },
  scene_full: { status: 413, retryable: false, title: 'The scene holds as much as it may' },
  update_unresolved: {
    status: 409,
    close: 4410,
    retryable: true,
    title: 'The change depends on others that the scene does not have',
  },
  client_id_taken: {
    status: 409,
    retryable: false,
    title: 'The change carries the Yjs client id of somebody else who is connected',
  },
  too_many_requests: { status: 429, close: 4429, retryable: true, title: 'Too many requests' },
  internal: { status: 500, close: 1011, retryable: true, title: 'The server failed' },
  render_failed: { status: 500, retryable: true, title: 'The picture could not be rendered' },
  rendering_unavailable: { status: 503, retryable: true, title: 'Rendering is not available' },
  storage_unavailable: { status: 503, close: 1013, retryable: true, title: 'The store does not answer' },
  scene_load_failed: {
    status: 503,
    close: 4503,
    retryable: true,
    title: 'The stored scene could not be opened',
  },
  bad_frame: { status: 400, close: 4400, retryable: false, title: 'The frame is not of the protocol' },
  frame_too_large: { status: 413, close: 1009, retryable: false, title: 'The frame is larger than allowed' },
  read_only: { status: 403, retryable: false, title: 'The role may read the scene, not write it' },
  not_author: { status: 403, retryable: false, title: "The comment is somebody else's" },
  schema_too_new: {
    status: 409,
    close: 4409,
    retryable: false,
    title: 'The scene was written by a newer version',
  },
  slow_consumer: { status: 503, close: 1013, retryable: true, title: 'The connection does not keep up' },
  draining: { status: 503, close: 1012, retryable: true, title: 'The server is restarting' },
  // These two are the SDK's own: the server never sends them.
  unreachable: { status: 503, retryable: true, title: 'The server cannot be reached' },
  session_closed: { status: 409, retryable: false, title: 'The session is closed' },
} as const satisfies Record<string, ErrorEntry>;

export interface ErrorEntry {
  readonly status: number;
  readonly close?: number;
  readonly retryable: boolean;
  readonly title: string;
}

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The catalogue's entry for `code`. */
export const errorEntry = (code: ErrorCode): ErrorEntry => ERRORS[code];
