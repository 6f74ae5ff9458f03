// The three-step dialogue: holds the draft, checks each step, sends it, and puts the server's faults beside their fields.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { ApiProblem, asProblem, type Fault } from '../api/problem';
import type { MeetingBody } from '../api/types';
import { useLanguage } from '../messages/language';
import { useSession } from '../session/session';
import { Button, ButtonLink, inApp } from '../ui/buttons';
import { Dialogue } from '../ui/Dialogue';
import { Awaiting, Notice, ProblemNotice } from '../ui/notice';
import { useToast } from '../ui/toasts';
import { AttendeesStep } from './AttendeesStep';
import { bodyOf, faultsOfStep, isTouched, type Draft, type Step } from './draft';
import { draftFaultTexts, firstStep, serverFaultTexts } from './faults';
import { lastChoices, keepChoices, type LastChoices } from './roles';
import { NameStep } from './NameStep';
import { PreviewPane } from './PreviewPane';
import type { Work } from './ScheduleHost';
import { TimeStep } from './TimeStep';
import { useChoices } from './useChoices';

/** From here on a wait can be left. */
const LEAVE_MS = 2_000;

interface ScheduleDialogueProps {
  work: Work;
  onChange: (work: Work) => void;
  onClose: () => void;
}

export function ScheduleDialogue({ work, onChange, onClose }: ScheduleDialogueProps) {
  const { text } = useLanguage();
  const { step, editing } = work;
  const [last] = useState<LastChoices>(lastChoices);
  const choices = useChoices(work.draft, last);
  const { draft } = choices;
  const [checked, setChecked] = useState<Step | null>(null);
  const [asking, setAsking] = useState(false);
  const [pending, setPending] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const saving = useSaving(work, onClose);

  const local = checked === step ? faultsOfStep(draft, step) : [];
  const faults = new Map([...serverFaultTexts(saving.faults, text), ...draftFaultTexts(local, text)]);
  const pendingFault = checked === 3 && step === 3 && pending.trim() !== '';

  useFocusOfStep(form, step, saving.faults, checked);

  const change = (next: Partial<Draft>) => {
    saving.forget(Object.keys(next));
    onChange({ ...work, draft: { ...work.draft, ...next } });
  };
  const go = (to: Step) => {
    setChecked(null);
    onChange({ ...work, step: to });
  };

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (saving.waiting) return;
    setChecked(step);
    if (faultsOfStep(draft, step).length > 0 || (step === 3 && pending.trim() !== '')) return;
    if (step < 3) {
      go((step + 1) as Step);
      return;
    }
    const faulty = await saving.save(draft);
    if (faulty !== null && faulty !== step) onChange({ ...work, step: faulty });
  };

  const dismiss = () => {
    if (saving.waiting) return;
    if (isTouched(work.draft, work.first) || pending.trim() !== '') setAsking(true);
    else onClose();
  };

  const props = { draft, change, faults, choices };
  return (
    <Dialogue title={editing ? text.schedule.editTitle : text.schedule.title} size="wide" onDismiss={dismiss}>
      {/* Enter in a date or time, which are no text fields, goes on like in any other field. */}
      <form ref={form} className="wizard" onSubmit={(event) => { void submit(event); }} onKeyDownCapture={enterGoesOn} noValidate>
        <StepHead step={step} />
        <div className="wizard-body">
          <div className="wizard-form">
            {step === 1 ? <NameStep {...props} editing={editing} /> : null}
            {step === 2 ? <TimeStep {...props} /> : null}
            {step === 3 ? <AttendeesStep {...props} typed={pending} onTyped={setPending} pendingFault={pendingFault} /> : null}
            <SavingNotices saving={saving} />
          </div>
          <PreviewPane draft={draft} choices={choices} step={step} editing={editing} />
        </div>
        <footer className="wizard-foot">
          <Button onPress={dismiss} isDisabled={saving.waiting}>{text.schedule.cancel}</Button>
          <span className="grow" />
          {saving.waiting ? <Awaiting>{editing ? text.schedule.saving : text.schedule.creating}</Awaiting> : null}
          {saving.slow ? <Button onPress={saving.stop}>{text.wait.stop}</Button> : null}
          {step > 1 ? <Button isDisabled={saving.waiting} onPress={() => { go((step - 1) as Step); }}>{text.schedule.back}</Button> : null}
          <Button type="submit" look="primary" isPending={saving.waiting}>
            {step < 3 ? text.schedule.next : editing ? text.schedule.save : text.schedule.create}
          </Button>
        </footer>
      </form>
      {asking ? (
        <Dialogue
          title={editing ? text.schedule.leaveEditTitle : text.schedule.leaveTitle}
          role="alertdialog"
          onDismiss={() => { setAsking(false); }}
        >
          <p>{text.schedule.leaveText}</p>
          <div className="dialog-foot">
            <Button onPress={() => { setAsking(false); }}>{text.schedule.leaveNo}</Button>
            <Button look="danger" onPress={onClose}>{text.schedule.leaveYes}</Button>
          </div>
        </Dialogue>
      ) : null}
    </Dialogue>
  );
}

function StepHead({ step }: { step: Step }) {
  const { schedule } = useLanguage().text;
  return (
    <div className="wizard-head">
      <p className="wizard-step" role="status">
        <span className="hidden">{schedule.step(step, schedule.steps[step - 1] ?? '')}</span>
        <span aria-hidden="true">{schedule.stepShort(step)}</span>
      </p>
      <ol className="wizard-steps" aria-hidden="true">
        {schedule.steps.map((title, index) => (
          <li key={title} className={index + 1 === step ? 'current' : index + 1 < step ? 'done' : ''}>{title}</li>
        ))}
      </ol>
    </div>
  );
}

