// The spaces that the signed-in user is a member of.
import { useState } from 'react';
import { Link } from 'react-aria-components';
import { asProblem } from '../api/problem';
import { useLanguage } from '../messages/language';
import { Button } from '../ui/buttons';
import { Awaiting, ProblemNotice } from '../ui/notice';
import { useSpaces } from './useMeetings';

/** Spaces shown before one asks for all. */
const SHOWN = 8;

export function SpaceList() {
  const { text, language } = useLanguage();
  const spaces = useSpaces();
  const [all, setAll] = useState(false);
  const sorted = [...(spaces.data ?? [])].sort((a, b) => a.name.localeCompare(b.name, language));
  return (
    <section className="home-spaces" aria-labelledby="my-spaces">
      <div className="section-head"><h2 id="my-spaces">{text.home.mySpaces}</h2></div>
      {spaces.isPending ? <Awaiting>{text.wait.spaces}</Awaiting> : null}
      {spaces.isError ? <ProblemNotice problem={asProblem(spaces.error)} onRetry={() => { void spaces.refetch(); }} /> : null}
      {spaces.data?.length === 0 ? <p className="quiet-line">{text.home.noSpaces} {text.home.spacesHint}</p> : null}
      {sorted.length > 0 ? (
        <ul className="space-rows">
          {(all ? sorted : sorted.slice(0, SHOWN)).map((space) => (
            <li key={space.guid}>
              <Link href={`/spaces/${space.guid}`} className="space-row">
                <span className="space-name">{space.name}</span>
                {space.uri ? <span className="space-uri">{space.uri}</span> : null}
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      {!all && sorted.length > SHOWN ? (
        <Button look="quiet" small onPress={() => { setAll(true); }}>{text.home.showAllSpaces(sorted.length)}</Button>
      ) : null}
    </section>
  );
}
