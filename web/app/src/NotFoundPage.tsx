// An address that means nothing here.
import { useText } from './messages/language';
import { useTitle } from './router';
import { ButtonLink } from './ui/buttons';

export function NotFoundPage() {
  const { notFound } = useText();
  useTitle(notFound.title);
  return (
    <section className="narrow">
      <h1>{notFound.title}</h1>
      <p>{notFound.text}</p>
      <ButtonLink href="/">{notFound.home}</ButtonLink>
    </section>
  );
}
