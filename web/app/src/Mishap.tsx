// A fault of our own while drawing a page: said plainly, instead of a white page.
import { Component, type ReactNode } from 'react';
import { useText } from './messages/language';
import { Button } from './ui/buttons';

export class Mishap extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <MishapPage /> : this.props.children;
  }
}

function MishapPage() {
  const { mishap } = useText();
  return (
    <main>
      <section className="narrow">
        <h1>{mishap.title}</h1>
        <p>{mishap.text}</p>
        <div className="actions"><Button look="primary" onPress={() => { window.location.reload(); }}>{mishap.again}</Button></div>
      </section>
    </main>
  );
}
