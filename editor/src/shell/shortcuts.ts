import { useEffect } from 'react';

import { canComment } from '../hooks/use-session.js';
import { useEditor, type Editor } from '../state/editor-context.js';

/** One line of the keyboard help. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

export const SHORTCUTS: readonly { readonly title: string; readonly items: readonly Shortcut[] }[] = [
  {
    title: 'Transform',
    items: [
      { keys: ['W'], does: 'Move' },
      { keys: ['E'], does: 'Rotate' },
      { keys: ['R'], does: 'Scale' },
      { keys: ['Q'], does: 'World or local axes' },
      { keys: ['X'], does: 'Snap on or off' },
    ],
  },
  {
    title: 'View',
    items: [
      { keys: ['F'], does: 'Frame the selection, or everything' },
      { keys: ['Drag'], does: 'Orbit' },
      { keys: ['Right drag'], does: 'Pan' },
      { keys: ['Wheel'], does: 'Zoom' },
    ],
  },
  {
    title: 'Edit',
    items: [
      { keys: ['Ctrl', 'Z'], does: 'Undo your last edit' },
      { keys: ['Ctrl', 'Shift', 'Z'], does: 'Redo' },
      { keys: ['Ctrl', 'D'], does: 'Duplicate' },
      { keys: ['Ctrl', 'G'], does: 'Group' },
      { keys: ['Del'], does: 'Delete' },
      { keys: ['H'], does: 'Show or hide' },
    ],
  },
  {
    title: 'Selection',
    items: [
      { keys: ['Click'], does: 'Select' },
      { keys: ['Shift', 'Click'], does: 'Add or take out' },
      { keys: ['Ctrl', 'A'], does: 'Select all' },
      { keys: ['Esc'], does: 'Select nothing' },
      { keys: ['F2'], does: 'Rename, in the outliner' },
      { keys: ['?'], does: 'This help' },
    ],
  },
  {
    title: 'Comments',
    items: [
      { keys: ['C'], does: 'Comment on a place: click it' },
      { keys: ['Shift', 'C'], does: 'Show or hide the comments' },
    ],
  },
];

/** Runs the editor's shortcuts. Keys that are typed into a field, or pressed in a dialog or menu, are left alone. */
export function useShortcuts(showHelp: () => void): void {
  const editor = useEditor();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const run = commandOf(event, editor, showHelp);
      if (run === null) return;
      event.preventDefault();
      run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [editor, showHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}

function commandOf(event: KeyboardEvent, editor: Editor, showHelp: () => void): (() => void) | null {
  const { state, actions, viewport, store, comments, session, past } = editor;
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    switch (key) {
      case 'z':
        return event.shiftKey ? () => actions.redo() : () => actions.undo();
      case 'y':
        return () => actions.redo();
      case 'd':
        return () => actions.duplicate();
      case 'g':
        return () => actions.group();
      case 'a':
        return () => state.select(store.nodes.keys());
      default:
        return null;
    }
  }
  switch (key) {
    case 'w':
      return () => state.set({ mode: 'translate' });
    case 'e':
      return () => state.set({ mode: 'rotate' });
    case 'r':
      return () => state.set({ mode: 'scale' });
    case 'q':
      return () => state.set({ space: state.value.space === 'world' ? 'local' : 'world' });
    case 'x':
      return () => state.set({ snap: !state.value.snap });
    case 'f':
      return () => viewport.camera.frame(state.value.selection);
    case 'h':
      return () => actions.toggleVisible();
    case 'delete':
    case 'backspace':
      return () => actions.remove();
    case 'c':
      if (event.shiftKey) return () => comments.state.set({ panel: !comments.state.value.panel });
      if (!canComment(session) || past.get() !== null) return null;
      return () => comments.state.set({ placing: !comments.state.value.placing });
    case 'escape':
      return () => {
        if (!viewport.cancelDrag() && !comments.state.escape() && !past.leave()) state.select([]);
      };
    case '?':
      return showHelp;
    default:
      return null;
  }
}
