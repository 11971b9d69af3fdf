export { Diorama, type DioramaOptions } from './diorama.js';
export { DioramaError, SceneDoc } from '@diorama/shared';
export type { Unsubscribe } from './events/emitter.js';
export { AssetsApi, type UploadOptions } from './rest/assets.js';
export type { Page, PageQuery } from './rest/pages.js';
export {
  RendersApi,
  type CreateRenderJobInput,
  type RenderListQuery,
  type WaitOptions,
} from './rest/renders.js';
export type { CallInput, CallOptions } from './rest/request.js';
export { RestClient, type Answer, type TokenSource } from './rest/rest-client.js';
export {
  ScenesApi,
  type ChangeListQuery,
  type ConditionalOptions,
  type CreateShareLinkInput,
  type CreateSceneInput,
  type EditListQuery,
  type OperationsOptions,
  type ReplaceSceneInput,
  type SceneWithETag,
  type SetMemberInput,
} from './rest/scenes.js';
export {
  VersionsApi,
  type CreateVersionInput,
  type UpdateVersionInput,
  type VersionListQuery,
} from './rest/versions.js';
export type { UploadFile, UploadProgress } from './rest/upload-form.js';
export type { LiveGestures } from './session/live-gestures.js';
export { LiveMotion, type LiveMotionOptions } from './session/live-motion.js';
export type { Clock, WebSocketConstructor, WebSocketLike } from './session/ports.js';
export { SceneSession } from './session/scene-session.js';
export type { ConnectOptions, EditOptions } from './session/session-options.js';
export type { SessionPresence } from './session/session-presence.js';
export type { SessionEvents, SessionStatus, UndoState } from './session/session-events.js';
