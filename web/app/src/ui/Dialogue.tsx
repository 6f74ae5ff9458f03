// Dialogues over the page: a wide one for work, a small one for a question. Neither closes by a click beside it.
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogueProps {
  title: string;
  /** Called on Escape and by the system's own dismissal. */
  onDismiss: () => void;
  size?: 'wide' | 'small';
  role?: 'dialog' | 'alertdialog';
  children: ReactNode;
}

export function Dialogue({ title, onDismiss, size = 'small', role = 'dialog', children }: DialogueProps) {
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={(open) => { if (!open) onDismiss(); }}>
      <Modal className={`modal ${size}`}>
        <Dialog className="dialog" role={role}>
          <Heading slot="title" className="dialog-title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
