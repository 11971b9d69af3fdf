import { expect, type Page } from '@playwright/test';
import type { ServerProcess } from '../support/server-process.js';
import { issueToken } from '../support/tokens.js';
import { createScene, openEditor, startServerFor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServerFor('Olga');
});
test.afterAll(() => server.stop());

const member = (page: Page, name: string) => page.getByTestId('member').filter({ hasText: name });

test('EDT-41: open lists of people, links and versions follow what others do to them', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const olga = await openEditor(browser, server, scene, { name: 'Olga' });
  const otto = await openEditor(browser, server, scene, {
    name: 'Otto',
    token: await issueToken({ sub: 'otto', name: 'Otto' }),
  });
  await otto.getByTestId('share').click();
  await expect(otto.getByTestId('share-open')).toBeVisible();

  const added = { otto: 'Owner', bob: 'Editor' };
  await olga.getByTestId('share').click();
  for (const [subject, role] of Object.entries(added)) {
    await olga.getByLabel('User id').fill(subject);
    await olga.getByRole('combobox', { name: 'Role', exact: true }).first().click();
    await olga.getByRole('option', { name: role }).click();
    await olga.getByTestId('member-add').click();
    await expect(member(olga, subject)).toBeVisible();
  }
  await expect(member(otto, 'bob').getByTestId('member-role')).toHaveValue('Editor');
  await expect(otto.getByTestId('share-open')).toHaveCount(0);
  await member(olga, 'bob').getByTestId('member-role').click();
  await olga.getByRole('option', { name: 'Commenter' }).click();
  await expect(member(otto, 'bob').getByTestId('member-role')).toHaveValue('Commenter');
  await member(olga, 'bob').getByRole('button', { name: 'Remove bob' }).click();
  await member(olga, 'bob').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(member(otto, 'bob')).toHaveCount(0);

  await olga.getByLabel('What it is for').fill('Review');
  await olga.getByTestId('link-create').click();
  await expect(otto.getByTestId('link')).toContainText('Review');
  await olga.getByTestId('link-revoke').click();
  await olga.getByRole('button', { name: 'Revoke this link' }).click();
  await expect(otto.getByTestId('link')).toHaveCount(0);

  for (const page of [olga, otto]) {
    await page.keyboard.press('Escape');
    await page.getByTestId('history-toggle').click();
  }
  await olga.getByTestId('version-save').click();
  await olga.getByTestId('version-dialog').getByRole('textbox', { name: 'Name' }).fill('First draft');
  await olga.keyboard.press('Enter');
  await expect(otto.getByTestId('version').filter({ hasText: 'First draft' })).toContainText('Olga');
});
