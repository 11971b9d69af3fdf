import { api, type Member, type ShareLink } from '@diorama/shared';
import { pageRequest, toPage } from '../http/cursor.js';
import { route, type Route } from '../http/handler.js';
import { memberPosition, type MemberRecord } from './member-store.js';
import type { Members } from './members.js';
import { shareLinkPosition, type ShareLinkRecord } from './share-link-store.js';
import type { ShareLinks } from './share-links.js';

const toMember = ({ subject, role, name, addedBy, createdAt }: MemberRecord): Member => ({
  subject,
  role,
  name,
  added_by: addedBy,
  added_at: createdAt.toISOString(),
});

const toShareLink = (link: ShareLinkRecord): ShareLink => ({
  link_id: link.linkId,
  scene_id: link.sceneId as ShareLink['scene_id'],
  role: link.role,
  name: link.name,
  created_by: link.createdBy,
  created_at: link.createdAt.toISOString(),
  expires_at: link.expiresAt.toISOString(),
});

const memberRoutes = (members: Members): Route[] => [
  route(api.members.list, async ({ principal, params, query }) => {
    const page = pageRequest(query);
    const { rows, hasMembers } = await members.list(principal, params.scene_id, page);
    const body = toPage(rows, page.limit, memberPosition, toMember);
    return {
      status: 200,
      body: { ...body, access: hasMembers ? ('members' as const) : ('tenant' as const) },
    };
  }),
  route(api.members.put, async ({ principal, params, body }) => {
    const { member, isNew } = await members.put(principal, params.scene_id, params.subject, body);
    return { status: isNew ? 201 : 200, body: toMember(member) };
  }),
  route(api.members.remove, async ({ principal, params }) => {
    await members.remove(principal, params.scene_id, params.subject);
    return { status: 204, body: undefined };
  }),
];

const shareLinkRoutes = (links: ShareLinks): Route[] => [
  route(api.shareLinks.create, async ({ principal, params, body, attempt }) => {
    const { link, token } = await links.create(principal, params.scene_id, body, attempt);
    const query = new URLSearchParams({ token, scene: link.sceneId });
    return { status: 201, body: { ...toShareLink(link), token, url: `/?${query.toString()}` } };
  }),
  route(api.shareLinks.list, async ({ principal, params, query }) => {
    const page = pageRequest(query);
    const rows = await links.list(principal, params.scene_id, page);
    return { status: 200, body: toPage(rows, page.limit, shareLinkPosition, toShareLink) };
  }),
  route(api.shareLinks.revoke, async ({ principal, params }) => {
    await links.revoke(principal, params.scene_id, params.link_id);
    return { status: 204, body: undefined };
  }),
];

/** The routes of members and share links. */
export const accessRoutes = (options: { members: Members; links: ShareLinks }): Route[] => [
  ...memberRoutes(options.members),
  ...shareLinkRoutes(options.links),
];
