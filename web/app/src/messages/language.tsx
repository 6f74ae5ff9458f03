// Which language the reader has chosen, and everything that follows from it: texts, the locale of dates, the `lang` of the page.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { en, type Messages } from './en';
import { ko } from './ko';

export type Language = 'en' | 'ko';

export const LANGUAGES: Record<Language, Messages> = { en, ko };
const KEPT = 'convoke.language';

interface LanguageState {
  language: Language;
  /** BCP 47 tag for dates and numbers: the reader's own region where the browser tells one. */
  locale: string;
  text: Messages;
  choose: (language: Language) => void;
}

const Context = createContext<LanguageState | null>(null);

/** The kept choice, else the first browser language that there are texts for, else English. */
export function firstLanguage(kept: string | null, preferred: readonly string[]): Language {
  if (kept === 'en' || kept === 'ko') return kept;
  for (const tag of preferred) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'ko') return language;
  }
  return 'en';
}

/** The reader's own region of the chosen language (`en-GB`), else its most common one. */
export function localeFor(language: Language, preferred: readonly string[]): string {
  const own = preferred.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  return own ?? (language === 'ko' ? 'ko-KR' : 'en-US');
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => firstLanguage(localStorage.getItem(KEPT), navigator.languages));
  const state = useMemo<LanguageState>(
    () => ({
      language,
      locale: localeFor(language, navigator.languages),
      text: LANGUAGES[language],
      choose: (next) => {
        localStorage.setItem(KEPT, next);
        setLanguage(next);
      },
    }),
    [language],
  );

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  return (
    <Context value={state}>
      <I18nProvider locale={state.locale}>{children}</I18nProvider>
    </Context>
  );
}

export function useLanguage(): LanguageState {
  const state = useContext(Context);
  if (state === null) throw new Error('useLanguage outside LanguageProvider');
  return state;
}

export const useText = (): Messages => useLanguage().text;
