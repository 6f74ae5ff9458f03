// An address that means nothing here.
import { useText } from './messages/language';
import { useTitle } from './router';
import { ButtonLink } from './ui/buttons';

export function NotFoundPage({ detail }: { detail?: string }) {
  const { notFound } = useText();
  useTitle(notFound.title);
  return (
    <section className="narrow">
      <h1>{notFound.title}</h1>
      <p>{detail ?? notFound.text}</p>
      <div className="actions"><ButtonLink href="/">{notFound.home}</ButtonLink></div>
    </section>
  );
}
