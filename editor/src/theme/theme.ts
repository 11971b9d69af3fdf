import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a calm blue-violet that stays apart from the red, green and blue of the gizmo's axes. */
const iris: MantineColorsTuple = [
  '#eef0ff',
  '#dcdffd',
  '#b7bdf8',
  '#949df5',
  '#7f8af2',
  '#6d7bf0',
  '#6070ee',
  '#5060d4',
  '#4555be',
  '#3848a8',
];

/** Neutral greys with a breath of blue; Mantine takes text from the low and surfaces from the high indices. */
const dark: MantineColorsTuple = [
  '#d9dbe1',
  '#b4b8c2',
  '#8d929e',
  '#636873',
  '#3a3d45',
  '#2e3138',
  '#26282e',
  '#1d1f23',
  '#17181b',
  '#111214',
];

const FONT = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 5 },
  colors: { iris, dark },
  fontFamily: FONT,
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  headings: { fontFamily: FONT, fontWeight: '600' },
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 450, withArrow: false, fz: 12 } },
    Menu: { defaultProps: { shadow: 'md', radius: 8 } },
    Modal: { defaultProps: { radius: 10, centered: true } },
  },
});
