export * from '@diorama/shared/scene-view';
export { RestAssetSource, type LoadedModel, type RestAssetSourceOptions } from './rest-asset-source.js';
