// Time zones as people look for them: by city, in their language, with the present offset.
import { koreanCity, otherNames } from './cities';

/** Names that browsers still use for a zone that the IANA database has renamed. */
const RENAMED: Record<string, string> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Europe/Kiev': 'Europe/Kyiv',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Godthab': 'America/Nuuk',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Pacific/Truk': 'Pacific/Chuuk',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Etc/UTC': 'UTC',
  'Etc/GMT': 'UTC',
  'Etc/UCT': 'UTC',
  'Etc/Zulu': 'UTC',
  GMT: 'UTC',
};

export const currentName = (zone: string): string => RENAMED[zone] ?? zone;

export function ownZone(): string {
  return currentName(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export function cityOf(zone: string, language: 'en' | 'ko'): string {
  const korean = language === 'ko' ? koreanCity(zone) : null;
  return korean ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** `GMT+9`; the offset on the given day, as it may change with the season. */
export function offsetOf(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
}

export interface ZoneChoice {
  id: string;
  city: string;
  /** What a search looks into, in lower case. */
  words: string;
}

/** Every zone that the browser knows, under its present name, and UTC. */
export function zoneChoices(language: 'en' | 'ko'): ZoneChoice[] {
  const ids = new Set(Intl.supportedValuesOf('timeZone').map(currentName));
  ids.add('UTC');
  return [...ids]
    .map((id) => {
      const city = cityOf(id, language);
      const words = `${city} ${id.replaceAll(/[/_]/g, ' ')} ${id} ${otherNames(id)}`.toLowerCase();
      return { id, city, words };
    })
    .sort((a, b) => a.city.localeCompare(b.city, language));
}

/** Choices whose words all begin like the typed ones; a city that begins like the text comes first. `most` bounds the list. */
export function searchZones(choices: ZoneChoice[], typed: string, most: number): ZoneChoice[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return choices.slice(0, most);
  const wanted = text.split(/\s+/);
  const found = choices.filter(({ words }) => wanted.every((word) => words.startsWith(word) || words.includes(` ${word}`)));
  const rank = ({ city }: ZoneChoice) => (city.toLowerCase().startsWith(text) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}
