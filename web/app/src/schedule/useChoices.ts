// What there is to choose from in the dialogue: templates, spaces, and the roles that follow from the choice.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { asProblem, type ApiProblem } from '../api/problem';
import type { Space, SpaceTemplate } from '../api/types';
import { useSpaces } from '../home/useMeetings';
import { useSession } from '../session/session';
import type { Draft } from './draft';
import { chosenTemplate, filled, rolesOfSpace, rolesOfTemplate, type LastChoices, type Roles } from './roles';

export interface Choices {
  /** The draft with what the form fills in by itself. */
  draft: Draft;
  templates: SpaceTemplate[] | undefined;
  spaces: Space[] | undefined;
  roles: Roles;
  /** Name of the chosen template or space. */
  placeName: string | null;
  /** Why choices are missing. */
  problem: ApiProblem | null;
}

export function useChoices(draft: Draft, last: LastChoices): Choices {
  const { calls } = useSession();
  const spaces = useSpaces();
  const templates = useQuery({ queryKey: ['templates'], queryFn: ({ signal }) => calls.templates(signal) });
  const space = useQuery({
    queryKey: ['space', draft.space],
    queryFn: ({ signal }) => calls.space(draft.space ?? '', signal),
    enabled: draft.place === 'existing' && draft.space !== null,
  });

  return useMemo(() => {
    const template = chosenTemplate(draft, templates.data ?? [], last);
    const roles = draft.place === 'new' ? rolesOfTemplate(template) : rolesOfSpace(space.data);
    const spaceName = space.data?.name ?? spaces.data?.find(({ guid }) => guid === draft.space)?.name;
    const error = draft.place === 'new' ? templates.error : (spaces.error ?? space.error);
    return {
      draft: filled(draft, template, roles, last),
      templates: templates.data,
      spaces: spaces.data,
      roles,
      placeName: (draft.place === 'new' ? template?.name : spaceName) ?? null,
      problem: error ? asProblem(error) : null,
    };
  }, [draft, last, templates.data, templates.error, spaces.data, spaces.error, space.data, space.error]);
}
