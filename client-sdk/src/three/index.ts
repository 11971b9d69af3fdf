export * from '@diorama/shared/scene-view';
