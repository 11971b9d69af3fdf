import { Kbd, Modal, SimpleGrid } from '@mantine/core';
import { Fragment } from 'react';

import { SHORTCUTS } from './shortcuts.js';

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose(): void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard and mouse" size={620}>
      <SimpleGrid cols={2} spacing={28} verticalSpacing={20}>
        {SHORTCUTS.map((group) => (
          <section key={group.title}>
            <h3 style={{ margin: '0 0 8px', fontSize: 12, fontWeight: 600, color: 'var(--text-dim)' }}>
              {group.title}
            </h3>
            {group.items.map((item) => (
              <div
                key={item.does}
                style={{ display: 'flex', justifyContent: 'space-between', gap: 12, padding: '4px 0' }}
              >
                <span>{item.does}</span>
                <span style={{ whiteSpace: 'nowrap' }}>
                  {item.keys.map((key, i) => (
                    <Fragment key={key}>
                      {i > 0 && ' '}
                      <Kbd size="xs">{key}</Kbd>
                    </Fragment>
                  ))}
                </span>
              </div>
            ))}
          </section>
        ))}
      </SimpleGrid>
    </Modal>
  );
}
