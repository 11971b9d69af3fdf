import { Button, CloseButton } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface SureButtonProps {
  readonly label: string;
  /** What the second button says, such as `Remove Ada`. */
  readonly sure: string;
  readonly children: (ask: () => void, label: string) => ReactNode;
  onSure(): void;
}

/** A button that asks once more, in its own place. Escape, or leaving it, gives up. */
export function SureButton({ label, sure, children, onSure }: SureButtonProps) {
  const [asking, setAsking] = useState(false);
  if (!asking) return children(() => setAsking(true), label);
  return (
    <span
      style={{ display: 'inline-flex', alignItems: 'center', gap: 2, flex: 'none' }}
      // A press must not move the focus: not every browser gives it to the button that is pressed.
      onMouseDown={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // The dialog around it stays open.
        event.stopPropagation();
        setAsking(false);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setAsking(false);
      }}
    >
      <Button
        color="red"
        autoFocus
        data-mantine-stop-propagation
        onClick={() => {
          setAsking(false);
          onSure();
        }}
      >
        {sure}
      </Button>
      <CloseButton size="sm" aria-label="Keep it" onClick={() => setAsking(false)} />
    </span>
  );
}
