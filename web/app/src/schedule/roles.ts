// Which roles a meeting offers, and the values that the form fills in by itself.
import type { SpaceDetail, SpaceTemplate } from '../api/types';
import type { Draft } from './draft';

export interface Roles {
  names: string[];
  /** What an attendee gets who was given none. */
  usual: string | null;
}

export function rolesOfTemplate(template: SpaceTemplate | undefined): Roles {
  const methods = template?.accessMethodTemplates ?? [];
  const usual = methods.find(({ id }) => id === template?.defaultAccessMethodTemplate) ?? methods[0];
  return { names: methods.map(({ name }) => name), usual: usual?.name ?? null };
}

export function rolesOfSpace(space: SpaceDetail | undefined): Roles {
  const names = (space?.accessMethods ?? []).map(({ name }) => name);
  return { names, usual: names[0] ?? null };
}

/** What the reader chose the last time. */
export interface LastChoices {
  template: string | null;
  organizerRole: string | null;
}

const TEMPLATE = 'convoke.lastTemplate';
const ORGANIZER_ROLE = 'convoke.lastOrganizerRole';

export function lastChoices(): LastChoices {
  return { template: localStorage.getItem(TEMPLATE), organizerRole: localStorage.getItem(ORGANIZER_ROLE) };
}

export function keepChoices(draft: Draft): void {
  if (draft.place === 'new' && draft.template !== null) localStorage.setItem(TEMPLATE, draft.template);
  if (draft.organizerRole !== null) localStorage.setItem(ORGANIZER_ROLE, draft.organizerRole);
}

/** The template that stands in the form: the chosen one, else the last used, else the first. */
export function chosenTemplate(draft: Draft, templates: SpaceTemplate[], last: LastChoices): SpaceTemplate | undefined {
  const byId = (id: string | null) => templates.find((template) => template.id === id);
  return byId(draft.template) ?? byId(last.template) ?? templates[0];
}

/** The draft with the template and every role filled in as the form shows them. */
export function filled(draft: Draft, template: SpaceTemplate | undefined, roles: Roles, last: LastChoices): Draft {
  const known = (role: string | null) => (role !== null && roles.names.includes(role) ? role : null);
  // While the roles are not loaded, nothing that was chosen is thrown away.
  if (roles.names.length === 0) return { ...draft, template: template?.id ?? draft.template };
  return {
    ...draft,
    template: template?.id ?? draft.template,
    organizerRole: known(draft.organizerRole) ?? known(last.organizerRole) ?? roles.usual,
    attendees: draft.attendees.map((attendee) => ({ ...attendee, role: known(attendee.role) ?? roles.usual })),
  };
}
