import { useMediaQuery } from '@mantine/hooks';

/** As shell.module.css has them: there panels become drawers, and the drawers of a phone come from below. */
const DRAWERS = '(width < 900px)';
const PHONE = '(width < 600px)';

/** How much room the window has: for panels beside the view, for the view and little else, or for one thing at a time. */
export type Width = 'wide' | 'narrow' | 'phone';

export function useWidth(): Width {
  // At once: what is wide would be drawn for a moment where it does not fit.
  const options = { getInitialValueInEffect: false };
  const isNarrow = useMediaQuery(DRAWERS, undefined, options);
  const isPhone = useMediaQuery(PHONE, undefined, options);
  return isPhone ? 'phone' : isNarrow ? 'narrow' : 'wide';
}
