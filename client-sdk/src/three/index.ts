export * from '@diorama/shared/scene-view';
export { RestAssetSource, type RestAssetSourceOptions } from './rest-asset-source.js';