function enterGoesOn(event: KeyboardEvent<HTMLFormElement>) {
  const target = event.target as HTMLElement;
  if (event.key !== 'Enter' || event.nativeEvent.isComposing || target.getAttribute('role') !== 'spinbutton' || target.tagName === 'INPUT') return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}

/** Puts the focus where one goes on typing: the first faulty field, else the first field of a new step. */
function useFocusOfStep(form: React.RefObject<HTMLFormElement | null>, step: Step, faults: Fault[], checked: Step | null) {
  const controls = 'input:not([type=hidden]):not([tabindex="-1"]), textarea, [role=spinbutton], button';
  useEffect(() => {
    const body = form.current?.querySelector('.wizard-form');
    const faulty = body?.querySelector<HTMLElement>('[data-invalid]');
    const start = faulty ?? body?.querySelector('[data-first]') ?? body;
    start?.querySelector<HTMLElement>(controls)?.focus();
  }, [form, step, faults, checked]);
}

/** Sends the meeting, and holds what came of it. */
function useSaving(work: Work, onClose: () => void) {
  const { language, text } = useLanguage();
  const { calls } = useSession();
  const queries = useQueryClient();
  const toast = useToast();
  const [waiting, setWaiting] = useState(false);
  const [slow, setSlow] = useState(false);
  const [stopped, setStopped] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const abort = useRef<AbortController | null>(null);
  const sent = useRef({ body: '', name: '' });

  /** The same name for the same request, so that it is carried out once when its answer was lost and it is sent again. */
  const nameOf = (body: MeetingBody): string => {
    const text = JSON.stringify(body);
    if (sent.current.body !== text) sent.current = { body: text, name: crypto.randomUUID() };
    return sent.current.name;
  };

  /** Returns the step with the first fault, or null. */
  const save = async (draft: Draft): Promise<Step | null> => {
    const { editing } = work;
    const controller = new AbortController();
    abort.current = controller;
    const timer = window.setTimeout(() => { setSlow(true); }, LEAVE_MS);
    setWaiting(true);
    setProblem(null);
    setStopped(false);
    try {
      const body = bodyOf(draft, language);
      const meeting = editing
        ? await calls.changeMeeting(editing, body, nameOf(body), controller.signal)
        : await calls.createMeeting(body, nameOf(body), controller.signal);
      keepChoices(draft);
      void queries.invalidateQueries();
      onClose();
      toast({
        title: editing ? text.schedule.savedTitle : text.schedule.createdTitle,
        detail: editing ? text.schedule.savedText : text.schedule.createdText,
        action: meeting.join?.link ? (
          <ButtonLink small href={inApp(meeting.join.link)} aria-label={text.home.joinNamed(meeting.summary)}>{text.meeting.join}</ButtonLink>
        ) : null,
      });
      return null;
    } catch (error) {
      if (controller.signal.aborted) {
        setStopped(true);
        return null;
      }
      const found = asProblem(error);
      setProblem(found);
      return firstStep(found.faults.map(({ field }) => field));
    } finally {
      window.clearTimeout(timer);
      setWaiting(false);
      setSlow(false);
    }
  };

  const faults = useMemo(() => problem?.faults ?? [], [problem]);

  /** A fault goes away when its field, or what depends on it, is changed. */
  const forget = (keys: string[]) => {
    const fields = keys.flatMap((key) => FIELDS_OF[key as keyof Draft] ?? []);
    if (!faults.some(({ field }) => fields.some((start) => field.startsWith(start)))) return;
    const left = faults.filter(({ field }) => !fields.some((start) => field.startsWith(start)));
    setProblem(left.length === 0 ? null : new ApiProblem('invalid', 422, '', null, left));
  };

  return { save, forget, waiting, slow, stopped, problem, faults, stop: () => { abort.current?.abort(); } };
}

/** Which faults a change of the draft makes void, by the beginning of the field's name. */
const FIELDS_OF: Record<keyof Draft, string[]> = {
  name: ['summary'],
  description: ['description'],
  place: ['coSpace', 'attendees', 'organizerRole'],
  template: ['coSpace', 'attendees', 'organizerRole'],
  space: ['coSpace', 'attendees', 'organizerRole'],
  date: ['dtStart', 'dtEnd', 'rrule'],
  time: ['dtStart', 'dtEnd'],
  durationMinutes: ['dtEnd'],
  allDay: ['dtStart', 'dtEnd', 'isFullDayMeeting', 'rrule'],
  lastDate: ['dtEnd'],
  zone: ['timeZone'],
  repeat: ['rrule'],
  organizerRole: ['organizerRole'],
  attendees: ['attendees'],
  rdate: ['rdate'],
  exdate: ['exdate'],
};

const SHOWN_BESIDE_FIELD = /^(summary|description|coSpace|coSpaceTemplate|dtStart|dtEnd|timeZone|rrule|attendees(\[\d+\].*)?|organizerRole)$/;

function SavingNotices({ saving }: { saving: ReturnType<typeof useSaving> }) {
  const { text } = useLanguage();
  const homeless = saving.faults.filter(({ field }) => !SHOWN_BESIDE_FIELD.test(field));
  return (
    <>
      {saving.stopped ? <Notice><p>{text.schedule.stopped}</p></Notice> : null}
      {saving.problem && saving.faults.length === 0 ? <ProblemNotice problem={saving.problem} /> : null}
      {homeless.length > 0 ? <Notice tone="danger">{homeless.map(({ field, reason }) => <p key={field}>{reason}</p>)}</Notice> : null}
    </>
  );
}
