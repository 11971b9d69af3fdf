import { customAlphabet } from 'nanoid';
import { z } from 'zod';

/** Ids are a short prefix and 20 lower-case letters and digits: unguessable, and they say what they name. */
const id = <P extends string>(prefix: P, title: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z]{1,64}$`), `is not ${title} id (${prefix}_…)`)
    .brand<P>();

export const sceneIdSchema = id('scn', 'a scene');
export const assetIdSchema = id('ast', 'an asset');
export const renderJobIdSchema = id('job', 'a render job');
export const shareLinkIdSchema = id('shl', 'a share link');
export const editIdSchema = id('edt', 'an edit');
export const versionIdSchema = id('ver', 'a version');

export type SceneId = z.infer<typeof sceneIdSchema>;
export type AssetId = z.infer<typeof assetIdSchema>;
export type RenderJobId = z.infer<typeof renderJobIdSchema>;
export type ShareLinkId = z.infer<typeof shareLinkIdSchema>;
export type EditId = z.infer<typeof editIdSchema>;
export type VersionId = z.infer<typeof versionIdSchema>;

/** Node, material, animation and comment thread ids are chosen by clients: any short key. */
export const NODE_ID_MAX_LENGTH = 128;

/** NUL, which databases do not store, and halves of surrogate pairs, which encoders replace. */
const NOT_KEPT = /[\0\p{Cs}]/u;

/** `__proto__` is a key that JSON drops on the way. */
const isKept = (text: string): boolean => text !== '__proto__' && !NOT_KEPT.test(text);

/** What is said of an id that is none. */
export const NODE_ID_RULE = `An id has 1 to ${NODE_ID_MAX_LENGTH} characters, no NUL and no half of a surrogate pair among them, and is not __proto__`;

export const nodeIdSchema = z.string().min(1).max(NODE_ID_MAX_LENGTH).refine(isKept, NODE_ID_RULE);
export type NodeId = string;
export const isNodeId = (text: string): boolean =>
  text.length > 0 && text.length <= NODE_ID_MAX_LENGTH && isKept(text);

const ID_LENGTH = 20;
const randomKey = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', ID_LENGTH);

/** `key` is made by `newKey`, for whoever needs the same id for every try of a request. */
export const newSceneId = (key: string = randomKey()): SceneId => `scn_${key}` as SceneId;
export const newAssetId = (): AssetId => `ast_${randomKey()}` as AssetId;
export const newRenderJobId = (): RenderJobId => `job_${randomKey()}` as RenderJobId;
export const newShareLinkId = (key: string = randomKey()): ShareLinkId => `shl_${key}` as ShareLinkId;
export const newEditId = (key: string = randomKey()): EditId => `edt_${key}` as EditId;
export const newVersionId = (key: string = randomKey()): VersionId => `ver_${key}` as VersionId;
/** A key for a node, material, animation or comment thread. */
export const newKey = (): NodeId => randomKey();
