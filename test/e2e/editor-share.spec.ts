import { expect, type Page } from '@playwright/test';
import type { ServerProcess } from '../support/server-process.js';
import { issueToken } from '../support/tokens.js';
import { beginDrag, createScene, openEditor, ready, row, shownAt, startServerFor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServerFor('Olga');
});
test.afterAll(() => server.stop());

const member = (page: Page, name: string) => page.getByTestId('member').filter({ hasText: name });

async function setRole(page: Page, name: string, role: string): Promise<void> {
  await member(page, name).getByTestId('member-role').click();
  await page.getByRole('option', { name: role }).click();
}

test('EDT-31, EDT-32, EDT-33: owners give, change and take access, and open editors follow at once', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const olga = await openEditor(browser, server, scene, { name: 'Olga' });
  await olga.getByTestId('share').click();
  await expect(olga.getByTestId('share-open')).toBeVisible();
  await olga.getByLabel('User id').fill('bob');
  await olga.getByLabel('Name', { exact: true }).fill('Bob');
  await olga.getByTestId('member-add').click();
  await expect(member(olga, 'Bob')).toBeVisible();
  await expect(olga.getByTestId('share-open')).toHaveCount(0);

  const bob = await openEditor(browser, server, scene, {
    name: 'Bob',
    token: await issueToken({ sub: 'bob', name: 'Bob' }),
  });
  await bob.getByTestId('share').click();
  await expect(member(bob, 'Olga').getByTestId('member-role')).toHaveText('Owner');
  await expect(bob.getByTestId('share-dialog').getByRole('combobox')).toHaveCount(0);
  await expect(
    bob.getByTestId('share-dialog').getByRole('button', { name: /Remove|Create|Add/ }),
  ).toHaveCount(0);
  await bob.keyboard.press('Escape');
  await row(bob, 'Cube').click();
  await expect(bob.getByTestId('position-x')).toBeEnabled();

  await beginDrag(bob, 'cube');
  await expect.poll(async () => (await shownAt(bob, 'cube'))?.[0]).toBeGreaterThan(0.2);
  await setRole(olga, 'Bob', 'Viewer');
  await expect(bob.getByText('You can now only view this scene.')).toBeVisible();
  await expect(bob.getByTestId('add-menu')).toHaveCount(0);
  await expect.poll(() => shownAt(bob, 'cube')).toEqual([0, 0.5, 0]);
  await bob.mouse.up();
  await expect(bob.getByTestId('position-x')).toBeDisabled();
  await setRole(olga, 'Bob', 'Editor');
  await expect(bob.getByText('You can now edit this scene.')).toBeVisible();
  await expect(bob.getByTestId('add-menu')).toBeEnabled();

  await setRole(olga, 'Olga', 'Editor');
  await expect(olga.getByTestId('problem')).toContainText('olga is the only owner of the scene');
  await member(olga, 'Bob').getByRole('button', { name: 'Remove Bob' }).click();
  await member(olga, 'Bob').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(member(olga, 'Bob')).toHaveCount(0);
  await expect(bob.getByTestId('page-forbidden')).toContainText('You no longer have access');
});

test('EDT-34, EDT-35: a link is made, opened by a guest who gives a name, and revoked', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const olga = await openEditor(browser, server, scene, { name: 'Olga' });
  await olga.getByTestId('share').click();
  await olga.getByLabel('What it is for').fill('Review');
  await olga.getByTestId('link-create').click();
  const url = await olga.getByTestId('link-url').inputValue();
  await expect(olga.getByTestId('link')).toContainText('Review');

  const guest = await (await browser.newContext()).newPage();
  await guest.goto(url);
  await guest.getByLabel('Your name').fill('Vera Visitor');
  await guest.keyboard.press('Enter');
  await ready(guest);
  expect(guest.url()).toBe(`${server.url}/?scene=${scene}`);
  await expect(row(guest, 'Cube')).toBeVisible();
  await expect(guest.getByTestId('read-only')).toBeVisible();
  await expect(guest.getByTestId('home')).toHaveCount(0);
  await guest.getByTestId('share').click();
  await expect(guest.getByTestId('share-guest')).toBeVisible();
  await expect(olga.getByTestId('person')).toHaveText(['VV']);

  await olga.getByTestId('link-revoke').click();
  await olga.getByRole('button', { name: 'Revoke this link' }).click();
  await expect(olga.getByTestId('link')).toHaveCount(0);
  await expect(guest.getByTestId('page-forbidden')).toContainText('The link you came by has ended');
  await guest.reload();
  await expect(guest.getByTestId('page-token')).toContainText('This link has ended');
});
