import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { CircleQuestionMark, Ellipsis, History, Moon, Sun } from 'lucide-react';

import { useWidth } from '../hooks/use-width.js';

interface SecondaryToolsProps {
  readonly isHistoryOpen: boolean;
  onHistory(): void;
  onHelp(): void;
}

const ICON = { size: 16, strokeWidth: 1.7 } as const;

/** What is used now and then: a row of icons, or a menu where there is no room for them. */
export function SecondaryTools({ isHistoryOpen, onHistory, onHelp }: SecondaryToolsProps) {
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const width = useWidth();
  const SchemeIcon = colorScheme === 'light' ? Moon : Sun;
  const history = (
    // Open, the panel says it itself, and the tooltip would lie over its title.
    <Tooltip label="History" disabled={isHistoryOpen}>
      <ActionIcon
        onClick={onHistory}
        aria-label="History"
        aria-pressed={isHistoryOpen}
        variant={isHistoryOpen ? 'light' : 'subtle'}
        color={isHistoryOpen ? 'iris' : 'gray'}
        data-testid="history-toggle"
      >
        <History {...ICON} />
      </ActionIcon>
    </Tooltip>
  );
  if (width === 'wide')
    return (
      <>
        {history}
        <Tooltip label="Light or dark">
          <ActionIcon onClick={toggleColorScheme} aria-label="Light or dark">
            <SchemeIcon {...ICON} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Keyboard shortcuts (?)">
          <ActionIcon onClick={onHelp} aria-label="Keyboard shortcuts">
            <CircleQuestionMark {...ICON} />
          </ActionIcon>
        </Tooltip>
      </>
    );
  return (
    <>
      {width === 'narrow' && history}
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon aria-label="More" data-testid="more-menu">
            <Ellipsis {...ICON} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {width === 'phone' && (
            <Menu.Item leftSection={<History size={14} />} onClick={onHistory} data-testid="history-toggle">
              {isHistoryOpen ? 'Close the history' : 'History'}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<SchemeIcon size={14} />} onClick={toggleColorScheme}>
            Light or dark
          </Menu.Item>
          <Menu.Item leftSection={<CircleQuestionMark size={14} />} onClick={onHelp}>
            Keyboard shortcuts
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
